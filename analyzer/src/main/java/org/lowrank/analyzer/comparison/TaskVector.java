package org.lowrank.analyzer.comparison;

import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.StableRank;

/**
 * The difference Δ = W_B − W_A of two matrices of one shape, measured as a matrix of its own (Ilharco et al. 2023 call it
 * the task vector where B is A after fine-tuning). Computed in double.
 *
 * @param rows output dimension
 * @param cols input dimension
 * @param frobeniusNorm ‖Δ‖_F
 * @param spectralNorm ‖Δ‖_2
 * @param spectralNormLower proven ≤ ‖Δ‖_2
 * @param spectralNormUpper ≥ ‖Δ‖_2 except with the next component's probability
 * @param upperFailureProbability over the random start; 0 where proven
 * @param stableRank ‖Δ‖_F/‖Δ‖_2; null where the weights are identical
 * @param stableRankSquared its square
 * @param gaussianStableRank √(rc)/(√r + √c), what i.i.d. Gaussian changes would show
 * @param relativeSize ‖Δ‖_F/‖A‖_F; null where A is zero
 * @param passes how often the difference was read
 * @param method how its spectral norm was computed
 * @param spectrum all singular values where asked for
 */
public record TaskVector(
        long rows,
        long cols,
        double frobeniusNorm,
        double spectralNorm,
        double spectralNormLower,
        double spectralNormUpper,
        double upperFailureProbability,
        @Nullable Double stableRank,
        @Nullable Double stableRankSquared,
        double gaussianStableRank,
        @Nullable Double relativeSize,
        int passes,
        String method,
        @Nullable Spectrum spectrum) {

    static TaskVector of(SpectralMeasurement measured, double frobeniusNormOfA) {
        Double stableRank = measured.stableRank().isPresent()
                ? (Double) measured.stableRank().getAsDouble()
                : null;
        double[] values = measured.singularValues();
        return new TaskVector(
                measured.rows(),
                measured.cols(),
                measured.frobeniusNorm(),
                measured.spectralNorm(),
                measured.spectralNormLower(),
                measured.spectralNormUpper(),
                measured.upperFailureProbability(),
                stableRank,
                stableRank == null ? null : (Double) (stableRank * stableRank),
                StableRank.ofGaussian(measured.rows(), measured.cols()),
                MatrixPair.ratio(measured.frobeniusNorm(), frobeniusNormOfA),
                measured.passes(),
                measured.method(),
                values == null ? null : Spectrum.of(values, measured.singularValueFloor()));
    }

    /** Every weight is the same in both. */
    public boolean identical() {
        return frobeniusNorm == 0;
    }

    /** Share of the Gaussian baseline; NaN where the weights are identical. */
    public double shareOfGaussian() {
        return stableRank == null ? Double.NaN : stableRank / gaussianStableRank;
    }
}
