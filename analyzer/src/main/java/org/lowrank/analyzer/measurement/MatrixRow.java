package org.lowrank.analyzer.measurement;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixNumbers.SpectralInterval;

/**
 * A measurement as text and numbers in a row: the columns of matrices.csv in their order, then what only result.json holds.
 * As many components as there are columns, which is why it exists only at the edges.
 *
 * @param model the model's name
 * @param revision commit or version, empty where there is none
 * @param stack encoder, decoder, text, vision…
 * @param layer from 0; null where there is none
 * @param matrix Q, K, V, QKV, O, M1, M2, GATE, with {@code cross:}, {@code :E<i>}, {@code :shared} and {@code :H<i>}
 * @param rows output dimension
 * @param cols input dimension
 * @param parameters rows × cols
 * @param dtype stored data type
 * @param frobeniusNorm ‖A‖_F
 * @param spectralNorm ‖A‖_2 = σ1
 * @param spectralNormLower proven ≤ σ1
 * @param spectralNormUpper ≥ σ1 except with the next column's probability
 * @param upperFailureProbability over the random start; 0 where proven
 * @param stableRank the paper's ‖A‖_F / ‖A‖_2; null for a zero matrix
 * @param stableRankSquared the literature's, its square; null for a zero matrix
 * @param gaussianStableRank √(rc)/(√r + √c), an i.i.d. Gaussian matrix of the same shape
 * @param sourceTensors names in the checkpoint
 * @param hillExponent this and the next five: {@link SpectralTail}; null without spectrum, or where there is no such number
 * @param hillK how many of the largest σ² the exponent is of
 * @param logFrobeniusNormSquared log10 ‖A‖_F²
 * @param logSpectralNormSquared log10 ‖A‖_2²
 * @param singularValuesAboveEdge how many σ lie above the Marchenko–Pastur edge
 * @param signalToNoise Σ σ above that edge over Σ σ up to it
 * @param hillExponentFixedAspect {@link SquareWindows}
 * @param passes how often the weights were read
 * @param method how σ1 was computed
 * @param spectrum all singular values where asked for
 */
public record MatrixRow(
        String model,
        String revision,
        String stack,
        @Nullable Integer layer,
        String matrix,
        long rows,
        long cols,
        long parameters,
        String dtype,
        double frobeniusNorm,
        double spectralNorm,
        double spectralNormLower,
        double spectralNormUpper,
        double upperFailureProbability,
        @Nullable Double stableRank,
        @Nullable Double stableRankSquared,
        double gaussianStableRank,
        List<String> sourceTensors,
        @Nullable Double hillExponent,
        @Nullable Integer hillK,
        @Nullable Double logFrobeniusNormSquared,
        @Nullable Double logSpectralNormSquared,
        @Nullable Integer singularValuesAboveEdge,
        @Nullable Double signalToNoise,
        @Nullable Double hillExponentFixedAspect,
        int passes,
        String method,
        @Nullable Spectrum spectrum) {

    static MatrixRow of(MatrixMeasurement measured) {
        MatrixId id = measured.id();
        MatrixNumbers numbers = measured.numbers();
        SpectralInterval norm = numbers.spectralNorm();
        SpectralTail tail = SpectralTail.of(numbers);
        return new MatrixRow(
                measured.model(),
                measured.revision(),
                id.stack(),
                id.layer() == MatrixId.NO_LAYER ? null : (Integer) id.layer(),
                id.matrix(),
                numbers.rows(),
                numbers.cols(),
                Math.multiplyExact(numbers.rows(), numbers.cols()),
                measured.dtype(),
                numbers.frobeniusNorm(),
                norm.value(),
                norm.lower(),
                norm.upper(),
                norm.failureProbability(),
                numbers.stableRank(),
                numbers.stableRankSquared(),
                numbers.gaussianStableRank(),
                measured.sourceTensors(),
                tail == null ? null : tail.hillExponent(),
                tail == null || tail.hillExponent() == null ? null : (Integer) tail.hillK(),
                tail == null ? null : tail.logFrobenius(),
                tail == null ? null : tail.logSpectral(),
                tail == null ? null : (Integer) tail.aboveEdge(),
                tail == null ? null : tail.signalToNoise(),
                numbers.fixedAspectHillExponent(),
                numbers.passes(),
                numbers.method(),
                numbers.spectrum());
    }

    MatrixMeasurement measurement() {
        return new MatrixMeasurement(
                model,
                revision,
                MatrixId.parse(stack, layer, matrix),
                new MatrixNumbers(
                        rows,
                        cols,
                        frobeniusNorm,
                        new SpectralInterval(
                                spectralNorm, spectralNormLower, spectralNormUpper, upperFailureProbability),
                        passes,
                        method,
                        spectrum,
                        hillExponentFixedAspect),
                dtype,
                sourceTensors);
    }
}
