package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The Lanczos process on B = AᵀA from a uniformly random unit vector, with full reorthogonalisation, fed one product Bq at
 * a time (Golub and Van Loan, Matrix Computations, 10.1).
 *
 * <p>After k steps with Ritz values θ_i and off-diagonals β_i, ‖Π(B − θ_i) q1‖ = Π β_i. An eigenvalue of B above t ≥ θ_1
 * with unit eigenvector v therefore needs |⟨v, q1⟩| ≤ Π β_i / (t − θ_i), and for uniformly random q1 in n dimensions that has
 * probability at most √(2n/π) times the right side. The process stops when this is below the allowed probability at t =
 * θ_1 (1 + tolerance)².
 */
final class Lanczos {
    private final int n;
    private final double tolerance;
    private final double logAllowed;
    private final List<double[]> basis = new ArrayList<>();
    private final List<Double> alpha = new ArrayList<>();
    private final List<Double> beta = new ArrayList<>();
    private double[] next;
    private boolean done;
    private double logFailure = Double.POSITIVE_INFINITY;
    private double upperSquared;

    Lanczos(int n, long seed, double tolerance, double failureProbability) {
        this.n = n;
        this.tolerance = tolerance;
        this.logAllowed = Math.log(failureProbability);
        this.next = randomUnit(n, seed);
    }

    /** A uniformly random direction: normalised independent Gaussians. */
    static double[] randomUnit(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] q = new double[n];
        for (int i = 0; i < n; i++) {
            q[i] = random.nextGaussian();
        }
        scale(q, 1 / norm(q));
        return q;
    }

    boolean done() {
        return done;
    }

    int steps() {
        return alpha.size();
    }

    /** The vector whose product with B {@link #advance} wants. */
    double[] vector() {
        return next;
    }

    /** One step with w = B · vector(); w is used up. */
    void advance(double[] w) {
        double[] q = next;
        basis.add(q);
        double a = Sums.dot(w, 0, q, 0, n);
        alpha.add(a);
        // Twice is enough (Parlett): the second pass removes what rounding left of the basis.
        for (int pass = 0; pass < 2; pass++) {
            for (int i = basis.size() - 1; i >= 0; i--) {
                double[] b = basis.get(i);
                Sums.axpy(-Sums.dot(w, 0, b, 0, n), b, 0, w, 0, n);
            }
        }
        double b = norm(w);
        beta.add(b);
        check();
        if (!done) {
            scale(w, 1 / b);
            next = w;
        }
    }

    private void check() {
        int k = alpha.size();
        double[] ritz = Tridiagonal.eigenvalues(toArray(alpha), toArray(beta), k);
        double largest = ritz[k - 1];
        double last = beta.get(k - 1);
        upperSquared = largest * (1 + tolerance) * (1 + tolerance);
        if (largest <= 0 || k >= n || last <= largest * Math.ulp(1.0)) {
            // An invariant subspace: the start has a component along every eigenvector with probability 1.
            logFailure = Double.NEGATIVE_INFINITY;
            done = true;
            return;
        }
        double log = 0.5 * Math.log(2.0 * n / Math.PI);
        for (int i = 0; i < k; i++) {
            log += Math.log(beta.get(i)) - Math.log(upperSquared - ritz[i]);
        }
        logFailure = log;
        done = log <= logAllowed;
    }

    /** θ_1 (1 + tolerance)²: no eigenvalue of B is larger, except with the failure probability. */
    double upperSquared() {
        return upperSquared;
    }

    double failureProbability() {
        return Math.min(1, Math.exp(logFailure));
    }

    /** The unit Ritz vector of the largest Ritz value. */
    double[] ritzVector() {
        int k = alpha.size();
        double[] s = Tridiagonal.leadingEigenvector(toArray(alpha), toArray(beta), k);
        double[] v = new double[n];
        for (int i = 0; i < k; i++) {
            Sums.axpy(s[i], basis.get(i), 0, v, 0, n);
        }
        scale(v, 1 / norm(v));
        return v;
    }

    static double norm(double[] x) {
        return Math.sqrt(Sums.squares(x, x.length));
    }

    static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }

    private static double[] toArray(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
