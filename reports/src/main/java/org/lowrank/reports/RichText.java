package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plain mathematical text as runs on, above and below the line: {@code ‖A‖_F}, {@code σ_{k+1}}, {@code (1 − ηλ)^t} and
 * {@code e^{−λt}}, {@code e^−62} get real subscripts and superscripts. Names such as {@code w_q} and {@code layer.0.x_y} stay as they are.
 */
final class RichText {
    /**
     * Braces behind anything; one or two letters or digits behind a mathematical character or a letter that stands alone. The
     * page's script compiles the same text, so it keeps to what both languages know.
     */
    static final Pattern MARKUP = Pattern.compile("(?<=\\S)(?<mark>[_^])\\{(?<group>[^{}]*)\\}"
            + "|(?<=[‖²∇\\p{sc=Greek}]['′]?|(?<![\\p{sc=Latin}\\d._/-])(?:max|min|\\p{L}['′]?))_(?<low>∞|[\\p{L}\\d]{1,2})(?![\\p{L}\\d_])"
            + "|(?<=[)\\p{L}])\\^(?<high>−?\\d{1,5}(?:\\.\\d+)?|\\p{L})(?![\\p{L}\\d])");

    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
    private static final String PLAIN = "0123456789−";

    private RichText() {}

    /** A piece of text on the line (0), above (1) or below (−1). */
    record Run(String text, int shift) {}

    /** For a page, whose fonts have superscript digits of their own. */
    static List<Run> runs(String text) {
        List<Run> runs = new ArrayList<>();
        String bound = NumberText.unbroken(text);
        Matcher matcher = MARKUP.matcher(bound);
        int from = 0;
        while (matcher.find()) {
            add(runs, bound.substring(from, matcher.start()), 0);
            if (matcher.group("group") != null) {
                // One level only: what is marked inside braces stands there plainly.
                String inside = matcher.group("group").replaceAll("(?<=\\S)[_^](?=\\S)", "");
                add(runs, inside, matcher.group("mark").equals("^") ? 1 : -1);
            } else if (matcher.group("low") != null) {
                add(runs, matcher.group("low"), -1);
            } else {
                add(runs, matcher.group("high"), 1);
            }
            from = matcher.end();
        }
        add(runs, bound.substring(from), 0);
        return runs;
    }

    /** For text drawn by us: superscript digits, which small fonts lack, as raised digits too. */
    static List<Run> drawn(String text) {
        List<Run> drawn = new ArrayList<>();
        for (Run run : runs(text)) {
            if (run.shift() == 0) {
                addRaised(drawn, run.text());
            } else {
                drawn.add(run);
            }
        }
        return drawn;
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
