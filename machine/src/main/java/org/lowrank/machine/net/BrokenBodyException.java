package org.lowrank.machine.net;

import java.io.IOException;

/** A body broke while it was read: worth another attempt, unlike a failure to write it. */
public final class BrokenBodyException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Broken by this. */
    public BrokenBodyException(IOException cause) {
        super(cause);
    }
}
