package org.lowrank.merge.method;

/**
 * θ = Σ w_m θ_m, or θ0 + f Σ w_m (θ_m − θ0): each element from the same element of the models alone, so that it may be carried out
 * without an array of doubles in between ({@link org.lowrank.machine.memory.WeightedFloats}).
 *
 * @param weights w, one for each model; not modified
 * @param fromBase whether it is the second
 * @param factor f; 1 in the first
 */
public record PlainSum(double[] weights, boolean fromBase, double factor) implements ElementRule {
    /** Σ w_m θ_m. */
    static PlainSum of(double[] weights) {
        return new PlainSum(weights, false, 1);
    }

    /** θ0 + f Σ w_m (θ_m − θ0). */
    static PlainSum ofDifferences(double[] weights, double factor) {
        return new PlainSum(weights, true, factor);
    }

    @Override
    public void merge(long first, int count, double[] base, double[][] models, double[] out) {
        if (fromBase) {
            WeightedSum.ofDifferences(weights, base, models, count, out);
            WeightedSum.addToBase(base, factor, count, out);
        } else {
            WeightedSum.of(weights, models, count, out);
        }
    }
}
