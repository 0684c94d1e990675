package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.Report.Alternative;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** The paper's Figure 3 on a real model: each kind of matrix over training, a band over the layers; and layer × step. */
final class TraceFigures {
    private static final Axis STEP = new Axis("Step", true, true);
    private static final Axis STABLE_RANK = new Axis("Stable rank ‖A‖_F/‖A‖_2", false, true);
    private static final Axis SHARE = new Axis("Stable rank over that of a random matrix", false, true);
    private static final Axis FROBENIUS = new Axis("Frobenius norm ‖A‖_F", false, true);
    private static final Axis GROWTH = new Axis("‖A‖_F over that of the first checkpoint", false, true);
    private static final Axis MOVEMENT = new Axis("‖W_t − W_{t−1}‖_F", false, true);
    private static final Axis RELATIVE = new Axis("‖W_t − W_{t−1}‖_F / √(‖W_t‖² + ‖W_{t−1}‖²)", false, true);
    private static final Axis DISTANCE = new Axis("‖W_T − W_t‖_F", false, true);

    /** Columns of a heat map; more do not tell more. */
    private static final int MOST_COLUMNS = 40;

    private final TraceResult result;

    TraceFigures(TraceResult result) {
        this.result = result;
    }

    /** Two rows of two panels per stack. */
    FigureSection overSteps() {
        List<StackSeries> stacks = StackSeries.of(result);
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < stacks.size(); i++) {
            StackSeries series = stacks.get(i);
            String title = stacks.size() > 1 ? series.stack() + " · " : "";
            String id = stacks.size() > 1 ? "-" + series.stack() : "";
            panels.add(new Panel(
                    "stable-rank" + id,
                    title + "Stable rank",
                    STEP,
                    STABLE_RANK,
                    lines(series, row -> orNaN(row.stableRank())),
                    levels("Gaussian", series, MatrixMeasurement::gaussianStableRank),
                    "‖A‖F/‖A‖2",
                    List.of(new Alternative(
                            "Share of Gaussian",
                            SHARE,
                            lines(series, MatrixMeasurement::shareOfGaussian),
                            levels("Gaussian", series, row -> 1)))));
            panels.add(norms(series, title, id));
            if (series.movement().stream().anyMatch(map -> !map.isEmpty())) {
                panels.addAll(movement(series, title, id));
            }
        }
        return new FigureSection(
                "over-steps",
                "Over training",
                "Each kind of matrix over the steps: the median over layers, with a band from their 10 % to their 90 % quantile. Dotted: what random "
                        + "weights of these shapes give, for norms those the model started with where config.json tells. Step 0 has no "
                        + "place on a logarithmic axis.",
                2,
                panels);
    }

    private Panel norms(StackSeries series, String title, String id) {
        Map<MatrixId, Double> first = new HashMap<>();
        series.rows().get(0).forEach(row -> first.put(row.id(), row.frobeniusNorm()));
        Double range = result.measured().get(result.measured().size() - 1).initializerRange();
        return new Panel(
                "frobenius-norm" + id,
                title + "Frobenius norm",
                STEP,
                FROBENIUS,
                lines(series, MatrixMeasurement::frobeniusNorm),
                range == null
                        ? List.of()
                        : levels("initialisation", series, row -> range * Math.sqrt((double) row.rows() * row.cols())),
                "Whole",
                List.of(new Alternative(
                        "Over the first",
                        GROWTH,
                        lines(series, row -> row.frobeniusNorm() / first.getOrDefault(row.id(), Double.NaN)),
                        List.of())));
    }

    private static List<Panel> movement(StackSeries series, String title, String id) {
        List<Panel> panels = new ArrayList<>();
        Map<Long, Map<MatrixId, MatrixMeasurement>> rows = new HashMap<>();
        for (int at = 0; at < series.size(); at++) {
            Map<MatrixId, MatrixMeasurement> byId = new HashMap<>();
            series.rows().get(at).forEach(row -> byId.put(row.id(), row));
            rows.put(series.steps().get(at), byId);
        }
        panels.add(new Panel(
                "movement" + id,
                title + "Movement since the checkpoint before",
                STEP,
                MOVEMENT,
                moved(series, (at, one) -> orNaN(one.sincePrevious())),
                List.of(),
                "Whole",
                List.of(new Alternative(
                        "Relative",
                        RELATIVE,
                        moved(series, (at, one) -> relative(series, rows, at, one)),
                        levels("unrelated weights", series, row -> 1)))));
        if (series.movement().get(0).values().stream().anyMatch(one -> one.toLast() != null)) {
            panels.add(new Panel(
                    "distance-to-last" + id,
                    title + "Distance to the last checkpoint",
                    STEP,
                    DISTANCE,
                    moved(series, (at, one) -> orNaN(one.toLast()))));
        }
        return panels;
    }

    private static double relative(
            StackSeries series, Map<Long, Map<MatrixId, MatrixMeasurement>> rows, int at, TraceResult.Movement one) {
        if (at == 0) {
            return Double.NaN;
        }
        MatrixMeasurement now =
                rows.getOrDefault(series.steps().get(at), Map.of()).get(one.id());
        MatrixMeasurement before =
                rows.getOrDefault(series.steps().get(at - 1), Map.of()).get(one.id());
        return now == null || before == null
                ? Double.NaN
                : orNaN(one.sincePrevious()) / Math.hypot(now.frobeniusNorm(), before.frobeniusNorm());
    }

    private static List<Series> lines(StackSeries series, ToDoubleFunction<MatrixMeasurement> value) {
        OverLayers kinds = new OverLayers();
        for (int at = 0; at < series.size(); at++) {
            for (MatrixMeasurement row : series.rows().get(at)) {
                kinds.add(row.kind(), series.steps().get(at), value.applyAsDouble(row));
            }
        }
        return kinds.lines();
    }

    /** A number of a movement at a checkpoint. */
    @FunctionalInterface
    private interface Moved {
        double of(int at, TraceResult.Movement one);
    }

    private static List<Series> moved(StackSeries series, Moved value) {
        OverLayers kinds = new OverLayers();
        for (int at = 0; at < series.size(); at++) {
            for (TraceResult.Movement one : series.movement().get(at).values()) {
                kinds.add(one.id().family(), series.steps().get(at), value.of(at, one));
            }
        }
        return kinds.lines();
    }

    /** A dotted line for each level, named after the kinds that share it. */
    private static List<Series> levels(String name, StackSeries series, ToDoubleFunction<MatrixMeasurement> level) {
        Map<Double, List<String>> kindsAt = new LinkedHashMap<>();
        for (MatrixMeasurement row : series.rows().get(series.last())) {
            List<String> kinds = kindsAt.computeIfAbsent(level.applyAsDouble(row), k -> new ArrayList<>());
            if (!kinds.contains(row.kind())) {
                kinds.add(row.kind());
            }
        }
        double[] ends = {
            series.steps().stream().filter(step -> step > 0).findFirst().orElse(0L),
            series.steps().get(series.last())
        };
        List<Series> lines = new ArrayList<>();
        kindsAt.forEach((value, kinds) -> lines.add(new Series(
                kindsAt.size() == 1 ? name : name + " " + String.join(", ", kinds),
                ends,
                new double[] {value, value},
                null,
                Style.DOTTED)));
        return lines;
    }

    /** A table per stack and kind: rows are layers, columns are steps. */
    Section heatMap() {
        List<StackSeries> stacks = StackSeries.of(result);
        List<HeatGrid> grids = new ArrayList<>();
        boolean thinned = false;
        for (StackSeries series : stacks) {
            List<Integer> columns = columns(series.size());
            thinned |= columns.size() < series.size();
            for (String kind : series.kinds()) {
                grids.add(grid(series, kind, columns, stacks.size() > 1 ? series.stack() + " · " + kind : kind));
            }
        }
        return new HeatMapSection(
                "heat-map",
                "Layer by step",
                "Each layer of a kind of matrix at each checkpoint; the mean where a layer has experts."
                        + (thinned ? " Checkpoints thinned out to " + MOST_COLUMNS + "; trace.csv has them all." : ""),
                "rows are layers, columns are steps",
                grids);
    }

    private static HeatGrid grid(StackSeries series, String kind, List<Integer> columns, String title) {
        TreeSet<Integer> layers = new TreeSet<>();
        series.rows()
                .forEach(rows ->
                        rows.stream().filter(row -> row.kind().equals(kind)).forEach(row -> layers.add(row.layer())));
        List<Integer> ordered = List.copyOf(layers);
        return new HeatGrid(
                title,
                ordered.stream().map(String::valueOf).toList(),
                columns.stream()
                        .map(at -> Long.toString(series.steps().get(at)))
                        .toList(),
                List.of(
                        map("Share of Gaussian", series, kind, ordered, columns, MatrixMeasurement::shareOfGaussian),
                        map("Stable rank", series, kind, ordered, columns, row -> orNaN(row.stableRank())),
                        map("Frobenius", series, kind, ordered, columns, MatrixMeasurement::frobeniusNorm)));
    }

    private static HeatMap map(
            String label,
            StackSeries series,
            String kind,
            List<Integer> layers,
            List<Integer> columns,
            ToDoubleFunction<MatrixMeasurement> value) {
        double[][] values = new double[layers.size()][columns.size()];
        for (int l = 0; l < layers.size(); l++) {
            int layer = layers.get(l);
            for (int c = 0; c < columns.size(); c++) {
                values[l][c] = series.rows().get(columns.get(c)).stream()
                        .filter(row -> row.kind().equals(kind) && row.layer() == layer)
                        .mapToDouble(value)
                        .average()
                        .orElse(Double.NaN);
            }
        }
        return new HeatMap(label, values);
    }

    /** Evenly spread over the checkpoints, which usually lie evenly over the logarithm of the step at first. */
    private static List<Integer> columns(int size) {
        TreeSet<Integer> columns = new TreeSet<>();
        int most = Math.min(size, MOST_COLUMNS);
        for (int k = 0; k < most; k++) {
            columns.add(most == 1 ? 0 : (int) Math.round((double) k * (size - 1) / (most - 1)));
        }
        return List.copyOf(columns);
    }

    private static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
