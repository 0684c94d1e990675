package org.lowrank.spectral;

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
    private final Basis basis;
    private final Tridiagonal projected = new Tridiagonal();
    private double[] next;
    private double beta;
    private double logBetas;
    private boolean done;
    private double logFailure = Double.POSITIVE_INFINITY;
    private double upperSquared;

    Lanczos(int n, long seed, double tolerance, double failureProbability, RowKernel kernel) {
        this.n = n;
        this.tolerance = tolerance;
        this.logAllowed = Math.log(failureProbability);
        this.basis = new Basis(n, kernel);
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
        return basis.size();
    }

    /** The vector whose product with B {@link #advance} wants. */
    double[] vector() {
        return next;
    }

    /** One step with w = B · vector(); w is used up. */
    void advance(double[] w) {
        projected.add(beta, Sums.dot(w, 0, next, 0, n));
        basis.add(next);
        basis.removeFrom(w);
        beta = norm(w);
        logBetas += Math.log(beta);
        check();
        if (!done) {
            scale(w, 1 / beta);
            next = w;
        }
    }

    private void check() {
        double largest = projected.largest();
        upperSquared = largest * (1 + tolerance) * (1 + tolerance);
        if (largest <= 0 || steps() >= n || beta <= largest * Math.ulp(1.0)) {
            // An invariant subspace: the start has a component along every eigenvector with probability 1.
            logFailure = Double.NEGATIVE_INFINITY;
            done = true;
            return;
        }
        logFailure = 0.5 * Math.log(2.0 * n / Math.PI) + logBetas - projected.logDeterminant(upperSquared);
        done = logFailure <= logAllowed;
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
        double[] v = basis.combination(projected.leadingEigenvector());
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
}
