package org.lowrank.analyzer.measurement;

import java.util.Arrays;

/** The middle of a sample. */
public final class Medians {
    private Medians() {}

    /** Of the values that are numbers; the mean of the two middle ones where their count is even, NaN where there are none. */
    public static double of(double... values) {
        double[] sorted =
                Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        int half = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
