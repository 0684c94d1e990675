package org.lowrank.spectral.lanczos;

import ai.djl.ndarray.NDArray;
import java.util.OptionalDouble;
import org.lowrank.spectral.algebra.NativeGram;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.Operand;

/**
 * Proofs that no eigenvalue of B = AᵀA (or AAᵀ, whichever is smaller, of side n), or only one, exceeds a bound: a Cholesky
 * factorisation in double runs through.
 *
 * <p>With u = 2⁻⁵³ and γ_k = ku/(1 − ku), the computed B is off by at most what {@link NativeGram#error} says; forming M = τI −
 * B (+ cuuᵀ) adds a few u of its terms; a Cholesky factorisation that ends has RᵀR = M + ΔM with ‖ΔM‖ ≤ γ_(n+1)/(1 − γ_(n+1))
 * tr M (Higham, Accuracy and Stability, theorem 10.3; Rump, BIT 2006). Their sum, added to τ, bounds the eigenvalue of the
 * stored matrix with no probability involved.
 */
public final class Certificate {
    private static final double UNIT = 0x1p-53;

    private Certificate() {}

    /**
     * A proven upper bound of σ1, in units of {@code operand.unit()}; empty where the proof does not go through.
     *
     * @param grams in double
     * @param eigenvalue a Ritz value at most a rounding error above σ1², in those units squared
     * @param tolerance how far above σ1 the bound is tried, relative
     */
    public static OptionalDouble upperBound(NativeGram grams, Operand operand, double eigenvalue, double tolerance) {
        double threshold = eigenvalue * (1 + tolerance) * (1 + tolerance);
        try (NDArray shifted = grams.shifted(grams.of(operand), threshold)) {
            if (!grams.algebra().choleskySucceeds(shifted)) {
                return OptionalDouble.empty();
            }
        }
        double bound = threshold + error(grams, operand, threshold, 0);
        return OptionalDouble.of(Math.sqrt(bound) * (1 + 4 * UNIT));
    }

    /**
     * Whether it is proven that at most one eigenvalue of B is not below {@code limit}: for τ a little less, τI − B + 2τuuᵀ is
     * positive definite, so that xᵀBx ≤ τ‖x‖² for all x orthogonal to u, whatever u is (Courant and Fischer). Single precision
     * serves as long as its error is small beside the gap between the first and the second eigenvalue.
     *
     * @param limit in units of {@code operand.unit()} squared; of any use from a third of the largest eigenvalue up
     * @param right near the first right singular vector
     */
    public static boolean onlyOneAbove(NativeGram grams, Operand operand, double limit, double[] right) {
        double threshold = limit - error(grams, operand, limit, 2 * limit) * (1 + 1e-9);
        if (!(threshold > 0)) {
            return false;
        }
        double[] u = operand.cols() <= operand.rows() ? right : operand.times(right);
        Sums.scale(u, 1 / Sums.norm(u));
        try (NDArray shifted = grams.shifted(grams.of(operand), threshold)) {
            grams.addSquare(shifted, u, 2 * threshold);
            return grams.algebra().choleskySucceeds(shifted);
        }
    }

    /** What the computed matrix, M and its factor may be off by in all. */
    private static double error(NativeGram grams, Operand operand, double threshold, double square) {
        int n = operand.shortSide();
        double frobenius = operand.frobeniusNorm() / operand.unit();
        double squared = frobenius * frobenius * (1 + 1e-11);
        double gamma = NativeGram.gamma(n + 2);
        double cholesky = gamma / (1 - gamma) * (n * threshold + square) * (1 + 1e-9);
        double forming = 4 * UNIT * (Math.sqrt(n) * threshold + squared + square);
        return grams.error(operand) * squared + cholesky + forming;
    }
}
