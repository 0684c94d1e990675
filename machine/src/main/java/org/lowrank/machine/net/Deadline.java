package org.lowrank.machine.net;

import java.time.Duration;
import java.util.Optional;

/** The end of all waiting for the network, where one is set. */
final class Deadline {
    private final Optional<Duration> limit;
    private final long start = System.nanoTime();

    Deadline(Optional<Duration> limit) {
        this.limit = limit;
    }

    /** Whether it would be passed after this pause. */
    boolean isPassedIn(Duration pause) {
        return limit.isPresent()
                && System.nanoTime() - start + pause.toNanos() > limit.get().toNanos();
    }

    /** In words. */
    String described() {
        return "the limit of " + limit.map(Duration::toSeconds).orElse(0L) + " s (LOWRANK_NETWORK_LIMIT) has passed";
    }
}
