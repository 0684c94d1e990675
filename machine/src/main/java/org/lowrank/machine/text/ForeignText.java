package org.lowrank.machine.text;

import java.util.regex.Pattern;

/**
 * Names and values from files and servers: they may hold escape sequences of a terminal, line breaks that forge a line of
 * ours, marks that turn the direction of writing, or megabytes. Cleaned where they leave the program for a terminal.
 */
public final class ForeignText {
    /** What a message keeps of one text. */
    public static final int LONGEST_MESSAGE = 2000;

    /** What a message keeps of one name. */
    public static final int LONGEST_NAME = 200;

    /** Control, format (bidirectional overrides among them), line and paragraph separators, lone surrogates. */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

    private ForeignText() {}

    /** One line of at most {@link #LONGEST_MESSAGE} characters, unsafe ones replaced by '?'. */
    public static String line(String text) {
        return shortened(UNSAFE.matcher(text).replaceAll("?"), LONGEST_MESSAGE);
    }

    /** The same of at most {@link #LONGEST_NAME} characters. */
    public static String name(String text) {
        return shortened(
                UNSAFE.matcher(text.length() > LONGEST_MESSAGE ? shortened(text, LONGEST_MESSAGE) : text)
                        .replaceAll("?"),
                LONGEST_NAME);
    }

    /** Several lines: as {@link #line} but for line feeds, and of any length. */
    public static String lines(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (String line : text.split("\n", -1)) {
            clean.append(clean.isEmpty() ? "" : "\n")
                    .append(UNSAFE.matcher(line).replaceAll("?"));
        }
        return clean.toString();
    }

    /** Start and end with … between them. */
    private static String shortened(String text, int longest) {
        return text.length() <= longest
                ? text
                : text.substring(0, longest / 2) + " … " + text.substring(text.length() - longest / 2);
    }
}
