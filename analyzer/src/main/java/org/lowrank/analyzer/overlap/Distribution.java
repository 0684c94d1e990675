package org.lowrank.analyzer.overlap;

import java.util.Arrays;
import java.util.List;

/**
 * The distribution of ⟨x_i, x'_j⟩ over pairs of unit-length rows, each pair weighted by how often its two tokens are used.
 *
 * @param uses Σ c_i c'_j, the weight of all pairs
 * @param pairs distinct pairs of tokens
 * @param mean weighted
 * @param sd weighted standard deviation
 * @param min smallest
 * @param max largest
 * @param epsilon max |⟨x_i, x'_j⟩|, the ε of the paper
 * @param quantiles of ⟨x_i, x'_j⟩ at {@link #LEVELS}, to {@link #RESOLUTION}
 * @param absoluteQuantiles of |⟨x_i, x'_j⟩| at {@link #ABSOLUTE_LEVELS}, to the same
 * @param sharesAbove weight of pairs with |⟨x_i, x'_j⟩| above each of {@link #THRESHOLDS}
 * @param histogram weight in each of {@link #BINS} equal intervals of [−1, 1]
 */
public record Distribution(
        long uses,
        long pairs,
        double mean,
        double sd,
        double min,
        double max,
        double epsilon,
        List<Double> quantiles,
        List<Double> absoluteQuantiles,
        List<Double> sharesAbove,
        double[] histogram) {
    public static final List<Double> LEVELS = List.of(0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99);
    public static final List<Double> ABSOLUTE_LEVELS = List.of(0.5, 0.9, 0.99, 0.999);
    public static final List<Double> THRESHOLDS = List.of(0.05, 0.1, 0.2, 0.3, 0.5, 0.7);

    /** Absolute accuracy of the quantiles. */
    public static final double RESOLUTION = 1e-5;

    /** Intervals of the histogram. */
    public static final int BINS = 100;

    private static final int FINE = 200_000;

    /** Told of every pair. */
    interface PairListener {
        void pair(int i, int j, double product);
    }

    /**
     * All pairs. Cost: d products each.
     *
     * @param a unit rows of the first text's tokens
     * @param usesA how often each occurs, at least 1
     * @param b unit rows of the second's
     * @param usesB how often each occurs
     */
    static Distribution of(double[][] a, int[] usesA, double[][] b, int[] usesB, PairListener listener)
            throws InterruptedException {
        Gathered gathered = new Gathered();
        for (int i = 0; i < a.length; i++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            for (int j = 0; j < b.length; j++) {
                double product = Math.max(-1, Math.min(1, dot(a[i], b[j])));
                gathered.add(product, (long) usesA[i] * usesB[j]);
                listener.pair(i, j, product);
            }
        }
        return gathered.distribution();
    }

    private static double dot(double[] x, double[] y) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int j = 0;
        for (; j <= x.length - 4; j += 4) {
            s0 += x[j] * y[j];
            s1 += x[j + 1] * y[j + 1];
            s2 += x[j + 2] * y[j + 2];
            s3 += x[j + 3] * y[j + 3];
        }
        for (; j < x.length; j++) {
            s0 += x[j] * y[j];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** Sums, and weights in intervals fine enough for the quantiles. */
    private static final class Gathered {
        private final long[] fine = new long[FINE];
        private long uses;
        private long pairs;
        private double sum;
        private double squares;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;
        private final long[] above = new long[THRESHOLDS.size()];

        void add(double product, long weight) {
            uses = Math.addExact(uses, weight);
            pairs++;
            sum += weight * product;
            squares += weight * product * product;
            min = Math.min(min, product);
            max = Math.max(max, product);
            fine[(int) Math.min(FINE - 1, (product + 1) / 2 * FINE)] += weight;
            for (int t = 0; t < above.length; t++) {
                above[t] += Math.abs(product) > THRESHOLDS.get(t) ? weight : 0;
            }
        }

        Distribution distribution() {
            double mean = sum / uses;
            long[] absolute = new long[FINE / 2];
            for (int bin = 0; bin < FINE; bin++) {
                absolute[bin < FINE / 2 ? FINE / 2 - 1 - bin : bin - FINE / 2] += fine[bin];
            }
            double[] histogram = new double[BINS];
            for (int bin = 0; bin < FINE; bin++) {
                histogram[(int) ((long) bin * BINS / FINE)] += fine[bin] / (double) uses;
            }
            return new Distribution(
                    uses,
                    pairs,
                    mean,
                    Math.sqrt(Math.max(0, squares / uses - mean * mean)),
                    min,
                    max,
                    Math.max(Math.abs(min), Math.abs(max)),
                    LEVELS.stream()
                            .map(level -> clamp(-1 + quantile(fine, level) * RESOLUTION))
                            .toList(),
                    ABSOLUTE_LEVELS.stream()
                            .map(level -> Math.min(
                                    Math.max(Math.abs(min), Math.abs(max)), quantile(absolute, level) * RESOLUTION))
                            .toList(),
                    Arrays.stream(above)
                            .mapToObj(count -> count / (double) uses)
                            .toList(),
                    histogram);
        }

        private double clamp(double value) {
            return Math.max(min, Math.min(max, value));
        }

        /** Middle of the interval in which the weighted share reaches the level. */
        private double quantile(long[] bins, double level) {
            double wanted = level * uses;
            long held = 0;
            for (int bin = 0; bin < bins.length; bin++) {
                held += bins[bin];
                if (held >= wanted) {
                    return bin + 0.5;
                }
            }
            return bins.length;
        }
    }
}
