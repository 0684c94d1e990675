package org.lowrank.analyzer.measurement;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.StableRank;

/**
 * One row of the result: a matrix of a layer and what was measured of it. The components are the columns of
 * {@code matrices.csv}, then what only result.json holds.
 *
 * @param model the model's name
 * @param revision commit or version, empty where there is none
 * @param stack encoder, decoder, text, vision…
 * @param layer from 0
 * @param matrix Q, K, V, QKV, O, M1, M2, GATE, with {@code cross:} and {@code :E<i>}
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
 * @param passes how often the weights were read
 * @param method how σ1 was computed
 * @param spectrum all singular values where asked for
 */
public record MatrixMeasurement(
        String model,
        String revision,
        String stack,
        int layer,
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
        int passes,
        String method,
        @Nullable Spectrum spectrum) {

    static MatrixMeasurement of(String model, String revision, LayerMatrix matrix, SpectralMeasurement measured) {
        Double stableRank = measured.stableRank().isPresent()
                ? (Double) measured.stableRank().getAsDouble()
                : null;
        double[] values = measured.singularValues();
        return new MatrixMeasurement(
                model,
                revision,
                matrix.stack(),
                matrix.layer(),
                matrix.matrix(),
                matrix.rows(),
                matrix.cols(),
                matrix.parameters(),
                dtypeOf(matrix),
                measured.frobeniusNorm(),
                measured.spectralNorm(),
                measured.spectralNormLower(),
                measured.spectralNormUpper(),
                measured.upperFailureProbability(),
                stableRank,
                stableRank == null ? null : (Double) (stableRank * stableRank),
                StableRank.ofGaussian(matrix.rows(), matrix.cols()),
                matrix.parts().stream()
                        .map(part -> part.tensor().name())
                        .distinct()
                        .toList(),
                measured.passes(),
                measured.method(),
                values == null ? null : Spectrum.of(values, measured.singularValueFloor()));
    }

    private static String dtypeOf(LayerMatrix matrix) {
        List<String> dtypes = matrix.parts().stream()
                .map(part -> part.tensor().dtype().name())
                .distinct()
                .toList();
        return String.join("+", dtypes);
    }

    /** Share of the Gaussian baseline, below 1 where the matrix is of lower stable rank than a random one; NaN for 0. */
    public double shareOfGaussian() {
        return stableRank == null ? Double.NaN : stableRank / gaussianStableRank;
    }

    /** Q, M1:E3 or cross:K without expert and cross mark: the kind a figure draws as one line. */
    public String kind() {
        int expert = matrix.indexOf(":E");
        return expert < 0 ? matrix : matrix.substring(0, expert);
    }
}
