package org.lowrank.spectral;

import java.util.Arrays;

/**
 * The symmetric block tridiagonal matrix T of the block Lanczos process, growing by a block a step. The blocks beside the
 * diagonal are upper triangular, so that no entry is further from the diagonal than a block is wide.
 */
final class BandMatrix {
    private static final int MAX_ITERATIONS = 100;

    private final int block;
    private final int width;
    private double[] band = new double[64];
    private double[] factor = new double[64];
    private double[] leading = new double[0];
    private int m;

    BandMatrix(int block) {
        this.block = block;
        this.width = block + 1;
    }

    int size() {
        return m;
    }

    /**
     * Another block row.
     *
     * @param coupling block × block, upper triangular, row-major: the entries left of the diagonal block; ignored for the first
     * @param diagonal block × block, symmetric
     */
    void add(double[] coupling, double[] diagonal) {
        if ((m + block) * width > band.length) {
            band = Arrays.copyOf(band, 2 * (m + block) * width);
            factor = new double[band.length];
        }
        for (int r = 0; r < block; r++) {
            for (int d = 0; d <= block; d++) {
                int c = r - d;
                double entry = c >= 0 ? diagonal[r * block + c] : m == 0 ? 0 : coupling[r * block + c + block];
                band[(m + r) * width + d] = entry;
            }
        }
        m += block;
    }

    /** Entry (i, i − d). */
    double below(int i, int d) {
        return d > block || d > i ? 0 : band[i * width + d];
    }

    /** y = T x. */
    void multiply(double[] x, double[] y) {
        for (int i = 0; i < m; i++) {
            double sum = band[i * width] * x[i];
            for (int d = 1; d <= Math.min(block, i); d++) {
                double entry = band[i * width + d];
                sum += entry * x[i - d];
                y[i - d] += entry * x[i];
            }
            y[i] = sum;
        }
    }

    /** Y = factor · T X for three columns, row-major. */
    void multiplyThree(double factor, double[] x, double[] y) {
        for (int i = 0; i < m; i++) {
            int at = 3 * i;
            double entry = band[i * width];
            double y0 = entry * x[at];
            double y1 = entry * x[at + 1];
            double y2 = entry * x[at + 2];
            for (int d = 1; d <= block; d++) {
                if (i >= d) {
                    entry = band[i * width + d];
                    int other = at - 3 * d;
                    y0 += entry * x[other];
                    y1 += entry * x[other + 1];
                    y2 += entry * x[other + 2];
                }
                if (i + d < m) {
                    entry = band[(i + d) * width + d];
                    int other = at + 3 * d;
                    y0 += entry * x[other];
                    y1 += entry * x[other + 1];
                    y2 += entry * x[other + 2];
                }
            }
            y[at] = factor * y0;
            y[at + 1] = factor * y1;
            y[at + 2] = factor * y2;
        }
    }

    /** vᵀTv for a unit vector v. */
    double rayleigh(double[] v) {
        double[] product = new double[m];
        multiply(v, product);
        return Sums.dot(v, 0, product, 0, m);
    }

    /** The largest absolute row sum, which no eigenvalue exceeds. */
    private double rowSum() {
        double[] sums = new double[m];
        for (int i = 0; i < m; i++) {
            sums[i] += Math.abs(band[i * width]);
            for (int d = 1; d <= Math.min(block, i); d++) {
                double entry = Math.abs(band[i * width + d]);
                sums[i] += entry;
                sums[i - d] += entry;
            }
        }
        return Arrays.stream(sums).max().orElse(0);
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
            Lanczos.scale(v, 1 / Lanczos.norm(v));
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

    /** ‖Tv − θv‖. */
    double residual(double[] v, double value) {
        double[] product = new double[m];
        multiply(v, product);
        Sums.axpy(-value, v, 0, product, 0, m);
        return Lanczos.norm(product);
    }

    /** shift − T = LDLᵀ; false where it is not positive definite. */
    private boolean factorise(double shift) {
        for (int i = 0; i < m; i++) {
            for (int d = Math.min(block, i); d >= 0; d--) {
                int j = i - d;
                double sum = (d == 0 ? shift : 0) - band[i * width + d];
                for (int k = Math.max(0, i - block); k < j; k++) {
                    sum -= factor[i * width + i - k] * factor[j * width + j - k] * factor[k * width];
                }
                factor[i * width + d] = d == 0 ? sum : sum / factor[j * width];
            }
            if (!(factor[i * width] > 0)) {
                return false;
            }
        }
        return true;
    }

    /** x = (shift − T)⁻¹ x. */
    private void solve(double[] x) {
        for (int i = 0; i < m; i++) {
            for (int d = 1; d <= Math.min(block, i); d++) {
                x[i] -= factor[i * width + d] * x[i - d];
            }
        }
        for (int i = 0; i < m; i++) {
            x[i] /= factor[i * width];
        }
        for (int i = m - 1; i >= 0; i--) {
            for (int d = 1; d <= Math.min(block, i); d++) {
                x[i - d] -= factor[i * width + d] * x[i];
            }
        }
    }
}
