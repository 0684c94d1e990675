package org.lowrank.trainer.experiment;

/** Told how far a run is; called from several threads, one at a time. */
@FunctionalInterface
public interface ExperimentProgress {
    /**
     * Some work is done.
     *
     * @param done steps of all networks so far, those of a resumed run included
     * @param total steps of all networks
     */
    void update(long done, long total);
}
