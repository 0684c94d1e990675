package org.lowrank.trainer.descent;

import org.lowrank.trainer.network.ReluNetwork;

/** Mini-batch descent of one or more networks side by side, in progress: W ← (1 − ηλ)W − η∇L_batch after every batch. */
public interface StochasticDescent {
    /** One pass over all samples. */
    void epoch();

    /** Passes done. */
    int epochs();

    /** The network of the l-th λ; a copy. */
    ReluNetwork network(int lane);

    /** What {@link #restore} needs to go on bit for bit. */
    byte[] save();

    /** Goes to a saved state, from a fresh descent of the same kind. */
    void restore(byte[] state);
}
