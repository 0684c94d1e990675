package org.lowrank.analyzer.comparison;

import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.MatrixNumbers;
import org.lowrank.analyzer.measurement.MatrixNumbers.SpectralInterval;
import org.lowrank.analyzer.measurement.Spectrum;

/**
 * A task vector Δ as result.json keeps it, in a row: as many components as there are columns.
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
 * @param relativeSpectralSize ‖Δ‖_2/‖A‖_2; null where A is zero and in results saved before it was kept
 * @param passes how often the difference was read
 * @param method how its spectral norm was computed
 * @param spectrum all singular values where asked for
 */
public record TaskVectorRow(
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
        @Nullable Double relativeSpectralSize,
        int passes,
        String method,
        @Nullable Spectrum spectrum) {

    static TaskVectorRow of(TaskVector vector) {
        MatrixNumbers numbers = vector.numbers();
        SpectralInterval norm = numbers.spectralNorm();
        return new TaskVectorRow(
                numbers.rows(),
                numbers.cols(),
                numbers.frobeniusNorm(),
                norm.value(),
                norm.lower(),
                norm.upper(),
                norm.failureProbability(),
                numbers.stableRank(),
                numbers.stableRankSquared(),
                numbers.gaussianStableRank(),
                vector.relativeSize(),
                vector.relativeSpectralSize(),
                numbers.passes(),
                numbers.method(),
                numbers.spectrum());
    }

    TaskVector taskVector() {
        SpectralInterval norm =
                new SpectralInterval(spectralNorm, spectralNormLower, spectralNormUpper, upperFailureProbability);
        return new TaskVector(
                new MatrixNumbers(rows, cols, frobeniusNorm, norm, passes, method, spectrum),
                relativeSize,
                relativeSpectralSize);
    }
}
