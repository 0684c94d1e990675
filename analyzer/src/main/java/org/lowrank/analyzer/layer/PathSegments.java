package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.weights.tensor.ModulePath;

/**
 * A tensor's name as the path of the module it belongs to, in PyTorch's spelling, cut into segments.
 *
 * @param text the whole path
 * @param segments between the dots; none for names too long to be a module's
 * @param starts where each segment starts in {@code text}
 * @param numbered {@code text} with {@code #} for each number
 * @param numberedStarts where each segment starts in {@code numbered}
 */
record PathSegments(
        String text, List<String> segments, List<Integer> starts, String numbered, List<Integer> numberedStarts) {
    /** Longer names are listed, but have no place in a layer. */
    private static final int LONGEST = 2000;

    private static final String EXPERT = "expert_";

    static PathSegments of(String name) {
        if (name.length() > LONGEST) {
            return new PathSegments(name, List.of(), List.of(), name, List.of());
        }
        String text = ModulePath.of(name);
        List<String> segments = List.of(text.split("\\.", -1));
        List<Integer> starts = new ArrayList<>();
        List<Integer> numberedStarts = new ArrayList<>();
        StringBuilder numbered = new StringBuilder();
        int at = 0;
        for (String segment : segments) {
            starts.add(at);
            numberedStarts.add(numbered.length());
            at += segment.length() + 1;
            numbered.append(expert(segment) >= 0 ? "#" : segment).append('.');
        }
        numbered.setLength(numbered.length() - 1);
        return new PathSegments(text, segments, starts, numbered.toString(), numberedStarts);
    }

    /** Whether segments from {@code at} on are those of a pattern, {@code #} for a number. */
    boolean matches(List<String> pattern, int at) {
        for (int i = 0; i < pattern.size(); i++) {
            String wanted = pattern.get(i);
            String segment = segments.get(at + i);
            boolean fits = wanted.equals("#") ? number(segment) >= 0 : wanted.equals(segment);
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Numbers among some segments. */
    List<Integer> numbers(int from, int to) {
        List<Integer> numbers = new ArrayList<>();
        for (String segment : segments.subList(from, to)) {
            int number = number(segment);
            if (number >= 0) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /** The last number from segment {@code from} on, with {@code expert_} before it or not; −1 for none. */
    int lastNumber(int from) {
        for (int i = segments.size() - 1; i >= from; i--) {
            int number = expert(segments.get(i));
            if (number >= 0) {
                return number;
            }
        }
        return -1;
    }

    private static int expert(String segment) {
        return number(segment.startsWith(EXPERT) ? segment.substring(EXPERT.length()) : segment);
    }

    /** Of up to six digits; −1 for any other text. */
    private static int number(String text) {
        if (text.isEmpty() || text.length() > 6) {
            return -1;
        }
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = 10 * number + digit - '0';
        }
        return number;
    }
}
