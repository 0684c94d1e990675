package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;

/** Plain mathematical text as runs: {@code ‖A‖_F} and {@code 10⁻⁵} get real subscripts and superscripts. */
final class RichText {
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    private static final String PLAIN = "0123456789−";

    private RichText() {}

    /** A piece of text on the line (0), above (1) or below (−1). */
    record Run(String text, int shift) {}

    /** Splits the text; an underscore makes one letter or digit a subscript only behind ‖, ², σ or λ. */
    static List<Run> runs(String text) {
        List<Run> runs = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        int shift = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lowered = isSubscript(text, i);
            int raised = SUPERSCRIPTS.indexOf(c);
            int next = lowered ? -1 : raised >= 0 ? 1 : 0;
            if (next != shift) {
                add(runs, current, shift);
                shift = next;
            }
            current.append(lowered ? text.charAt(++i) : raised >= 0 ? PLAIN.charAt(raised) : c);
            if (lowered) {
                add(runs, current, shift);
                shift = 0;
            }
        }
        add(runs, current, shift);
        return runs;
    }

    /** Only the subscripts: a page's fonts have superscript digits of their own. */
    static List<Run> lowered(String text) {
        List<Run> runs = new ArrayList<>();
        int from = 0;
        for (int i = 1; i + 1 < text.length(); i++) {
            if (isSubscript(text, i)) {
                runs.add(new Run(text.substring(from, i), 0));
                runs.add(new Run(text.substring(i + 1, i + 2), -1));
                from = i + 2;
            }
        }
        runs.add(new Run(text.substring(from), 0));
        return runs;
    }

    private static boolean isSubscript(String text, int i) {
        return text.charAt(i) == '_'
                && i > 0
                && i + 1 < text.length()
                && "‖²σλ".indexOf(text.charAt(i - 1)) >= 0
                && Character.isLetterOrDigit(text.charAt(i + 1));
    }

    private static void add(List<Run> runs, StringBuilder current, int shift) {
        if (current.length() > 0) {
            runs.add(new Run(current.toString(), shift));
            current.setLength(0);
        }
    }
}
