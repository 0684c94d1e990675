package org.lowrank.spectral;

import java.util.Arrays;

/** Eigenvalues of the small symmetric tridiagonal matrix of the Lanczos process, and its leading eigenvector. */
final class Tridiagonal {
    private static final int MAX_SWEEPS = 60;

    private Tridiagonal() {}

    /**
     * All eigenvalues in ascending order, by QL with implicit shifts (Golub and Van Loan, 8.3). O(k²).
     *
     * @param diagonal at least k values
     * @param offDiagonal at least k − 1 values
     */
    static double[] eigenvalues(double[] diagonal, double[] offDiagonal, int k) {
        double[] d = Arrays.copyOf(diagonal, k);
        double[] e = Arrays.copyOf(offDiagonal, k);
        e[k - 1] = 0;
        for (int l = 0; l < k; l++) {
            for (int sweep = 0; ; sweep++) {
                int m = l;
                while (m < k - 1 && Math.abs(e[m]) > Math.ulp(1.0) / 2 * (Math.abs(d[m]) + Math.abs(d[m + 1]))) {
                    m++;
                }
                if (m == l) {
                    break;
                }
                if (sweep == MAX_SWEEPS) {
                    throw new ArithmeticException("tridiagonal eigenvalues did not converge");
                }
                sweep(d, e, l, m);
            }
        }
        Arrays.sort(d);
        return d;
    }

    private static void sweep(double[] d, double[] e, int l, int m) {
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        double r = Math.hypot(g, 1);
        g = d[m] - d[l] + e[l] / (g + Math.copySign(r, g));
        double s = 1;
        double c = 1;
        double p = 0;
        for (int i = m - 1; i >= l; i--) {
            double f = s * e[i];
            double b = c * e[i];
            r = Math.hypot(f, g);
            e[i + 1] = r;
            if (r == 0) {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }

    /** The unit eigenvector of the largest eigenvalue, by two steps of inverse iteration. */
    static double[] leadingEigenvector(double[] diagonal, double[] offDiagonal, int k) {
        double largest = eigenvalues(diagonal, offDiagonal, k)[k - 1];
        double[] v = new double[k];
        Arrays.fill(v, 1 / Math.sqrt(k));
        for (int step = 0; step < 3; step++) {
            v = solveShifted(diagonal, offDiagonal, k, largest, v);
            double norm = Lanczos.norm(v);
            Lanczos.scale(v, 1 / norm);
        }
        return v;
    }

    /** (T − μ)⁻¹ b by Gaussian elimination with partial pivoting on the band. */
    private static double[] solveShifted(double[] diagonal, double[] offDiagonal, int k, double shift, double[] b) {
        double[] x = b.clone();
        double[] d = new double[k];
        double[] u = new double[k];
        double[] w = new double[k];
        double tiny = Math.ulp(Math.abs(shift)) + Double.MIN_NORMAL;
        double pivot = diagonal[0] - shift;
        double right = k > 1 ? offDiagonal[0] : 0;
        for (int i = 0; i < k - 1; i++) {
            double below = offDiagonal[i];
            double belowDiagonal = diagonal[i + 1] - shift;
            double belowRight = i + 1 < k - 1 ? offDiagonal[i + 1] : 0;
            if (Math.abs(below) > Math.abs(pivot)) {
                d[i] = below;
                u[i] = belowDiagonal;
                w[i] = belowRight;
                double factor = pivot / below;
                pivot = right - factor * belowDiagonal;
                right = -factor * belowRight;
                double swapped = x[i];
                x[i] = x[i + 1];
                x[i + 1] = swapped - factor * x[i];
            } else {
                d[i] = Math.abs(pivot) < tiny ? tiny : pivot;
                u[i] = right;
                w[i] = 0;
                double factor = below / d[i];
                pivot = belowDiagonal - factor * right;
                right = belowRight;
                x[i + 1] -= factor * x[i];
            }
        }
        d[k - 1] = Math.abs(pivot) < tiny ? tiny : pivot;
        for (int i = k - 1; i >= 0; i--) {
            double sum = x[i];
            if (i + 1 < k) {
                sum -= u[i] * x[i + 1];
            }
            if (i + 2 < k) {
                sum -= w[i] * x[i + 2];
            }
            x[i] = sum / d[i];
        }
        return x;
    }
}
