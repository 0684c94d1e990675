package org.lowrank.weights.hub;

import java.io.IOException;

/** A body broke while it was read: worth another attempt, unlike a failure to write it. */
final class BrokenBodyException extends IOException {
    private static final long serialVersionUID = 1L;

    BrokenBodyException(IOException cause) {
        super(cause);
    }
}
