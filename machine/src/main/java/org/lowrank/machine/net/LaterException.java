package org.lowrank.machine.net;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The server asks to come again later. */
public final class LaterException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> wait;

    /**
     * Asks for another try.
     *
     * @param wait how long the server wants to be left alone, where it says so
     */
    public LaterException(String message, Optional<Duration> wait) {
        super(message);
        this.wait = wait;
    }

    Optional<Duration> pause() {
        return wait;
    }
}
