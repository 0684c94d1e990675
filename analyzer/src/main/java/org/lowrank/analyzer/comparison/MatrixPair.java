package org.lowrank.analyzer.comparison;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;

/**
 * One matrix that both models have. Ratios are B over A, null where A's value is zero or a value is undefined.
 *
 * @param id which matrix of A
 * @param layerB B's layer, another where the models have different depths; null where it has none, and in results saved before it
 *     was kept, where it is A's
 * @param rowsA output dimension in A
 * @param colsA input dimension in A
 * @param rowsB output dimension in B
 * @param colsB input dimension in B
 * @param frobeniusRatio ‖B‖_F/‖A‖_F
 * @param spectralRatio ‖B‖_2/‖A‖_2
 * @param stableRankRatio of the paper's stable ranks
 * @param taskVector W_B − W_A; null where the shapes differ
 * @param overlap of the leading directions; null where the shapes differ or a matrix is zero
 * @param alignment where exactly one of them is an adapter's, how it lies in the other; null elsewhere
 * @param notes why something is missing or unreliable
 */
public record MatrixPair(
        @JsonUnwrapped MatrixId id,
        @Nullable Integer layerB,
        long rowsA,
        long colsA,
        long rowsB,
        long colsB,
        @Nullable Double frobeniusRatio,
        @Nullable Double spectralRatio,
        @Nullable Double stableRankRatio,
        @Nullable TaskVector taskVector,
        @Nullable SubspaceOverlap overlap,
        @Nullable AdapterAlignment alignment,
        List<String> notes) {

    static MatrixPair of(
            MatrixMeasurement a,
            MatrixMeasurement b,
            @Nullable TaskVector taskVector,
            @Nullable SubspaceOverlap overlap,
            @Nullable AdapterAlignment alignment,
            List<String> notes) {
        Double rankA = a.stableRank();
        Double rankB = b.stableRank();
        return new MatrixPair(
                a.id(),
                b.id().layer() == MatrixId.NO_LAYER ? null : (Integer) b.id().layer(),
                a.rows(),
                a.cols(),
                b.rows(),
                b.cols(),
                ratio(b.frobeniusNorm(), a.frobeniusNorm()),
                ratio(b.spectralNorm(), a.spectralNorm()),
                rankA == null || rankB == null ? null : ratio(rankB, rankA),
                taskVector,
                overlap,
                alignment,
                notes);
    }

    static @Nullable Double ratio(double b, double a) {
        return a > 0 ? (Double) (b / a) : null;
    }

    /** As in the column {@code layer_b}. */
    public String layerTextB() {
        return layerB == null ? id.layerText() : Integer.toString(layerB);
    }

    /** Whether the two can be subtracted. */
    public boolean sameShape() {
        return rowsA == rowsB && colsA == colsB;
    }

    /** The matrix without its expert: the kind a figure draws as one line. */
    public String kind() {
        return id.family();
    }
}
