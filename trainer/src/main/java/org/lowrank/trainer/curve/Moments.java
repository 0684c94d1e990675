package org.lowrank.trainer.curve;

import java.util.Arrays;

/**
 * Mean and sample standard deviation (divisor n − 1) of the values that are defined.
 *
 * @param mean NaN without any
 * @param sd NaN with fewer than two: one draw says nothing of the spread
 * @param count how many there are
 */
public record Moments(double mean, double sd, int count) {
    /** NaN stands for an undefined value and is left out. */
    public static Moments of(double[] values) {
        double[] defined = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
        double mean = defined.length == 0 ? Double.NaN : Arrays.stream(defined).sum() / defined.length;
        double squares =
                Arrays.stream(defined).map(v -> (v - mean) * (v - mean)).sum();
        double sd = defined.length < 2 ? Double.NaN : Math.sqrt(squares / (defined.length - 1));
        return new Moments(mean, sd, defined.length);
    }
}
