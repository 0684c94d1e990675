package org.lowrank.machine.net;

import java.io.InterruptedIOException;
import java.time.Duration;

/** Waits between attempts; tests look at them instead of sitting them out. */
@FunctionalInterface
public interface Pauses {
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
                throw new InterruptedIOException("interrupted while waiting for a server");
            }
        };
    }

    /** Waits so long. */
    void sit(Duration pause) throws InterruptedIOException;
}
