package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixKind;

/**
 * A stack of layers in a few numbers.
 *
 * @param model the model
 * @param stack encoder, decoder…
 * @param norms of QKV, O, M1 and M2, whole and per entry
 * @param flatness over depth
 * @param ranks of all its matrices
 * @param outliers layers that stand out from the others of their kind, the furthest first
 */
public record ModelSummary(
        String model, String stack, Norms norms, Flatness flatness, Ranks ranks, List<Outlier> outliers) {
    /** A stable rank up to this share of the Gaussian baseline counts as low. */
    public static final double LOW_SHARE = 0.75;

    /**
     * Sizes. Ratios are NaN where one of their matrices is missing.
     *
     * @param medians of ‖A‖_F per kind, in the order met
     * @param rms median of the root mean square entry ‖A‖_F/√(rc) per kind
     * @param spread largest over smallest of the medians of QKV, M1 and M2 (Lemma 3 predicts 1)
     * @param rmsSpread the same of the entries: 1 where all have the variance they might have started with
     * @param outputRatio median of O over the geometric mean of those three
     * @param outputRmsRatio the same of the entries
     */
    public record Norms(
            Map<String, Double> medians,
            Map<String, Double> rms,
            double spread,
            double rmsSpread,
            double outputRatio,
            double outputRmsRatio) {}

    /**
     * The kind of matrix whose ‖A‖_F changes most from layer to layer.
     *
     * @param variation sample standard deviation over mean; NaN where no kind has two layers
     * @param kind that has it
     */
    public record Flatness(double variation, String kind) {}

    /**
     * Stable ranks ‖A‖_F/‖A‖_2 of the matrices that have one.
     *
     * @param matrices how many
     * @param low how many of them are at most {@link #LOW_SHARE} of the Gaussian baseline
     * @param meanInverse mean of ‖A‖_2/‖A‖_F (Lemma 4's left side)
     * @param meanRoot mean of √min(r, c), the largest value possible
     * @param meanShare mean of stable rank over Gaussian baseline
     * @param shareByKind median of that share per kind
     * @param lowest the matrix of lowest stable rank, null where none is defined
     */
    public record Ranks(
            int matrices,
            int low,
            double meanInverse,
            double meanRoot,
            double meanShare,
            Map<String, Double> shareByKind,
            @Nullable MatrixMeasurement lowest) {
        /** The harmonic mean of the stable ranks. */
        public double harmonicMean() {
            return 1 / meanInverse;
        }
    }

    /** One summary per model and stack, in the order of the rows; matrices without a role are in none. */
    public static List<ModelSummary> of(List<MatrixMeasurement> rows) {
        return stacks(rows).stream().map(ModelSummary::ofStack).toList();
    }

    /** Rows of one model and stack together, in the order of the rows. */
    static List<List<MatrixMeasurement>> stacks(List<MatrixMeasurement> rows) {
        Map<String, List<MatrixMeasurement>> stacks = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            if (row.id().kind() != MatrixKind.TENSOR) {
                stacks.computeIfAbsent(row.model() + "\n" + row.revision() + "\n" + row.stack(), k -> new ArrayList<>())
                        .add(row);
            }
        }
        return List.copyOf(stacks.values());
    }

    static ModelSummary ofStack(List<MatrixMeasurement> rows) {
        Map<String, List<MatrixMeasurement>> kinds = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            kinds.computeIfAbsent(row.kind(), k -> new ArrayList<>()).add(row);
        }
        return new ModelSummary(
                rows.get(0).model(),
                rows.get(0).stack(),
                norms(kinds),
                flatness(kinds),
                ranks(rows, kinds),
                outliers(kinds));
    }

    private static Norms norms(Map<String, List<MatrixMeasurement>> kinds) {
        Map<String, Double> norms = perKind(kinds, MatrixMeasurement::frobeniusNorm);
        Map<String, Double> rms = perKind(kinds, ModelSummary::rootMeanSquare);
        return new Norms(norms, rms, spread(norms), spread(rms), outputRatio(norms), outputRatio(rms));
    }

    /** ‖A‖_F/√(rc): what one entry is in size. */
    public static double rootMeanSquare(MatrixMeasurement row) {
        return row.frobeniusNorm() / Math.sqrt((double) row.rows() * row.cols());
    }

    private static double spread(Map<String, Double> of) {
        double[] three = three(of);
        return Arrays.stream(three).anyMatch(Double::isNaN)
                ? Double.NaN
                : Arrays.stream(three).max().orElse(Double.NaN)
                        / Arrays.stream(three).min().orElse(Double.NaN);
    }

    private static double outputRatio(Map<String, Double> of) {
        double[] three = three(of);
        return of.getOrDefault("O", Double.NaN) / Math.cbrt(three[0] * three[1] * three[2]);
    }

    /** The matrices Lemma 3 treats as layers. */
    private static double[] three(Map<String, Double> of) {
        return new double[] {
            of.getOrDefault("QKV", Double.NaN), of.getOrDefault("M1", Double.NaN), of.getOrDefault("M2", Double.NaN)
        };
    }

    private static Flatness flatness(Map<String, List<MatrixMeasurement>> kinds) {
        Flatness least = new Flatness(Double.NaN, "");
        for (var kind : kinds.entrySet()) {
            double variation = coefficientOfVariation(kind.getValue());
            if (!Double.isNaN(variation) && !(variation <= least.variation())) {
                least = new Flatness(variation, kind.getKey());
            }
        }
        return least;
    }

    private static Ranks ranks(List<MatrixMeasurement> rows, Map<String, List<MatrixMeasurement>> kinds) {
        List<MatrixMeasurement> defined =
                rows.stream().filter(row -> row.stableRank() != null).toList();
        return new Ranks(
                defined.size(),
                (int) defined.stream()
                        .filter(row -> row.shareOfGaussian() <= LOW_SHARE)
                        .count(),
                mean(defined, row -> 1 / rank(row)),
                mean(defined, row -> Math.sqrt(Math.min(row.rows(), row.cols()))),
                mean(defined, MatrixMeasurement::shareOfGaussian),
                perKind(kinds, MatrixMeasurement::shareOfGaussian),
                defined.stream().min((a, b) -> Double.compare(rank(a), rank(b))).orElse(null));
    }

    private static List<Outlier> outliers(Map<String, List<MatrixMeasurement>> kinds) {
        List<Outlier> all = new ArrayList<>();
        for (List<MatrixMeasurement> rows : kinds.values()) {
            all.addAll(Outlier.of(rows, Outlier.Quantity.FROBENIUS_NORM));
            all.addAll(Outlier.of(rows, Outlier.Quantity.STABLE_RANK));
        }
        all.sort(Outlier.FURTHEST_FIRST);
        return List.copyOf(all);
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
        return Medians.of(rows.stream().mapToDouble(value).toArray());
    }

    /** Sample standard deviation over mean of the Frobenius norm; NaN for a single matrix, which has no flatness. */
    private static double coefficientOfVariation(List<MatrixMeasurement> rows) {
        double[] norms =
                rows.stream().mapToDouble(MatrixMeasurement::frobeniusNorm).toArray();
        if (norms.length < 2) {
            return Double.NaN;
        }
        double mean = Arrays.stream(norms).average().orElse(Double.NaN);
        double squares = Arrays.stream(norms).map(x -> (x - mean) * (x - mean)).sum();
        return mean == 0 ? 0 : Math.sqrt(squares / (norms.length - 1)) / mean;
    }
}
