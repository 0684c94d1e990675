package org.lowrank.weights.hub;

import java.io.InterruptedIOException;
import java.time.Duration;
import org.lowrank.weights.files.TransferProgress;

/** Waits between attempts; tests look at them instead of sitting them out. */
@FunctionalInterface
interface Pauses {
    /** Really waits, and says every second how long it still is. */
    static Pauses telling(TransferProgress progress) {
        return pause -> {
            try {
                for (long left = pause.toSeconds(); left > 0; left--) {
                    progress.waiting(left);
                    Thread.sleep(1000);
                }
                Thread.sleep(pause.toMillisPart());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the Hub");
            }
        };
    }

    void sit(Duration pause) throws InterruptedIOException;
}
