package org.lowrank.inference.engine;

import java.io.IOException;

/** Told of activations as layers run. */
public interface ActivationListener {
    /** Listens to nothing. */
    ActivationListener NONE = activations -> {};

    /** Once for each place of each layer, in the order of the layers. */
    void observed(Activations activations) throws IOException, InterruptedException;

    /**
     * How far the run is.
     *
     * @param done tokens times layers
     * @param total of them
     */
    default void progress(long done, long total) {}
}
