package org.lowrank.analyzer.source;

import java.io.IOException;

/** The weights are malformed, incomplete or of an unknown kind (exit code 4). */
public final class MalformedWeightsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public MalformedWeightsException(String message) {
        super(oneLine(message));
    }

    /** The same with its cause, shown only with {@code --debug}. */
    public MalformedWeightsException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /** Names come from the file and may hold line breaks or terminal control characters. */
    private static String oneLine(String message) {
        return message.replaceAll("\\p{Cntrl}", "?");
    }
}
