package org.lowrank.spectral.lanczos;

import java.util.Arrays;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.Sums;

/**
 * The symmetric block tridiagonal matrix T of the block Lanczos process, growing by a block of {@link Columns#BLOCK} = 3 rows a
 * step. The blocks beside the diagonal are upper triangular, so that no entry is further from the diagonal than three places.
 */
final class BandMatrix {
    private static final int BLOCK = Columns.BLOCK;
    private static final int MAX_ITERATIONS = 100;

    /** Entry (i, i − d) is {@code lower[d][i]}; zeros follow the last row. */
    private final double[][] lower = new double[BLOCK + 1][64];

    private final double[][] factor = new double[BLOCK + 1][64];
    private double[] leading = new double[0];
    private int m;

    int size() {
        return m;
    }

    /**
     * Another block row.
     *
     * @param coupling 3 × 3, upper triangular, row-major: the entries left of the diagonal block; ignored for the first
     * @param diagonal 3 × 3, symmetric
     */
    void add(double[] coupling, double[] diagonal) {
        if (m + 2 * BLOCK > lower[0].length) {
            for (int d = 0; d <= BLOCK; d++) {
                lower[d] = Arrays.copyOf(lower[d], 2 * lower[d].length);
                factor[d] = new double[lower[d].length];
            }
        }
        for (int r = 0; r < BLOCK; r++) {
            for (int d = 0; d <= BLOCK; d++) {
                int c = r - d;
                lower[d][m + r] = c >= 0 ? diagonal[r * BLOCK + c] : m == 0 ? 0 : coupling[r * BLOCK + c + BLOCK];
            }
        }
        m += BLOCK;
    }

    /** Entry (i, i − d). */
    double below(int i, int d) {
        return d > BLOCK || d > i ? 0 : lower[d][i];
    }

    /** A vector of this size with three zeros before and behind it, as {@link #multiply} wants it. */
    double[] padded() {
        return new double[m + 2 * BLOCK];
    }

    /** y = factor · T x; both padded. */
    void multiply(double factor, double[] x, double[] y) {
        double[] l0 = lower[0];
        double[] l1 = lower[1];
        double[] l2 = lower[2];
        double[] l3 = lower[3];
        for (int i = 0; i < m; i++) { // one loop without branches, which the compiler makes vector instructions of
            y[i + 3] = factor
                    * (l0[i] * x[i + 3]
                            + (l1[i] * x[i + 2] + l1[i + 1] * x[i + 4])
                            + (l2[i] * x[i + 1] + l2[i + 2] * x[i + 5])
                            + (l3[i] * x[i] + l3[i + 3] * x[i + 6]));
        }
    }

    private double[] times(double[] v) {
        double[] x = padded();
        System.arraycopy(v, 0, x, BLOCK, m);
        double[] y = padded();
        multiply(1, x, y);
        return Arrays.copyOfRange(y, BLOCK, BLOCK + m);
    }

    /** vᵀTv for a unit vector v. */
    double rayleigh(double[] v) {
        return Sums.dot(v, 0, times(v), 0, m);
    }

    /** ‖Tv − θv‖. */
    double residual(double[] v, double value) {
        double[] product = times(v);
        Sums.axpy(-value, v, 0, product, 0, m);
        return Sums.norm(product);
    }

    /** The largest absolute row sum, which no eigenvalue exceeds. */
    private double rowSum() {
        double largest = 0;
        for (int i = 0; i < m; i++) {
            double sum = Math.abs(lower[0][i]);
            for (int d = 1; d <= BLOCK; d++) {
                sum += Math.abs(lower[d][i]) + Math.abs(lower[d][i + d]);
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    /**
     * The unit eigenvector of the largest eigenvalue, to rounding. Inverse iteration with shifts that come down from above: a
     * Cholesky factorisation of shift − T that runs through shows that no eigenvalue is larger, and the residual how much
     * closer the next shift may be. Begins where the last call ended.
     */
    double[] leadingEigenvector() {
        double[] v = Arrays.copyOf(leading, m);
        for (int i = leading.length; i < m; i++) {
            v[i] = leading.length == 0 ? 1 : 0;
        }
        double above = rowSum();
        double below = 0;
        double shift = above * (1 + 1e-12) + Double.MIN_NORMAL;
        for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
            if (!factorise(shift)) {
                below = shift;
                shift = (below + above) / 2;
                continue;
            }
            above = shift;
            solve(v);
            Sums.scale(v, 1 / Sums.norm(v));
            double value = rayleigh(v);
            double residual = residual(v, value);
            if (residual <= 1e-15 * value && above <= value * (1 + 1e-9)) {
                break;
            }
            double closer = value + 2 * residual + 1e-13 * value;
            shift = closer > below && closer < above ? closer : (Math.max(value, below) + above) / 2;
            if (shift >= above) {
                break;
            }
        }
        leading = v;
        return v;
    }

    /** shift − T = LDLᵀ; false where it is not positive definite. */
    private boolean factorise(double shift) {
        for (int i = 0; i < m; i++) {
            for (int d = Math.min(BLOCK, i); d >= 0; d--) {
                int j = i - d;
                double sum = (d == 0 ? shift : 0) - lower[d][i];
                for (int k = Math.max(0, i - BLOCK); k < j; k++) {
                    sum -= factor[i - k][i] * factor[j - k][j] * factor[0][k];
                }
                factor[d][i] = d == 0 ? sum : sum / factor[0][j];
            }
            if (!(factor[0][i] > 0)) {
                return false;
            }
        }
        return true;
    }

    /** x = (shift − T)⁻¹ x. */
    private void solve(double[] x) {
        for (int i = 0; i < m; i++) {
            for (int d = 1; d <= Math.min(BLOCK, i); d++) {
                x[i] -= factor[d][i] * x[i - d];
            }
        }
        for (int i = m - 1; i >= 0; i--) {
            x[i] /= factor[0][i];
            for (int d = 1; d <= BLOCK && i + d < m; d++) {
                x[i] -= factor[d][i + d] * x[i + d];
            }
        }
    }
}
