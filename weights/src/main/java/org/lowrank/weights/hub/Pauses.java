package org.lowrank.weights.hub;

import java.io.InterruptedIOException;
import java.time.Duration;

/** Waits between attempts; tests look at them instead of sitting them out. */
@FunctionalInterface
interface Pauses {
    /** Really waits. */
    Pauses REAL = pause -> {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the Hub");
        }
    };

    void sit(Duration pause) throws InterruptedIOException;
}
