package org.lowrank.analyzer.measurement;

import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.StableRank;

/**
 * What was found of one r × c matrix A, stored or computed (a difference, a product of factors). 0 ≤ lower ≤ ‖A‖_2 ≤ upper;
 * all 0 for the zero matrix.
 *
 * @param rows r, the output dimension
 * @param cols c, the input dimension
 * @param frobeniusNorm ‖A‖_F
 * @param spectralNorm ‖A‖_2 = σ1 with its bounds
 * @param passes how often the weights were read
 * @param method how σ1 was computed
 * @param spectrum all singular values where asked for
 * @param fixedAspectHillExponent see {@link SquareWindows}; null where there is no spectrum, or the matrix was not formed
 */
public record MatrixNumbers(
        long rows,
        long cols,
        double frobeniusNorm,
        SpectralInterval spectralNorm,
        int passes,
        String method,
        @Nullable Spectrum spectrum,
        @Nullable Double fixedAspectHillExponent) {
    /** Without an exponent of square windows. */
    public MatrixNumbers(
            long rows,
            long cols,
            double frobeniusNorm,
            SpectralInterval spectralNorm,
            int passes,
            String method,
            @Nullable Spectrum spectrum) {
        this(rows, cols, frobeniusNorm, spectralNorm, passes, method, spectrum, null);
    }

    /**
     * σ1 and where it lies.
     *
     * @param value as computed
     * @param lower proven ≤ σ1
     * @param upper ≥ σ1 except with the next component's probability
     * @param failureProbability over the random start; 0 where proven
     */
    public record SpectralInterval(double value, double lower, double upper, double failureProbability) {}

    /**
     * Of what the engine measured.
     *
     * @param rows output dimension, which is the stored matrix's columns where it is stored as [in, out]
     * @param cols input dimension
     */
    public static MatrixNumbers of(long rows, long cols, SpectralMeasurement measured) {
        return of(rows, cols, measured, null);
    }

    static MatrixNumbers of(
            long rows, long cols, SpectralMeasurement measured, @Nullable Double fixedAspectHillExponent) {
        double[] values = measured.singularValues();
        return new MatrixNumbers(
                rows,
                cols,
                measured.frobeniusNorm(),
                new SpectralInterval(
                        measured.spectralNorm(),
                        measured.spectralNormLower(),
                        measured.spectralNormUpper(),
                        measured.upperFailureProbability()),
                measured.passes(),
                measured.method(),
                values == null ? null : Spectrum.of(values, measured.singularValueFloor()),
                fixedAspectHillExponent);
    }

    /** The paper's stable rank ‖A‖_F/‖A‖_2 in [1, √rank A]; null for a zero matrix. */
    public @Nullable Double stableRank() {
        var rank = StableRank.of(frobeniusNorm, spectralNorm.value());
        return rank.isPresent() ? (Double) rank.getAsDouble() : null;
    }

    /** The literature's stable rank ‖A‖_F²/‖A‖_2² in [1, rank A]; null for a zero matrix. */
    public @Nullable Double stableRankSquared() {
        Double rank = stableRank();
        return rank == null ? null : (Double) (rank * rank);
    }

    /** √(rc)/(√r + √c): the paper's stable rank of an i.i.d. Gaussian matrix of this shape. */
    public double gaussianStableRank() {
        return StableRank.ofGaussian(rows, cols);
    }

    /** Stable rank over the Gaussian one, below 1 where the matrix is of lower rank than a random one; NaN for 0. */
    public double shareOfGaussian() {
        Double rank = stableRank();
        return rank == null ? Double.NaN : rank / gaussianStableRank();
    }
}
