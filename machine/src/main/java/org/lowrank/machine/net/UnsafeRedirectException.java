package org.lowrank.machine.net;

import java.io.IOException;

/** A redirect that is not followed; asking again would not help. */
public final class UnsafeRedirectException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean loop;

    UnsafeRedirectException(String message, boolean loop) {
        super(message);
        this.loop = loop;
    }

    /** Whether there were too many, rather than one to an address that is none or is not safe. */
    public boolean isLoop() {
        return loop;
    }
}
