package org.lowrank.trainer.experiment;

import org.lowrank.trainer.network.Initialisation;

/**
 * What the experiments around Figure 3 have in common. Ten components, since each is a choice that a reader may want to
 * change by an option of its own.
 *
 * @param samples n of each task
 * @param dimension d of the inputs, even
 * @param frequency c of the labels sign(sin(c·wᵀx))
 * @param initialisation of the weights
 * @param stepSize η
 * @param steps of gradient descent
 * @param draws of tasks and weights
 * @param records how many steps are recorded, log-spaced, besides step 0
 * @param precision of the descent
 * @param seed of all draws
 */
public record Protocol(
        int samples,
        int dimension,
        double frequency,
        Initialisation initialisation,
        double stepSize,
        long steps,
        int draws,
        int records,
        Precision precision,
        long seed) {
    /** Checks the ranges. */
    public Protocol {
        if (samples < 1 || steps < 1 || draws < 1 || records < 1 || dimension < 2 || dimension % 2 != 0) {
            throw new IllegalArgumentException(
                    "experiment: samples " + samples + ", steps " + steps + ", draws " + draws + ", records " + records
                            + ", dimension " + dimension + ": need at least 1, the dimension even");
        }
    }

    /** Figure 3's: n = 100 (which the paper leaves open), d = 100, η = 1. */
    static Protocol figure3(long steps, int draws, int records) {
        return new Protocol(100, 100, 1, Initialisation.UNIFORM, 1, steps, draws, records, Precision.FLOAT32, 0);
    }

    /** The same with one draw: what decides one draw's curves, however many there are. */
    Protocol ofOneDraw() {
        return new Protocol(
                samples, dimension, frequency, initialisation, stepSize, steps, 1, records, precision, seed);
    }
}
