package org.lowrank.survey.dataset;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.lowrank.machine.text.ForeignText;

/**
 * Where the rows of a model lie in the data set: a directory {@code model=NAME}, the name escaped as Hive escapes it, which Spark,
 * DuckDB and Arrow read back as a column.
 */
public final class Partition {
    private static final String KEY = SurveyColumns.MODEL + "=";

    /** Hive's list, and what Windows forbids in a file's name. */
    private static final String ESCAPED = "\"#%'*/:=?\\{[]^<>|";

    private static final int LONGEST = 230;

    private Partition() {}

    /** The directory's name. A name too long for one is cut, and ends in a mark of the whole. */
    public static String directory(String model) {
        StringBuilder name = new StringBuilder(KEY);
        model.codePoints().forEach(c -> {
            if (c < 0x20 || c == 0x7f || ESCAPED.indexOf(c) >= 0) {
                name.append(String.format("%%%02X", c));
            } else {
                name.appendCodePoint(c);
            }
        });
        String whole = name.toString();
        if (whole.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
            return whole;
        }
        String mark = "~" + Integer.toHexString(model.hashCode());
        int end = whole.length();
        while (whole.substring(0, end).getBytes(StandardCharsets.UTF_8).length > LONGEST - mark.length()) {
            end = whole.offsetByCodePoints(end, -1);
        }
        return whole.substring(0, end).replaceFirst("%.?$", "") + mark;
    }

    /** The model of a directory; empty where it is no partition. */
    public static Optional<String> model(String directory) {
        if (!directory.startsWith(KEY)) {
            return Optional.empty();
        }
        StringBuilder model = new StringBuilder();
        String name = directory.substring(KEY.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '%' && name.substring(i + 1).matches("(?s)[0-9A-Fa-f]{2}.*")) {
                model.append((char) Integer.parseInt(name.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                model.append(c);
            }
        }
        return Optional.of(ForeignText.line(model.toString()));
    }
}
