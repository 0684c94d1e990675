package org.lowrank.cli;

import java.nio.file.Path;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Verdict;

/**
 * How text looks on standard output: its width, and colours where a person sees it. NO_COLOR (any value) and CLICOLOR=0 turn
 * colours off, CLICOLOR_FORCE turns them on where there is no terminal.
 *
 * @param columns width
 * @param coloured whether colours and links are written
 */
record Terminal(int columns, boolean coloured) {
    private static final int DEFAULT_COLUMNS = 120;
    private static final String RESET = "\u001b[0m";

    /** That of this process; the launcher says how wide it is where it is one. */
    static Terminal stdout() {
        Integer columns = Integer.getInteger("lowrank.columns");
        int width = columns == null ? DEFAULT_COLUMNS : Math.max(20, columns);
        return new Terminal(width, isColoured(columns != null, System.getenv()));
    }

    static boolean isColoured(boolean terminal, Map<String, String> environment) {
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
            return false;
        }
        if (!environment.getOrDefault("CLICOLOR_FORCE", "0").equals("0")) {
            return true;
        }
        return terminal
                && !environment.getOrDefault("CLICOLOR", "1").equals("0")
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** In the colour of a verdict, the same as the page's. */
    String coloured(Verdict verdict, String text) {
        String code = switch (verdict) {
            case HOLDS -> "32";
            case ROUGHLY -> "33";
            case EXCEPTION -> "31";
            case INFORMATION, INDISTINGUISHABLE, UNDECIDED -> "34";
        };
        return coloured ? "\u001b[" + code + "m" + text + RESET : text;
    }

    String bold(String text) {
        return coloured ? "\u001b[1m" + text + RESET : text;
    }

    /** A path that can be clicked where links are understood (OSC 8); plain elsewhere. */
    String link(Path path) {
        return coloured
                ? "\u001b]8;;" + path.toAbsolutePath().toUri() + "\u001b\\" + path + "\u001b]8;;\u001b\\"
                : path.toString();
    }

    /**
     * Words in lines of this width; a number and its sign are one word.
     *
     * @param indent of every line
     * @return lines without their last line end
     */
    String wrapped(String text, int indent) {
        StringBuilder out = new StringBuilder();
        int room = Math.max(20, columns - indent);
        int used = room + 1;
        for (String word : NumberText.unbroken(text).split(" ")) {
            if (used + 1 + word.length() > room) {
                out.append(out.isEmpty() ? "" : "\n").append(" ".repeat(indent)).append(word);
                used = word.length();
            } else {
                out.append(' ').append(word);
                used += 1 + word.length();
            }
        }
        return out.toString().replace('\u00a0', ' ');
    }
}
