package org.lowrank.spectral.lanczos;

import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.Sums;

/**
 * When a Lanczos process has found the largest eigenvalue λ1 of B = AᵀA, and how probable it is that it has not: σ1 is at most
 * √θ(1 + tolerance) except with that probability over the random start. The derivation is in docs/adr/0001-numerics.md.
 *
 * <p>A residual r proves that some eigenvalue is near the Ritz value θ, not that none is larger. But if at most one eigenvalue
 * lies above t &lt; θ, then λ1 ≤ θ + ‖r‖²/(θ − t) by Temple's inequality (Kato, J. Phys. Soc. Japan 1949); t is chosen such that
 * this is θ(1 + tolerance)². If two lay above t, some unit vector w of their plane would be orthogonal to the Ritz vector and
 * have ‖wᵀΩ‖ ≤ s, with
 *
 * <p>s = Σ_i ‖β_{k+1} E_kᵀ X_i‖_F / t^{i+1}, X_0 = E_1 R_1 less its component along the Ritz vector, X_{i+1} = T X_i.
 *
 * <p>The smallest singular value of (two orthonormal vectors)ᵀΩ, a Gaussian matrix of 2 × 3, is below s with probability at
 * most s²: from the joint density of the Wishart eigenvalues, where l_1 − l_2 ≤ l_1 and e^{−l_2/2} ≤ 1 (Edelman, SIAM J.
 * Matrix Anal. Appl. 1988).
 */
public final class SpectralBound {
    /** Terms of s, at most. A relative gap of 1e-3 between t and the second Ritz value needs 20,000 or so. */
    private static final int MAX_TERMS = 60_000;

    /** After so many it shows whether they will be enough. */
    private static final int TRIAL = 256;

    /** Terms from one look at the size of X to the next. */
    private static final int RUN = 16;

    private static final double TRIALS = (double) MAX_TERMS / TRIAL;

    private final Lanczos lanczos;
    private final double tolerance;
    private final double allowed;
    private final double rounding;
    private double eigenvalue;
    private double[] leading = new double[0];
    private double threshold;
    private double failure = 1;
    private boolean stalled;
    private double lastResidual;
    private int lastCheck;
    private int nextCheck = 2;

    /**
     * The bound of a process.
     *
     * @param tolerance relative, of σ1
     * @param failureProbability allowed
     * @param rounding ‖fl(Bq) − Bq‖ ≤ rounding · σ1 for unit vectors q
     */
    public SpectralBound(Lanczos lanczos, double tolerance, double failureProbability, double rounding) {
        this.lanczos = lanczos;
        this.tolerance = tolerance;
        this.allowed = failureProbability;
        this.rounding = rounding;
    }

    /** The largest Ritz value θ. */
    public double eigenvalue() {
        return eigenvalue;
    }

    /** θ(1 + tolerance)²: λ1 is not larger, except with the failure probability. */
    public double upper() {
        return eigenvalue * (1 + tolerance) * (1 + tolerance);
    }

    /** t: if at most one eigenvalue is not below it, then λ1 is not above {@link #upper}; 0 where there is no such t. */
    public double threshold() {
        return threshold;
    }

    /** The Ritz vector, of unit norm to rounding. */
    public double[] vector() {
        return lanczos.combination(leading);
    }

    public double failureProbability() {
        return failure;
    }

    /**
     * The iteration can go no further: the Ritz pair is exact to rounding, and another eigenvalue as large cannot be told from
     * it. A full decomposition still can.
     */
    public boolean stalled() {
        return stalled;
    }

    /** Looks at the process after a step; true when the failure probability is as small as allowed. */
    public boolean reached() {
        if (lanczos.steps() < nextCheck && !lanczos.invariant()) {
            return false;
        }
        BandMatrix projected = lanczos.projected();
        leading = projected.leadingEigenvector();
        eigenvalue = projected.rayleigh(leading);
        if (lanczos.invariant() || eigenvalue <= 0) {
            threshold = 0;
            failure = 0; // a Gaussian start has a component along every eigenvector with probability 1
            return true;
        }
        double error = rounding * Math.sqrt(eigenvalue) + projected.residual(leading, eigenvalue);
        double residual = lanczos.residual(leading) + error;
        double room = upper() - eigenvalue;
        threshold = eigenvalue - residual * residual / room;
        if (threshold <= eigenvalue / 2) {
            wait(residual, Math.sqrt(room * eigenvalue / 2));
            return false;
        }
        double s = overlap(threshold, leading, error);
        failure = Math.min(1, s * s);
        stalled = failure > allowed && residual <= Math.max(4 * error, 1e-13 * eigenvalue);
        nextCheck = lanczos.steps() + Math.max(1, lanczos.steps() / 16);
        return failure <= allowed;
    }

    /** Looks again after half the steps that the residual will take at its present pace. */
    private void wait(double residual, double wanted) {
        int steps = lanczos.steps();
        double pace = lastCheck == 0 ? 0 : Math.log(lastResidual / residual) / (steps - lastCheck);
        double left = pace > 0 ? Math.log(residual / wanted) / pace : 1;
        lastCheck = steps;
        lastResidual = residual;
        nextCheck = steps + (int) Math.max(1, Math.min(left / 2, steps));
    }

    /** s, or infinity where it is too large to help. */
    private double overlap(double t, double[] found, double error) {
        double useful = Math.sqrt(allowed);
        // What does not fit T: rounding of each of the m columns.
        double misfit = error * Math.sqrt(found.length);
        double[][] x = start();
        double[][] image = start();
        double sum = 0;
        double before = 0;
        for (int i = 0; i < MAX_TERMS && sum <= useful; i++) {
            if (i % RUN == 0) {
                double size = deflate(found, x); // rounding brings the component back, hardly in a run
                sum += RUN * misfit * size / t;
                if (size <= 1e-3 * sum) {
                    return sum + size;
                }
                if (i == TRIAL) {
                    before = size;
                } else if (i == 2 * TRIAL && size * Math.pow(size / before, TRIALS) > 1e-3 * useful) {
                    break;
                }
            }
            sum += lanczos.leakage(x) / t;
            for (int v = 0; v < Columns.BLOCK; v++) {
                lanczos.projected().multiply(1 / t, x[v], image[v]);
            }
            double[][] swapped = x;
            x = image;
            image = swapped;
        }
        return Double.POSITIVE_INFINITY;
    }

    /** E_1 R_1 as padded columns. */
    private double[][] start() {
        double[][] columns = new double[Columns.BLOCK][];
        for (int v = 0; v < Columns.BLOCK; v++) {
            columns[v] = lanczos.projected().padded();
            for (int r = 0; r <= v; r++) {
                columns[v][Columns.BLOCK + r] = lanczos.start()[r * Columns.BLOCK + v];
            }
        }
        return columns;
    }

    /** X −= y yᵀX; returns ‖X‖_F. */
    private static double deflate(double[] y, double[][] x) {
        double squares = 0;
        for (double[] column : x) {
            double component = Sums.dot(y, 0, column, Columns.BLOCK, y.length);
            Sums.axpy(-component, y, 0, column, Columns.BLOCK, y.length);
            squares += Sums.squares(column, column.length);
        }
        return Math.sqrt(squares);
    }
}
