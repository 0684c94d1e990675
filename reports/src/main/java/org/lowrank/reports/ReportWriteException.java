package org.lowrank.reports;

import java.io.IOException;

/** Results cannot be written (exit code 5). */
public final class ReportWriteException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public ReportWriteException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same where nothing else has failed before. */
    public ReportWriteException(String message) {
        super(message);
    }
}
