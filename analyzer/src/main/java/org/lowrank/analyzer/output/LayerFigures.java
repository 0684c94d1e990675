package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.analyzer.measurement.Outlier;
import org.lowrank.reports.Report.Alternative;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** The paper's Figures 1 and 4: stable rank and Frobenius norm of each kind of matrix over the layers. */
public final class LayerFigures {
    private static final Axis LAYER = new Axis("Layer", false, false);
    private static final Axis STABLE_RANK = new Axis("Stable rank ‖A‖_F/‖A‖_2", false, true);
    private static final Axis STABLE_RANK_SQUARED = new Axis("Stable rank ‖A‖²_F/‖A‖²_2", false, true);
    private static final Axis FROBENIUS = new Axis("Frobenius norm ‖A‖_F", false, true);
    private static final Axis ENTRY = new Axis("Root mean square entry ‖A‖_F/√(rc)", false, true);

    private LayerFigures() {}

    /** Two panels per model and stack, as the rows of Figure 4. */
    static List<Section> perModel(AnalysisResult result) {
        List<Panel> panels = new ArrayList<>();
        boolean several = ModelStack.of(result).size() > 1;
        ModelStack.of(result).forEach((key, rows) -> {
            double entry = rootMeanSquare(rows);
            String prefix = several ? key.title() + " · " : "";
            String id = several ? "-" + panels.size() / 2 : "";
            panels.add(new Panel(
                    "stable-rank" + id,
                    prefix + "Stable rank",
                    LAYER,
                    STABLE_RANK,
                    ringed(rows, Outlier.Quantity.STABLE_RANK, row -> Cells.orNaN(row.stableRank())),
                    baseline("Gaussian", rows, MatrixMeasurement::gaussianStableRank),
                    "‖A‖F/‖A‖2 (paper)",
                    List.of(new Alternative(
                            "Squared (literature)",
                            STABLE_RANK_SQUARED,
                            ringed(rows, Outlier.Quantity.STABLE_RANK, row -> Cells.orNaN(row.stableRankSquared())),
                            baseline("Gaussian", rows, row -> row.gaussianStableRank() * row.gaussianStableRank())))));
            panels.add(new Panel(
                    "frobenius-norm" + id,
                    prefix + "Frobenius norm",
                    LAYER,
                    FROBENIUS,
                    ringed(rows, Outlier.Quantity.FROBENIUS_NORM, MatrixMeasurement::frobeniusNorm),
                    baseline("equal entries", rows, row -> entry * Math.sqrt((double) row.rows() * row.cols())),
                    "Whole",
                    List.of(new Alternative(
                            "Per entry",
                            ENTRY,
                            ringed(rows, Outlier.Quantity.FROBENIUS_NORM, ModelSummary::rootMeanSquare),
                            entries(result, rows, entry)))));
        });
        boolean ringed = panels.stream()
                .flatMap(panel -> panel.series().stream())
                .anyMatch(line -> !line.ringed().isEmpty());
        boolean experts =
                result.matrices().stream().anyMatch(row -> row.id().member().type() == MatrixId.Member.Type.EXPERT);
        return List.of(new FigureSection(
                "layers",
                "Stable rank and norm by layer",
                "Solid lines are the matrices Lemma 3 treats as layers; dashed lines are the parts of QKV. Dotted: what random "
                        + "weights of these shapes give, their entries as large as the model's on average."
                        + (experts
                                ? " Where a layer has experts, the line is their mean and the band one standard deviation."
                                : "")
                        + (ringed ? " Ringed: matrices that stand out from their kind." : ""),
                2,
                panels));
    }

    /** A panel per kind of matrix with a line per model over relative depth. */
    static Section byRelativeDepth(AnalysisResult result) {
        Map<String, List<Series>> kinds = new LinkedHashMap<>();
        Map<ModelStack, List<MatrixMeasurement>> stacks = ModelStack.of(result);
        stacks.forEach((key, rows) -> {
            int last = rows.stream().mapToInt(MatrixMeasurement::layer).max().orElse(0);
            for (Series series : series(rows, row -> Cells.orNaN(row.stableRank()))) {
                double[] depth = series.x().clone();
                for (int i = 0; i < depth.length; i++) {
                    depth[i] = last == 0 ? 0 : depth[i] / last;
                }
                kinds.computeIfAbsent(series.name(), k -> new ArrayList<>())
                        .add(new Series(key.title(), depth, series.y(), series.band(), Style.SOLID, Set.of()));
            }
        });
        List<Panel> panels = new ArrayList<>();
        kinds.forEach((kind, series) -> panels.add(new Panel(
                "depth-" + kind.replace(':', '-'),
                kind,
                new Axis("Relative depth", false, false),
                STABLE_RANK,
                series)));
        return new FigureSection(
                "relative-depth",
                "Compare models",
                "Stable rank against relative depth (first layer 0, last layer 1).",
                4,
                panels);
    }

    private static List<Series> series(List<MatrixMeasurement> rows, ToDoubleFunction<MatrixMeasurement> value) {
        Map<String, TreeMap<Integer, List<Double>>> kinds = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            kinds.computeIfAbsent(row.kind(), k -> new TreeMap<>())
                    .computeIfAbsent(row.layer(), l -> new ArrayList<>())
                    .add(value.applyAsDouble(row));
        }
        List<Series> series = new ArrayList<>();
        kinds.forEach((kind, layers) -> series.add(line(kind, layers)));
        return series;
    }

    /** The same with a ring around the layers in which a matrix stands out. */
    private static List<Series> ringed(
            List<MatrixMeasurement> rows, Outlier.Quantity quantity, ToDoubleFunction<MatrixMeasurement> value) {
        Map<String, Set<Integer>> layers = new HashMap<>();
        for (ModelSummary summary : ModelSummary.of(rows)) {
            for (Outlier one : summary.outliers()) {
                if (one.quantity() == quantity) {
                    layers.computeIfAbsent(one.row().kind(), kind -> new HashSet<>())
                            .add(one.row().layer());
                }
            }
        }
        return series(rows, value).stream()
                .map(line -> line.ringing(IntStream.range(0, line.x().length)
                        .filter(i -> layers.getOrDefault(line.name(), Set.of()).contains((int) line.x()[i]))
                        .boxed()
                        .collect(Collectors.toSet())))
                .toList();
    }

    /**
     * A kind of matrix as a line of means with a band of one standard deviation, dashed for the parts of QKV.
     *
     * @param layers the values at each abscissa: those of a layer's experts, or of a step's layers
     */
    public static Series line(String kind, SortedMap<? extends Number, List<Double>> layers) {
        double[] x = new double[layers.size()];
        double[] y = new double[layers.size()];
        double[] sd = new double[layers.size()];
        boolean band = false;
        int i = 0;
        for (var layer : layers.entrySet()) {
            List<Double> values = layer.getValue();
            double mean =
                    values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
            double squares =
                    values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            x[i] = layer.getKey().doubleValue();
            y[i] = mean;
            sd[i] = values.size() > 1 ? Math.sqrt(squares / (values.size() - 1)) : 0;
            band |= values.size() > 1;
            i++;
        }
        boolean part = List.of("Q", "K", "V", "cross:Q", "cross:K", "cross:V").contains(kind);
        return new Series(kind, x, y, band ? sd : null, part ? Style.DASHED : Style.SOLID);
    }

    /** One dotted line per distinct shape of baseline, named after the kinds that share it. */
    private static List<Series> baseline(
            String name, List<MatrixMeasurement> rows, ToDoubleFunction<MatrixMeasurement> gaussian) {
        Map<Double, List<String>> kindsAt = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            List<String> kinds = kindsAt.computeIfAbsent(gaussian.applyAsDouble(row), k -> new ArrayList<>());
            if (!kinds.contains(row.kind())) {
                kinds.add(row.kind());
            }
        }
        List<Series> series = new ArrayList<>();
        kindsAt.forEach((value, kinds) -> series.add(level(name + " " + String.join(", ", kinds), rows, value)));
        return series;
    }

    /** A dotted line over all layers. */
    private static Series level(String name, List<MatrixMeasurement> rows, double value) {
        int first = rows.stream().mapToInt(MatrixMeasurement::layer).min().orElse(0);
        int last = rows.stream().mapToInt(MatrixMeasurement::layer).max().orElse(0);
        return new Series(name, new double[] {first, last}, new double[] {value, value}, null, Style.DOTTED);
    }

    /** Of all entries together. */
    private static double rootMeanSquare(List<MatrixMeasurement> rows) {
        double squares = rows.stream()
                .mapToDouble(row -> row.frobeniusNorm() * row.frobeniusNorm())
                .sum();
        double entries = rows.stream()
                .mapToDouble(row -> (double) row.rows() * row.cols())
                .sum();
        return Math.sqrt(squares / entries);
    }

    /** The mean entry, and the one the model started with where its config.json says so. */
    private static List<Series> entries(AnalysisResult result, List<MatrixMeasurement> rows, double entry) {
        List<Series> lines = new ArrayList<>(List.of(level("mean", rows, entry)));
        result.findings().stream()
                .filter(finding -> finding.model().equals(rows.get(0).model()))
                .map(finding -> finding.numbers().get("initializer_range"))
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(start -> lines.add(level("initialisation", rows, start)));
        return lines;
    }
}
