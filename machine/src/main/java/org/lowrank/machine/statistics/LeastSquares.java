package org.lowrank.machine.statistics;

import java.util.Arrays;

/**
 * The line y = a + b x of least squares through points: b = Σ (x_i − x̄)(y_i − ȳ) / Σ (x_i − x̄)², a = ȳ − b x̄ (Gauss 1809). NaN where
 * all x are the same or a number is NaN.
 *
 * @param intercept a
 * @param slope b
 */
public record LeastSquares(double intercept, double slope) {
    /**
     * Through (x_i, y_i), at least one of them.
     *
     * @throws IllegalArgumentException if there are not as many x as y, or none
     */
    public static LeastSquares through(double[] x, double[] y) {
        if (x.length != y.length || x.length == 0) {
            throw new IllegalArgumentException("as many x as y, and some: " + x.length + ", " + y.length);
        }
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            products += (x[i] - meanX) * (y[i] - meanY);
            squares += (x[i] - meanX) * (x[i] - meanX);
        }
        double slope = products / squares;
        return new LeastSquares(meanY - slope * meanX, slope);
    }
}
