package org.lowrank.analyzer.comparison;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.MatrixNumbers;
import org.lowrank.spectral.SpectralMeasurement;

/**
 * The difference Δ = W_B − W_A of two matrices of one shape, measured as a matrix of its own (Ilharco et al. 2023 call it
 * the task vector where B is A after fine-tuning). Computed in double. {@link TaskVectorRow} is the same as columns.
 *
 * @param numbers of Δ
 * @param relativeSize ‖Δ‖_F/‖A‖_F; null where A is zero
 * @param relativeSpectralSize ‖Δ‖_2/‖A‖_2; null where A is zero and in results saved before it was kept. Where B is A
 *     quantised, these two are the relative errors of the quantisation
 */
public record TaskVector(
        MatrixNumbers numbers,
        @Nullable Double relativeSize,
        @Nullable Double relativeSpectralSize) {

    static TaskVector of(SpectralMeasurement measured, MatrixMeasurement a) {
        return new TaskVector(
                MatrixNumbers.of(measured.rows(), measured.cols(), measured),
                MatrixPair.ratio(measured.frobeniusNorm(), a.frobeniusNorm()),
                MatrixPair.ratio(measured.spectralNorm(), a.spectralNorm()));
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static TaskVector of(TaskVectorRow row) {
        return row.taskVector();
    }

    /** As columns. */
    @JsonValue
    public TaskVectorRow row() {
        return TaskVectorRow.of(this);
    }

    /** Every weight is the same in both. */
    public boolean identical() {
        return numbers.frobeniusNorm() == 0;
    }

    /** ‖Δ‖_F/‖Δ‖_2; null where the weights are identical. */
    public @Nullable Double stableRank() {
        return numbers.stableRank();
    }

    /** Share of the Gaussian baseline; NaN where the weights are identical. */
    public double shareOfGaussian() {
        return numbers.shareOfGaussian();
    }
}
