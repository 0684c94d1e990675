package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plain mathematical text as runs: {@code ‖A‖_F}, {@code a_ij} and {@code 10⁻⁵} get real subscripts and superscripts. */
final class RichText {
    /** One or two letters or digits behind a mathematical character or a letter that stands alone: not those of names. */
    private static final Pattern SUBSCRIPT =
            Pattern.compile("(?<=[‖²σλθΔ]|(?<![\\p{L}\\d._/-])\\p{L})_([\\p{L}\\d]{1,2})(?![\\p{L}\\d_])");

    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    private static final String PLAIN = "0123456789−";

    private RichText() {}

    /** A piece of text on the line (0), above (1) or below (−1). */
    record Run(String text, int shift) {}

    /** Subscripts and superscripts as runs of their own: for text drawn by us. */
    static List<Run> runs(String text) {
        List<Run> runs = new ArrayList<>();
        for (Run run : lowered(text)) {
            if (run.shift() < 0) {
                runs.add(run);
            } else {
                addRaised(runs, run.text());
            }
        }
        return runs;
    }

    /** Only the subscripts: a page's fonts have superscript digits of their own. */
    static List<Run> lowered(String text) {
        List<Run> runs = new ArrayList<>();
        Matcher matcher = SUBSCRIPT.matcher(text);
        int from = 0;
        while (matcher.find()) {
            add(runs, text.substring(from, matcher.start()), 0);
            add(runs, matcher.group(1), -1);
            from = matcher.end();
        }
        add(runs, text.substring(from), 0);
        return runs;
    }

    private static void addRaised(List<Run> runs, String text) {
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean ends = i == text.length() || isRaised(text, i) != isRaised(text, from);
            if (ends) {
                String part = text.substring(from, i);
                boolean raised = !part.isEmpty() && isRaised(text, from);
                add(runs, raised ? plain(part) : part, raised ? 1 : 0);
                from = i;
            }
        }
    }

    private static boolean isRaised(String text, int i) {
        return SUPERSCRIPTS.indexOf(text.charAt(i)) >= 0;
    }

    private static String plain(String raised) {
        StringBuilder plain = new StringBuilder();
        raised.chars().forEach(c -> plain.append(PLAIN.charAt(SUPERSCRIPTS.indexOf(c))));
        return plain.toString();
    }

    private static void add(List<Run> runs, String text, int shift) {
        if (!text.isEmpty()) {
            runs.add(new Run(text, shift));
        }
    }
}
