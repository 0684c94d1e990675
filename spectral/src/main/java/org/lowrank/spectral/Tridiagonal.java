package org.lowrank.spectral;

import java.util.Arrays;

/**
 * The symmetric tridiagonal matrix T of the Lanczos process, growing by a row a step: its largest eigenvalue, the
 * determinant that bounds what was missed, and the leading eigenvector, each in O(k).
 */
final class Tridiagonal {
    private static final int MAX_NEWTON = 200;

    private double[] diagonal = new double[16];
    private double[] offDiagonal = new double[16];
    private int k;
    private double largest = Double.NEGATIVE_INFINITY;

    int size() {
        return k;
    }

    /**
     * Another row.
     *
     * @param above the entry beside the diagonal that joins it to the last row; ignored for the first
     */
    void add(double above, double entry) {
        if (k == diagonal.length) {
            diagonal = Arrays.copyOf(diagonal, 2 * k);
            offDiagonal = Arrays.copyOf(offDiagonal, 2 * k);
        }
        diagonal[k] = entry;
        if (k > 0) {
            offDiagonal[k - 1] = above;
        }
        k++;
        largest = k == 1 ? entry : newton(bound(largest, above, entry));
    }

    /** No eigenvalue of [[M, βe], [βeᵀ, α]] exceeds the larger one of [[‖M‖, β], [β, α]]. */
    private static double bound(double norm, double above, double entry) {
        double half = (norm - entry) / 2;
        return (norm + entry) / 2 + Math.sqrt(half * half + above * above);
    }

    /** The largest eigenvalue. */
    double largest() {
        return largest;
    }

    /**
     * Newton's method on det(t − T) from above, where it falls monotonically to the largest root. With the pivots d_i of t −
     * T, det′/det = Σ d_i′/d_i.
     */
    private double newton(double from) {
        double t = from;
        for (int iteration = 0; iteration < MAX_NEWTON; iteration++) {
            double pivot = t - diagonal[0];
            double slope = 1;
            double sum = 0;
            for (int i = 0; ; i++) {
                if (!(pivot > 0)) {
                    return t; // rounding has carried t to the root
                }
                double quotient = slope / pivot;
                sum += quotient;
                if (i == k - 1) {
                    break;
                }
                double squared = offDiagonal[i] * offDiagonal[i] / pivot;
                slope = 1 + squared * quotient;
                pivot = t - diagonal[i + 1] - squared;
            }
            double next = t - 1 / sum;
            if (!(next < t) || t - next <= Math.ulp(t)) {
                return next;
            }
            t = next;
        }
        return t;
    }

    /** ln det(t − T) = Σ ln(t − θ_i) for t above every eigenvalue; negative infinity where rounding finds it is not. */
    double logDeterminant(double t) {
        double pivot = t - diagonal[0];
        double log = 0;
        for (int i = 0; ; i++) {
            if (!(pivot > 0)) {
                return Double.NEGATIVE_INFINITY;
            }
            log += Math.log(pivot);
            if (i == k - 1) {
                return log;
            }
            pivot = t - diagonal[i + 1] - offDiagonal[i] * offDiagonal[i] / pivot;
        }
    }

    /** The unit eigenvector of the largest eigenvalue, by inverse iteration. */
    double[] leadingEigenvector() {
        double[] v = new double[k];
        Arrays.fill(v, 1 / Math.sqrt(k));
        for (int step = 0; step < 3; step++) {
            v = solveShifted(largest, v);
            Lanczos.scale(v, 1 / Lanczos.norm(v));
        }
        return v;
    }

    /** (T − μ)⁻¹ b by Gaussian elimination with partial pivoting on the band. */
    private double[] solveShifted(double shift, double[] b) {
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
