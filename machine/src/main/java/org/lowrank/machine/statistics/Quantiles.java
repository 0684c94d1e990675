package org.lowrank.machine.statistics;

import java.util.Arrays;

/** Quantiles of a sample, by linear interpolation between order statistics (Hyndman and Fan 1996, type 7). */
public final class Quantiles {
    private Quantiles() {}

    /**
     * Of the values that are numbers; NaN where there are none.
     *
     * @param p in [0, 1]
     */
    public static double of(double p, double... values) {
        double[] sorted =
                Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double at = p * (sorted.length - 1);
        int below = (int) Math.floor(at);
        if (at == below || sorted[below] == sorted[below + 1]) {
            return sorted[below];
        }
        return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
    }
}
