package org.lowrank.trainer.task;

/**
 * Inputs with labels.
 *
 * @param samples n
 * @param dimension d
 * @param inputs x, n·d entries, one sample after the other
 * @param labels y, n entries, each −1 or +1
 */
public record Task(int samples, int dimension, double[] inputs, double[] labels) {
    /** Checks the shapes. */
    public Task {
        if (inputs.length != samples * dimension || labels.length != samples) {
            throw new IllegalArgumentException("task: " + inputs.length + " inputs and " + labels.length
                    + " labels are not " + samples + " samples of dimension " + dimension);
        }
    }
}
