package org.lowrank.reports;

import java.util.regex.Pattern;

/**
 * Characters that are not seen and change what is: marks that turn the direction of writing, joiners, fillers. In a name from a
 * file they make a page show another name than the one that is meant.
 */
final class Hidden {
    /** Format characters (Unicode category Cf), and fillers that are letters by their category. */
    private static final Pattern CHARACTERS = Pattern.compile("[\\p{Cf}\\u115f\\u1160\\u3164\\uffa0]");

    private Hidden() {}

    /** The text of a page with each replaced by U+FFFD, which is seen. */
    static String shown(String html) {
        return CHARACTERS.matcher(html).replaceAll("\ufffd");
    }

    /** The text of JSON with each escaped: what is read from it is unchanged. */
    static String escaped(String json) {
        return CHARACTERS.matcher(json).replaceAll(found -> {
            StringBuilder escapes = new StringBuilder();
            for (char unit : found.group().toCharArray()) {
                escapes.append("\\\\u").append(String.format(java.util.Locale.ROOT, "%04x", (int) unit));
            }
            return escapes.toString();
        });
    }
}
