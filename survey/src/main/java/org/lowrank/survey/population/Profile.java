package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.measurement.MatrixMeasurement;

/**
 * One kind of matrix over the layers of a stack: what a population is made of. Arrays of one length, a layer each; where a layer has
 * several of the kind (experts), their means.
 *
 * @param stack encoder, decoder…
 * @param kind QKV, O, {@code cross:K}…
 * @param layers numbers, ascending
 * @param rows output dimensions
 * @param cols input dimensions
 * @param frobeniusNorm ‖A‖_F
 * @param stableRank ‖A‖_F/‖A‖_2, NaN where it is undefined
 * @param shareOfGaussian stable rank over √(rc)/(√r + √c)
 */
public record Profile(
        String stack,
        String kind,
        int[] layers,
        long[] rows,
        long[] cols,
        double[] frobeniusNorm,
        double[] stableRank,
        double[] shareOfGaussian) {
    /** One per stack and kind, in the order of the rows; matrices outside layers, without a role and single heads are in none. */
    static List<Profile> of(List<MatrixMeasurement> rows) {
        Map<String, List<MatrixMeasurement>> kinds = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            boolean counts = row.id().kind() != MatrixKind.TENSOR
                    && row.layer() != MatrixId.NO_LAYER
                    && row.id().member().type() != MatrixId.Member.Type.HEAD;
            if (counts) {
                kinds.computeIfAbsent(row.stack() + "\n" + row.kind(), key -> new ArrayList<>())
                        .add(row);
            }
        }
        return kinds.values().stream().map(Profile::ofKind).toList();
    }

    private static Profile ofKind(List<MatrixMeasurement> rows) {
        TreeMap<Integer, List<MatrixMeasurement>> layers = new TreeMap<>();
        rows.forEach(row ->
                layers.computeIfAbsent(row.layer(), key -> new ArrayList<>()).add(row));
        List<List<MatrixMeasurement>> each = List.copyOf(layers.values());
        return new Profile(
                rows.get(0).stack(),
                rows.get(0).kind(),
                layers.keySet().stream().mapToInt(Integer::intValue).toArray(),
                each.stream().mapToLong(one -> one.get(0).rows()).toArray(),
                each.stream().mapToLong(one -> one.get(0).cols()).toArray(),
                means(each, MatrixMeasurement::frobeniusNorm),
                means(each, row -> row.stableRank() == null ? Double.NaN : row.stableRank()),
                means(each, MatrixMeasurement::shareOfGaussian));
    }

    private static double[] means(List<List<MatrixMeasurement>> layers, ToDoubleFunction<MatrixMeasurement> value) {
        return layers.stream()
                .mapToDouble(rows -> rows.stream().mapToDouble(value).average().orElse(Double.NaN))
                .toArray();
    }

    /** Relative depth of a layer: 0 the first, 1 the last of those given; 0 where there is one only. */
    static double depth(int layer, int last) {
        return last == 0 ? 0 : (double) layer / last;
    }

    /** ‖A‖_F/√(rc) of the i-th layer: the size of an entry. */
    double rootMeanSquare(int i) {
        return frobeniusNorm[i] / Math.sqrt((double) rows[i] * cols[i]);
    }
}
