package org.lowrank.spectral;

/**
 * Principal angles 0 ≤ θ1 ≤ … ≤ θk ≤ π/2 between two spaces given by orthonormal bases X and Y (Björck and Golub 1973):
 * their cosines are the singular values of XᵀY.
 *
 * @param cosines from the largest, in [0, 1]
 */
public record PrincipalAngles(double[] cosines) {

    /**
     * Between spans of the first min(k, k') vectors of each. Cost O(d k²); cosines to about 1e-15 where the bases are
     * orthonormal to that.
     *
     * @param x orthonormal vectors of length d
     * @param y orthonormal vectors of length d
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

    /** √(k/d): the overlap expected of two independent uniformly random k-dimensional spaces in d dimensions (rms). */
    public static double randomOverlap(int k, long d) {
        return Math.sqrt(Math.min(1, k / (double) d));
    }
}
