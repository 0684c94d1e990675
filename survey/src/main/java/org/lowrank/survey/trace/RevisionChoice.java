package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.lowrank.analyzer.layer.Glob;

/**
 * Which of a run's checkpoints are traced.
 *
 * @param patterns names, with {@code *} and {@code ?}; a plain one may tell its step, {@code main=143000}
 * @param every keep every so many in the order of steps, and the last; 1 for all
 * @param logSpaced keep this many, as evenly as there are over the logarithm of the step; 0 for all
 */
public record RevisionChoice(List<String> patterns, int every, int logSpaced) {
    /** All whose names fit what is usual for the place. */
    public static final RevisionChoice ALL = new RevisionChoice(List.of(), 1, 0);

    /**
     * Checks it.
     *
     * @throws IllegalArgumentException in one line if it is none
     */
    public RevisionChoice {
        patterns = List.copyOf(patterns);
        if (every < 1) {
            throw new IllegalArgumentException("--every: " + every + ": at least 1, which keeps all");
        }
        if (logSpaced != 0 && logSpaced < 2) {
            throw new IllegalArgumentException("--log-spaced: " + logSpaced + ": at least 2, the first and the last");
        }
        if (every > 1 && logSpaced > 0) {
            throw new IllegalArgumentException("--every and --log-spaced: both thin out the steps; give only one");
        }
        for (String pattern : patterns) {
            if (pattern.isBlank()) {
                throw new IllegalArgumentException("--revisions: an empty name; write for instance 'step*'");
            }
            told(pattern);
        }
    }

    /** A comma-separated list: {@code step*} or {@code step0,step1000,main=143000}. */
    public static RevisionChoice of(String list) {
        return new RevisionChoice(List.of(list.strip().split("\\s*,\\s*", -1)), 1, 0);
    }

    /**
     * What was chosen.
     *
     * @param steps names and their steps, in the order of steps
     * @param notes what a user should know of names left out
     */
    record Chosen(Map<String, Long> steps, List<String> notes) {}

    /**
     * Chooses among the names there are; plain names that are not among them are taken at their word.
     *
     * @param known steps known from elsewhere than the name
     * @throws IllegalArgumentException if a plain name has no number
     */
    Chosen among(Collection<String> names, Map<String, Long> known) {
        Map<String, Long> found = new LinkedHashMap<>();
        List<String> notes = new ArrayList<>();
        for (String pattern : patterns) {
            if (isPlain(pattern)) {
                String name = name(pattern);
                OptionalLong step = told(pattern);
                OptionalLong own = step.isPresent() ? step : number(name, known);
                found.putIfAbsent(
                        name,
                        own.orElseThrow(() -> new IllegalArgumentException("no step: " + name
                                + ": there is no number in its name; write it with one, as in " + name + "=1000")));
                continue;
            }
            Glob glob = Glob.of(pattern);
            List<String> without = new ArrayList<>();
            for (String name : names) {
                if (glob.matches(name)) {
                    OptionalLong step = number(name, known);
                    step.ifPresent(value -> found.putIfAbsent(name, value));
                    if (step.isEmpty()) {
                        without.add(name);
                    }
                }
            }
            if (!without.isEmpty()) {
                notes.add("no number in the name of " + String.join(", ", without) + ": left out");
            }
        }
        return new Chosen(thinned(oncePerStep(found, notes)), List.copyOf(notes));
    }

    private static OptionalLong number(String name, Map<String, Long> known) {
        return Optional.ofNullable(known.get(name)).map(OptionalLong::of).orElseGet(() -> StepNumber.of(name));
    }

    /** In the order of steps; of two names for one step the first. */
    private static Map<String, Long> oncePerStep(Map<String, Long> found, List<String> notes) {
        Map<Long, String> byStep = new LinkedHashMap<>();
        found.forEach((name, step) -> {
            String first = byStep.putIfAbsent(step, name);
            if (first != null) {
                notes.add("two names for step " + step + ": " + first + " and " + name + ": the second is left out");
            }
        });
        Map<String, Long> ordered = new LinkedHashMap<>();
        byStep.keySet().stream().sorted().forEach(step -> ordered.put(byStep.get(step), step));
        return ordered;
    }

    private Map<String, Long> thinned(Map<String, Long> steps) {
        List<String> names = List.copyOf(steps.keySet());
        TreeSet<Integer> kept = new TreeSet<>();
        if (logSpaced > 0 && !names.isEmpty()) {
            kept.addAll(logSpaced(List.copyOf(steps.values())));
        } else {
            for (int i = 0; i < names.size(); i += every) {
                kept.add(i);
            }
            if (!names.isEmpty()) {
                kept.add(names.size() - 1);
            }
        }
        Map<String, Long> thin = new LinkedHashMap<>();
        kept.forEach(i -> thin.put(names.get(i), steps.get(names.get(i))));
        return thin;
    }

    /** Indices nearest to a geometric sequence from the first positive step to the last; step 0, which has no logarithm, beside. */
    private TreeSet<Integer> logSpaced(List<Long> steps) {
        TreeSet<Integer> kept = new TreeSet<>();
        int from = 0;
        while (from < steps.size() - 1 && steps.get(from) <= 0) {
            kept.add(from++);
        }
        int wanted = Math.max(2, logSpaced - kept.size());
        double low = Math.log(Math.max(1, steps.get(from)));
        double high = Math.log(Math.max(1, steps.get(steps.size() - 1)));
        for (int k = 0; k < wanted; k++) {
            double target = low + (high - low) * k / (wanted - 1);
            int nearest = from;
            for (int i = from; i < steps.size(); i++) {
                if (Math.abs(Math.log(Math.max(1, steps.get(i))) - target)
                        < Math.abs(Math.log(Math.max(1, steps.get(nearest))) - target)) {
                    nearest = i;
                }
            }
            kept.add(nearest);
        }
        return kept;
    }

    private static boolean isPlain(String pattern) {
        return pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0;
    }

    private static String name(String pattern) {
        int equals = pattern.lastIndexOf('=');
        return equals < 0 ? pattern : pattern.substring(0, equals);
    }

    /** The step written after a name. */
    private static OptionalLong told(String pattern) {
        int equals = pattern.lastIndexOf('=');
        if (equals < 0) {
            return OptionalLong.empty();
        }
        String digits = pattern.substring(equals + 1);
        if (equals == 0 || !digits.matches("\\d{1,18}") || !isPlain(pattern)) {
            throw new IllegalArgumentException("--revisions: '" + pattern
                    + "': a name and its step were expected; write for instance main=143000");
        }
        return OptionalLong.of(Long.parseLong(digits));
    }
}
