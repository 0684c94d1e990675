package org.lowrank.machine.net;

import java.io.IOException;

/** A server answered that it does not give what was asked for; asking again would not help. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedException(int status) {
        super("status " + status);
        this.status = status;
    }

    /** The status of the answer, 400 or more. */
    public int status() {
        return status;
    }
}
