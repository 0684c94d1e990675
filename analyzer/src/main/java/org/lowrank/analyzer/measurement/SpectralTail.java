package org.lowrank.analyzer.measurement;

import org.jspecify.annotations.Nullable;

/**
 * How heavy the tail of an r × c matrix's spectrum is, and what lies above the edge of a random matrix; from all singular values
 * σ1 ≥ σ2 ≥ …, with λ_i = σ_i² the eigenvalues of AᵀA. Values below the error bound of the decomposition are left out.
 *
 * @param hillExponent α = 1 + k / Σ_{i ≤ k} ln(λ_i / λ_{k+1}), the exponent of a density ∝ λ^(−α) above λ_{k+1} (Hill 1975); above
 *     1, and larger for lighter tails; null where fewer than two values are there or the k + 1 largest are equal. A Gaussian matrix
 *     has one too, which depends on its shape: compare within a shape
 * @param hillK k = ⌊n/2⌋ of n values, as Zhou et al. 2023 (arXiv:2312.00359, PL_Alpha_Hill) choose it; 0 where there is no exponent
 * @param logFrobenius log10 ‖A‖_F² = log10 Σ λ_i (Martin, Peng and Mahoney 2021); null for a zero matrix
 * @param logSpectral log10 ‖A‖_2² = log10 λ_1; null for a zero matrix
 * @param aboveEdge how many σ lie above s(√r + √c), s = ‖A‖_F/√(rc): where the singular values of independent entries of the same
 *     variance end (Marchenko and Pastur 1967); a few of a random matrix do by chance, within about n^(−2/3) of the edge
 * @param signalToNoise Σ σ above that edge over Σ σ up to it (Hartford et al. 2024, arXiv:2406.06623, who estimate s from the
 *     quartiles of σ instead); at least 0; null where none is left below it
 */
public record SpectralTail(
        @Nullable Double hillExponent,
        int hillK,
        @Nullable Double logFrobenius,
        @Nullable Double logSpectral,
        int aboveEdge,
        @Nullable Double signalToNoise) {

    /** Of a matrix whose spectrum was computed; null where it was not. */
    public static @Nullable SpectralTail of(MatrixNumbers numbers) {
        Spectrum spectrum = numbers.spectrum();
        return spectrum == null
                ? null
                : of(
                        spectrum.singularValues(),
                        spectrum.errorBound(),
                        numbers.rows(),
                        numbers.cols(),
                        numbers.frobeniusNorm());
    }

    static SpectralTail of(double[] singularValues, double errorBound, long rows, long cols, double frobeniusNorm) {
        int known = 0;
        while (known < singularValues.length && singularValues[known] > errorBound) {
            known++;
        }
        if (known == 0) {
            return new SpectralTail(null, 0, null, null, 0, null);
        }
        int k = known / 2;
        Double exponent = hill(singularValues, k);
        double edge = frobeniusNorm * (1 / Math.sqrt(rows) + 1 / Math.sqrt(cols)); // s(√r + √c)
        int above = 0;
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < known; i++) {
            double value = singularValues[i];
            if (value > edge) {
                above++;
                signal += value;
            } else {
                noise += value;
            }
        }
        return new SpectralTail(
                exponent,
                exponent == null ? 0 : k,
                2 * Math.log10(frobeniusNorm),
                2 * Math.log10(singularValues[0]),
                above,
                noise > 0 ? (Double) (signal / noise) : null);
    }

    /** 1 + k / Σ_{i ≤ k} ln(λ_i/λ_{k+1}) of values in falling order; null where it has none. */
    static @Nullable Double hill(double[] singularValues, int k) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += 2 * Math.log(singularValues[i] / singularValues[k]); // ln(λ_i / λ_{k+1}), counted from 0
        }
        return sum > 0 ? (Double) (1 + k / sum) : null;
    }
}
