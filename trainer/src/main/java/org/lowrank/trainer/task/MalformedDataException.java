package org.lowrank.trainer.task;

import java.io.IOException;

/** A data file that is damaged or of another kind. The message is one line: what, where, what to do. */
public final class MalformedDataException extends IOException {
    private static final long serialVersionUID = 1;

    /** One line. */
    public MalformedDataException(String message) {
        super(message);
    }
}
