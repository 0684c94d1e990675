package org.lowrank.trainer.output;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.TDistribution;
import org.lowrank.reports.NumberText;

/**
 * A mean with its confidence interval over draws, by Student's t: x̄ ± t_{n−1} s/√n. For a ratio it is taken of the logarithms and
 * carried back, so that the mean is the geometric one and the interval is a factor.
 *
 * @param mean of the defined values; NaN without any
 * @param low lower end, −∞ (0 for a ratio) with fewer than two values
 * @param high upper end, ∞ with fewer than two values
 * @param draws how many values there are
 */
record Interval(double mean, double low, double high, int draws) {
    /** What findings are given with. */
    static final double LEVEL = 0.95;

    /** Below this number of draws a statement about the mean is not decided. */
    static final int ENOUGH = 5;

    /** At 95 %. */
    static Interval of(double[] values) {
        return of(values, 1);
    }

    /**
     * At 95 % together with others: Bonferroni's correction, each error probability divided by their number.
     *
     * @param comparisons how many intervals are looked at to choose one
     */
    static Interval of(double[] values, int comparisons) {
        double[] x = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
        int n = x.length;
        double mean = Arrays.stream(x).average().orElse(Double.NaN);
        if (n < 2) {
            return new Interval(mean, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, n);
        }
        double squares = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum();
        double t = new TDistribution(n - 1).inverseCumulativeProbability(1 - (1 - LEVEL) / 2 / comparisons);
        double half = t * Math.sqrt(squares / (n - 1) / n);
        return new Interval(mean, mean - half, mean + half, n);
    }

    /** Of positive values: geometric mean, and the interval as a factor. */
    static Interval geometric(double[] values) {
        return geometric(values, 1);
    }

    /** The same, corrected as {@link #of(double[], int)}. */
    static Interval geometric(double[] values, int comparisons) {
        Interval logs = of(Arrays.stream(values).map(Math::log).toArray(), comparisons);
        return new Interval(Math.exp(logs.mean), Math.exp(logs.low), Math.exp(logs.high), logs.draws);
    }

    /** Whether there are draws enough for a verdict. */
    boolean decides() {
        return draws >= ENOUGH;
    }

    /** {@code 1.23 (1.01 to 1.50)}; the mean alone with one draw. */
    String text() {
        return NumberText.of(mean)
                + (!Double.isFinite(high) ? "" : " (" + NumberText.of(low) + " to " + NumberText.of(high) + ")");
    }

    /**
     * Of a quotient of a quantity after and before: {@code rises 3.0 (2.0 to 4.5)-fold}; by its reciprocal {@code falls …-fold}
     * where the mean is below 1.
     */
    String change() {
        if (Double.isNaN(mean)) {
            return "is in no draw known both times";
        }
        return mean < 1 ? "falls " + inverse().text() + "-fold" : "rises " + text() + "-fold";
    }

    /** The interval of 1/x, of a quotient turned over. */
    Interval inverse() {
        return new Interval(1 / mean, 1 / high, 1 / low, draws);
    }
}
