package org.lowrank.machine.tasks;

/**
 * Told how far countable work is. One policy for all of lowrank: calls may come from any thread and often, so a listener is quick and
 * safe for several threads; counts grow, but may arrive out of order.
 */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress NONE = (done, total) -> {};

    /**
     * Some work is done.
     *
     * @param done so far, what an earlier run left included
     * @param total in all
     */
    void at(long done, long total);
}
