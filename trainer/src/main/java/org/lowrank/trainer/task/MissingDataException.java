package org.lowrank.trainer.task;

import java.io.IOException;

/** A data set that is not there. The message is one line: what, where, what to do. */
public final class MissingDataException extends IOException {
    private static final long serialVersionUID = 1;

    /** One line. */
    public MissingDataException(String message) {
        super(message);
    }
}
