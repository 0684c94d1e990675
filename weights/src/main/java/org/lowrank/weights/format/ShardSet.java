package org.lowrank.weights.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files numbered as parts of one: {@code model-00001-of-00002.safetensors}, with any number of digits, counted from 0 or 1.
 *
 * @param names by number
 * @param count how many there should be
 * @param twice a number that two files have
 */
record ShardSet(TreeMap<Long, String> names, long count, Optional<String> twice) {
    private static final Pattern NAME =
            Pattern.compile("(.*?)(\\d{1,9})([-_. ]?of[-_. ]?)(\\d{1,9})(\\.[^/]+)", Pattern.CASE_INSENSITIVE);

    /** A file's place in a set: what the set's names have in common, and the number. */
    private record Place(String key, long number, long count) {
        static Optional<Place> of(String name) {
            Matcher matcher = NAME.matcher(name);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            long count = Long.parseLong(matcher.group(4));
            String key = FileNames.lower(matcher.group(1) + "\0" + count + matcher.group(5));
            return Optional.of(new Place(key, Long.parseLong(matcher.group(2)), count));
        }
    }

    static boolean isShard(String name) {
        return Place.of(name).isPresent();
    }

    /** The sets among these files, in the order of their first names. */
    static List<ShardSet> of(List<String> names) {
        Map<String, ShardSet> sets = new LinkedHashMap<>();
        for (String name : names) {
            Place.of(name)
                    .ifPresent(place -> sets.merge(
                            place.key,
                            new ShardSet(new TreeMap<>(Map.of(place.number, name)), place.count, Optional.empty()),
                            ShardSet::joined));
        }
        return List.copyOf(sets.values());
    }

    private static ShardSet joined(ShardSet set, ShardSet one) {
        Map.Entry<Long, String> added = one.names.firstEntry();
        boolean taken = set.names.putIfAbsent(added.getKey(), added.getValue()) != null;
        return taken ? new ShardSet(set.names, set.count, Optional.of(added.getValue())) : set;
    }

    List<String> files() {
        return List.copyOf(names.values());
    }

    /** What keeps the set from being read as one, empty where it is whole. */
    Optional<String> flaw() {
        if (twice.isPresent()) {
            return Optional.of("two files have the number of " + twice.get());
        }
        long first = names.containsKey(0L) ? 0 : 1;
        List<String> missing = new ArrayList<>();
        long absent = 0;
        for (long number = first; number < first + count; number++) {
            if (!names.containsKey(number)) {
                absent++;
                if (missing.size() < 5) {
                    missing.add(nameOf(number));
                }
            }
        }
        return absent == 0 && names.size() == count
                ? Optional.empty()
                : Optional.of((missing.isEmpty() ? "more files" : String.join(", ", missing))
                        + (absent > missing.size() ? ", …" : "") + " (" + absent + " of " + count
                        + " files) not found");
    }

    /** As its neighbours are called. */
    private String nameOf(long number) {
        Matcher like = NAME.matcher(names.firstEntry().getValue());
        if (!like.matches()) {
            return "number " + number;
        }
        String digits = String.valueOf(number);
        String zeros = "0".repeat(Math.max(0, like.group(2).length() - digits.length()));
        return like.group(1) + zeros + digits + like.group(3) + like.group(4) + like.group(5);
    }
}
