package org.lowrank.weights.bytes;

import java.io.IOException;

/** The weights are malformed, incomplete or of an unknown kind (exit code 4). */
public final class MalformedWeightsException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 2000;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public MalformedWeightsException(String message) {
        super(oneLine(message));
    }

    /** The same with its cause, shown only with {@code --debug}. */
    public MalformedWeightsException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /** Names come from the file: they may hold line breaks or terminal control characters, or be megabytes long. */
    private static String oneLine(String message) {
        String plain = message.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
        return plain.length() <= LONGEST
                ? plain
                : plain.substring(0, LONGEST / 2) + " … " + plain.substring(plain.length() - LONGEST / 2);
    }
}
