package org.lowrank.machine.memory;

/**
 * Weighted sums of single-precision numbers as merging adds models: in double, from the first to the last, rounded once to nearest,
 * ties to even, so that the bits are those of widening, multiplying, adding and rounding one after the other; but without writing
 * doubles anywhere. Every implementation gives the same bits. Safe for several threads.
 */
public sealed interface WeightedFloats permits PlainWeightedFloats, VectorWeightedFloats {
    /** Numbers that are best summed at a time: a few arrays of so many stay in a core's first cache. */
    int RUN = 1 << 11;

    /** The fastest that runs here. */
    static WeightedFloats fastest() {
        return Fastest.SUM;
    }

    /**
     * out_i = Σ_m w_m x_mi, of at least one x.
     *
     * @param x numbers of each model, at least {@code count}
     * @param weights as many as there are x
     * @param out of which the first {@code count} are filled
     * @return whether all sums are finite after rounding, which they are not where one of the numbers is not
     */
    boolean of(float[][] x, double[] weights, int count, float[] out);

    /**
     * out_i = b_i + f Σ_m w_m (x_mi − b_i), of at least one x.
     *
     * @param base b
     * @param factor f
     * @return whether all sums are finite after rounding
     */
    boolean ofDifferences(float[] base, float[][] x, double[] weights, double factor, int count, float[] out);
}
