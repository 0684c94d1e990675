package org.lowrank.weights.bytes;

import java.io.IOException;

/** The bytes are elsewhere and could not be had, however often they were asked for (exit code 3). */
public final class UnavailableSourceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public UnavailableSourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
