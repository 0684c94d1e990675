package org.lowrank.trainer.descent;

import org.lowrank.trainer.network.ReluNetwork;

/**
 * Gradient descent with weight decay on (1/n) Σ ℓ(y_i f(x_i)) + (λ/2)‖θ‖², in progress:
 * W_k ← (1 − ηλ) W_k − η ∂L/∂W_k for every layer at once (Algorithm 1).
 */
public interface Descent {
    /** Steps done. */
    long step();

    /** Descends up to this step. */
    void advanceTo(long step);

    /** The network of the current step; a copy. */
    ReluNetwork network();

    /** What {@link #restore} needs to go on bit for bit; only meaningful at a multiple of {@link #savePeriod} steps. */
    byte[] save();

    /** Goes back to a saved state of the same descent. */
    void restore(byte[] state);

    /** Steps at which the state may be saved are the multiples of this. */
    int savePeriod();
}
