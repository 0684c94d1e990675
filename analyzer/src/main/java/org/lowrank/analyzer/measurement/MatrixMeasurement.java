package org.lowrank.analyzer.measurement;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.weights.tensor.Tensor;

/**
 * One row of the result: a matrix of a model and what was measured of it. {@link MatrixRow} is the same as columns.
 *
 * @param model the model's name
 * @param revision commit or version, empty where there is none
 * @param id which matrix
 * @param numbers what was measured
 * @param dtype stored data type
 * @param sourceTensors names in the checkpoint
 */
public record MatrixMeasurement(
        String model, String revision, MatrixId id, MatrixNumbers numbers, String dtype, List<String> sourceTensors) {
    public MatrixMeasurement {
        sourceTensors = List.copyOf(sourceTensors);
    }

    /** Of a layer matrix the engine measured. */
    public static MatrixMeasurement of(
            String model, String revision, LayerMatrix matrix, SpectralMeasurement measured) {
        return of(model, revision, matrix, measured, null);
    }

    static MatrixMeasurement of(
            String model,
            String revision,
            LayerMatrix matrix,
            SpectralMeasurement measured,
            @Nullable Double fixedAspectHillExponent) {
        return new MatrixMeasurement(
                model,
                revision,
                matrix.id(),
                MatrixNumbers.of(matrix.rows(), matrix.cols(), measured, fixedAspectHillExponent),
                dtypeOf(matrix),
                matrix.parts().stream()
                        .flatMap(part -> part.tensor().sources().stream())
                        .map(Tensor::name)
                        .distinct()
                        .toList());
    }

    private static String dtypeOf(LayerMatrix matrix) {
        List<String> dtypes = matrix.parts().stream()
                .flatMap(part -> part.tensor().sources().stream())
                .map(tensor -> tensor.dtype().name())
                .distinct()
                .toList();
        return String.join("+", dtypes);
    }

    /** From a saved row. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static MatrixMeasurement of(MatrixRow row) {
        return row.measurement();
    }

    /** As columns. */
    @JsonValue
    public MatrixRow row() {
        return MatrixRow.of(this);
    }

    /** Encoder, decoder, text, vision…. */
    public String stack() {
        return id.stack();
    }

    /** From 0, {@link MatrixId#NO_LAYER} for none. */
    public int layer() {
        return id.layer();
    }

    /** As in the column {@code matrix}. */
    public String matrix() {
        return id.matrix();
    }

    /** Without expert and head: what a figure draws as one line. */
    public String kind() {
        return id.family();
    }

    /** Output dimension. */
    public long rows() {
        return numbers.rows();
    }

    /** Input dimension. */
    public long cols() {
        return numbers.cols();
    }

    /** ‖A‖_F. */
    public double frobeniusNorm() {
        return numbers.frobeniusNorm();
    }

    /** ‖A‖_2 = σ1. */
    public double spectralNorm() {
        return numbers.spectralNorm().value();
    }

    /** The paper's ‖A‖_F/‖A‖_2; null for a zero matrix. */
    public @Nullable Double stableRank() {
        return numbers.stableRank();
    }

    /** The literature's, its square; null for a zero matrix. */
    public @Nullable Double stableRankSquared() {
        return numbers.stableRankSquared();
    }

    /** √(rc)/(√r + √c), an i.i.d. Gaussian matrix of the same shape. */
    public double gaussianStableRank() {
        return numbers.gaussianStableRank();
    }

    /** Stable rank over the Gaussian one; NaN for a zero matrix. */
    public double shareOfGaussian() {
        return numbers.shareOfGaussian();
    }

    /** All singular values where asked for. */
    public @Nullable Spectrum spectrum() {
        return numbers.spectrum();
    }
}
