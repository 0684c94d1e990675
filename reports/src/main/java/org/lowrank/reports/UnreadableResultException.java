package org.lowrank.reports;

import java.io.IOException;

/** A file is not a saved result of this program (exit code 2: it was named by the user). */
public final class UnreadableResultException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public UnreadableResultException(String message) {
        super(message);
    }

    /** The same with its cause, shown only with {@code --debug}. */
    public UnreadableResultException(String message, Throwable cause) {
        super(message, cause);
    }
}
