package org.lowrank.spectral;

import org.lowrank.spectral.kernel.Sums;

/**
 * Principal angles 0 ≤ θ1 ≤ … ≤ θk ≤ π/2 between two spaces given by orthonormal bases X and Y (Björck and Golub 1973):
 * their cosines are the singular values of XᵀY.
 *
 * @param cosines from the largest, in [0, 1]
 */
public record PrincipalAngles(double[] cosines) {

    /**
     * Between the spans of the first k = min(k1, k2) vectors of each; no angles where one is empty. Cost O(d k² + k³).
     * Cosines to about 1e-15 where the bases are orthonormal to that; small angles lose half the digits (θ ≈ √(2(1 − cos θ))).
     *
     * @param x k1 orthonormal vectors of length d; not modified
     * @param y k2 orthonormal vectors of length d; not modified
     * @throws IllegalArgumentException if the lengths differ
     */
    public static PrincipalAngles between(double[][] x, double[][] y) {
        int k = Math.min(x.length, y.length);
        double[] products = new double[k * k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                if (x[i].length != y[j].length) {
                    throw new IllegalArgumentException(
                            "vectors of length " + x[i].length + " and " + y[j].length + " have no angle");
                }
                products[i * k + j] = Sums.dot(x[i], 0, y[j], 0, x[i].length);
            }
        }
        double[] cosines = k == 0 ? new double[0] : SingularValues.of(products, k, k);
        for (int i = 0; i < k; i++) {
            cosines[i] = Math.min(1, cosines[i]);
        }
        return new PrincipalAngles(cosines);
    }

    /** √(mean cos²θ) = ‖XᵀY‖_F/√k in [0, 1]: 1 for equal spaces, 0 for orthogonal ones; NaN for empty ones. */
    public double overlap() {
        double squares = 0;
        for (double cosine : cosines) {
            squares += cosine * cosine;
        }
        return cosines.length == 0 ? Double.NaN : Math.sqrt(squares / cosines.length);
    }

    /**
     * √(k/d) in (0, 1]: the overlap expected of two independent uniformly random k-dimensional spaces in d dimensions, the
     * root of the exact mean E‖XᵀY‖_F²/k = k/d.
     *
     * @param k dimension of the spaces, at most d
     * @param d dimension of the whole, at least 1
     */
    public static double randomOverlap(int k, long d) {
        return Math.sqrt(Math.min(1, k / (double) d));
    }
}
