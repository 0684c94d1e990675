package org.lowrank.survey.population;

import java.util.concurrent.Semaphore;

/** So many bytes for all that is measured at a time: who needs some waits until they are free. First come, first served. */
final class MemoryBudget {
    private static final long UNIT = 1 << 20;

    private final int total;
    private final Semaphore free;

    MemoryBudget(long bytes) {
        this.total = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / UNIT));
        this.free = new Semaphore(total, true);
    }

    /** A part of it, given back when closed. */
    interface Share extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for so many bytes; what needs more than there are gets all of them, alone. */
    Share take(long bytes) throws InterruptedException {
        int units = (int) Math.max(1, Math.min(total, (bytes + UNIT - 1) / UNIT));
        free.acquire(units);
        return () -> free.release(units);
    }
}
