package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A stack of layers in a few numbers.
 *
 * @param model the model
 * @param stack encoder, decoder…
 * @param medianNorms median Frobenius norm per kind of matrix, in the order met
 * @param normSpread largest over smallest of the medians of QKV, M1 and M2 (Lemma 3 predicts 1); NaN if one is missing
 * @param outputRatio median of O over the geometric mean of those three; NaN if one is missing
 * @param flatness largest coefficient of variation over depth of the Frobenius norm of one kind
 * @param flatnessKind the kind that has it
 * @param meanInverseStableRank mean of ‖W‖_2/‖W‖_F over all measured matrices (Lemma 4's left side)
 * @param harmonicMeanStableRank its reciprocal
 * @param meanRoot mean of √min(r, c) over the same matrices, the largest value possible
 * @param shareOfGaussian mean stable rank over the Gaussian baseline, over the same matrices
 * @param shareByKind median of that share per kind
 * @param lowest the matrix of lowest stable rank, null where none is defined
 */
public record ModelSummary(
        String model,
        String stack,
        Map<String, Double> medianNorms,
        double normSpread,
        double outputRatio,
        double flatness,
        String flatnessKind,
        double meanInverseStableRank,
        double harmonicMeanStableRank,
        double meanRoot,
        double shareOfGaussian,
        Map<String, Double> shareByKind,
        @Nullable MatrixMeasurement lowest) {

    /** One summary per model and stack, in the order of the rows. */
    public static List<ModelSummary> of(List<MatrixMeasurement> rows) {
        Map<String, List<MatrixMeasurement>> stacks = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            stacks.computeIfAbsent(row.model() + "\n" + row.revision() + "\n" + row.stack(), k -> new ArrayList<>())
                    .add(row);
        }
        return stacks.values().stream().map(ModelSummary::ofStack).toList();
    }

    private static ModelSummary ofStack(List<MatrixMeasurement> rows) {
        Map<String, List<MatrixMeasurement>> kinds = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            kinds.computeIfAbsent(row.kind(), k -> new ArrayList<>()).add(row);
        }
        Map<String, Double> norms = perKind(kinds, MatrixMeasurement::frobeniusNorm);
        double qkv = norms.getOrDefault("QKV", Double.NaN);
        double m1 = norms.getOrDefault("M1", Double.NaN);
        double m2 = norms.getOrDefault("M2", Double.NaN);
        double largest = Math.max(qkv, Math.max(m1, m2));
        double smallest = Math.min(qkv, Math.min(m1, m2));
        String flattestKind = "";
        double flatness = Double.NaN;
        for (var kind : kinds.entrySet()) {
            double variation = coefficientOfVariation(kind.getValue());
            if (Double.isNaN(flatness) || variation > flatness) {
                flatness = variation;
                flattestKind = kind.getKey();
            }
        }
        List<MatrixMeasurement> defined =
                rows.stream().filter(row -> row.stableRank() != null).toList();
        double inverse = mean(defined, row -> 1 / rank(row));
        return new ModelSummary(
                rows.get(0).model(),
                rows.get(0).stack(),
                norms,
                largest / smallest,
                norms.getOrDefault("O", Double.NaN) / Math.cbrt(qkv * m1 * m2),
                flatness,
                flattestKind,
                inverse,
                1 / inverse,
                mean(defined, row -> Math.sqrt(Math.min(row.rows(), row.cols()))),
                mean(defined, MatrixMeasurement::shareOfGaussian),
                perKind(kinds, MatrixMeasurement::shareOfGaussian),
                rows.stream()
                        .filter(row -> row.stableRank() != null)
                        .min((a, b) -> Double.compare(rank(a), rank(b)))
                        .orElse(null));
    }

    private static double rank(MatrixMeasurement row) {
        Double rank = row.stableRank();
        return rank == null ? Double.NaN : rank;
    }

    private static Map<String, Double> perKind(
            Map<String, List<MatrixMeasurement>> kinds, ToDoubleFunction<MatrixMeasurement> value) {
        Map<String, Double> medians = new LinkedHashMap<>();
        kinds.forEach((kind, rows) -> medians.put(kind, median(rows, value)));
        return medians;
    }

    private static double mean(List<MatrixMeasurement> rows, ToDoubleFunction<MatrixMeasurement> value) {
        return rows.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private static double median(List<MatrixMeasurement> rows, ToDoubleFunction<MatrixMeasurement> value) {
        double[] sorted = rows.stream()
                .mapToDouble(value)
                .filter(v -> !Double.isNaN(v))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Sample standard deviation over mean of the Frobenius norm, 0 for a single layer. */
    private static double coefficientOfVariation(List<MatrixMeasurement> rows) {
        double[] norms =
                rows.stream().mapToDouble(MatrixMeasurement::frobeniusNorm).toArray();
        if (norms.length < 2) {
            return 0;
        }
        double mean = Arrays.stream(norms).average().orElse(Double.NaN);
        double squares = Arrays.stream(norms).map(x -> (x - mean) * (x - mean)).sum();
        return mean == 0 ? 0 : Math.sqrt(squares / (norms.length - 1)) / mean;
    }
}
