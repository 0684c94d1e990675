package org.lowrank.weights.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files that hold slices of every matrix, one per device of a tensor-parallel run: {@code mp_rank_00_model_states.pt}
 * (DeepSpeed, Megatron), {@code consolidated.00.pth} (Llama, Mistral), {@code …-TP-00…}, {@code tp_rank_00}. One such file
 * alone is a run on one device, and whole.
 */
final class ParallelParts {
    private static final Pattern RANK = Pattern.compile(
            "(.*(?:^|[-_./])(?:(?:mp|tensor(?:_model)?_parallel|model_parallel)(?:[-_.]?rank)?[-_.]|tp(?:[-_.]?rank)?[-_.]?)"
                    + "|(?:.*/)?consolidated\\.|.*(?:^|[-_./])rank[-_]|.*layer_\\d+-model_)(\\d{1,5})((?:[-_./].*)?)",
            Pattern.CASE_INSENSITIVE);

    private ParallelParts() {}

    /** The sets of slices among these files: each has at least two different numbers. */
    static List<List<String>> of(List<String> names) {
        Map<String, TreeMap<String, String>> byRest = new TreeMap<>();
        Map<String, TreeSet<Long>> ranks = new HashMap<>();
        for (String name : names) {
            Matcher matcher = RANK.matcher(name);
            if (matcher.matches() && !ShardSet.isShard(name)) {
                String rest = FileNames.lower(matcher.group(1) + "#" + matcher.group(3));
                byRest.computeIfAbsent(rest, none -> new TreeMap<>()).put(name, name);
                ranks.computeIfAbsent(rest, none -> new TreeSet<>()).add(Long.parseLong(matcher.group(2)));
            }
        }
        List<List<String>> sets = new ArrayList<>();
        byRest.forEach((rest, members) -> {
            if (ranks.getOrDefault(rest, new TreeSet<>()).size() > 1) {
                sets.add(List.copyOf(members.keySet()));
            }
        });
        return sets;
    }
}
