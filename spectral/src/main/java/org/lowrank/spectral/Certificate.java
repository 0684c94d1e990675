package org.lowrank.spectral;

import ai.djl.ndarray.NDArray;
import java.util.OptionalDouble;

/**
 * A proof that no eigenvalue of B = AᵀA (or AAᵀ, whichever is smaller, of side n) exceeds a bound: the Cholesky
 * factorisation of τI − B in double runs through.
 *
 * <p>With u = 2⁻⁵³ and γ_k = ku/(1 − ku), the computed B is off by at most what {@link NativeGram#error} says; τ − b_ii adds
 * uτ; a Cholesky factorisation that ends has RᵀR = M + ΔM with ‖ΔM‖ ≤ γ_(n+1)/(1 − γ_(n+1)) tr M (Higham, Accuracy and
 * Stability, theorem 10.3; Rump, BIT 2006), and tr M ≤ nτ. Their sum, added to τ, bounds the largest eigenvalue of the
 * stored matrix with no probability involved.
 */
final class Certificate {
    private static final double UNIT = 0x1p-53;

    private Certificate() {}

    /**
     * A proven upper bound of σ1, in units of {@code operand.unit()}; empty where the proof does not go through.
     *
     * @param eigenvalue a Ritz value at most a rounding error above σ1², in those units squared
     * @param tolerance how far above σ1 the bound is tried, relative
     */
    static OptionalDouble upperBound(NativeGram grams, Operand operand, double eigenvalue, double tolerance) {
        int n = operand.shortSide();
        double frobenius = operand.frobeniusNorm() / operand.unit();
        double squared = frobenius * frobenius * (1 + 1e-11);
        double threshold = eigenvalue * (1 + tolerance) * (1 + tolerance);
        try (NDArray shifted = grams.shifted(grams.of(operand), threshold)) {
            if (!grams.algebra().choleskySucceeds(shifted)) {
                return OptionalDouble.empty();
            }
        }
        double gamma = NativeGram.gamma(n + 2);
        double cholesky = gamma / (1 - gamma) * n * threshold * (1 + 1e-9);
        double bound = threshold * (1 + 4 * UNIT) + NativeGram.error(operand) * squared + cholesky;
        return OptionalDouble.of(Math.sqrt(bound) * (1 + 4 * UNIT));
    }
}
