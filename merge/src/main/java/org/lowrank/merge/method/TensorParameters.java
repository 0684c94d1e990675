package org.lowrank.merge.method;

/**
 * The numbers of a recipe for one tensor, in mergekit's words.
 *
 * @param weights one per model
 * @param densities one per model: share of elements kept, in (0, 1]
 * @param normalize divide by the sum of weights
 * @param rescale what a thinned task vector is multiplied with
 * @param consensus how the sign of an element is agreed on
 * @param lambda factor of the combined task vector
 * @param t where between the two models, in [0, 1]
 * @param rank directions kept of each task vector, at least 1; 0: what the method takes by itself
 * @param seed of what is random
 */
public record TensorParameters(
        double[] weights,
        double[] densities,
        boolean normalize,
        Rescale rescale,
        Consensus consensus,
        double lambda,
        double t,
        int rank,
        long seed) {
    /** What a thinned task vector is multiplied with. */
    public enum Rescale {
        /** Nothing. */
        NONE,
        /** What makes its sum of magnitudes what it was: mergekit's {@code rescale: true}. */
        L1,
        /** 1/density, which keeps each element's expectation: the paper's. */
        DENSITY
    }

    /** How the sign of an element is agreed on. */
    public enum Consensus {
        /** The sign of the sum: the TIES paper's. */
        SUM,
        /** The sign that more models have. */
        COUNT
    }

    double sumOfWeights() {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        return sum;
    }
}
