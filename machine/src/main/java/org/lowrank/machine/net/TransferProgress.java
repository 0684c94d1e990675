package org.lowrank.machine.net;

/** Told how far a download is. Called from several threads, often. */
@FunctionalInterface
public interface TransferProgress {
    /** Tells nobody. */
    TransferProgress NONE = (file, done, total) -> {};

    /**
     * Bytes that arrived.
     *
     * @param file what is being fetched, for people: a file name, or several files at once in words
     * @param done bytes so far, those of an earlier broken download included
     * @param total bytes in all, or -1 where not known
     */
    void transferred(String file, long done, long total);

    /**
     * A pause that a server asked for, or that follows a broken connection; told every second.
     *
     * @param secondsLeft until the next attempt
     */
    default void waiting(long secondsLeft) {}
}
