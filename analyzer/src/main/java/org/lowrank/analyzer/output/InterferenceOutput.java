package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Interference of two tuned models as interference.csv, curves over depth and a heat map. */
public final class InterferenceOutput {
    private static final List<String> TERMS = List.of(
            "tokens",
            "interference",
            "interference_p50",
            "interference_p99",
            "interference_random",
            "relative",
            "relative_random",
            "own_relative",
            "own_relative_random");

    private InterferenceOutput() {}

    /**
     * interference.csv.
     *
     * @param model the base
     * @param revision of it
     */
    public static String csv(String model, String revision, List<TaskInterference> rows) {
        List<String> columns = new ArrayList<>(List.of(
                "model",
                "revision",
                "stack",
                "layer",
                "matrix",
                "rows",
                "cols",
                "frobenius_norm",
                "delta_a_frobenius_norm",
                "delta_b_frobenius_norm"));
        TERMS.forEach(term -> columns.add(term + "_on_a"));
        TERMS.forEach(term -> columns.add(term + "_on_b"));
        CsvWriter writer = new CsvWriter(columns);
        for (TaskInterference row : rows) {
            List<String> cells = new ArrayList<>(List.of(
                    model,
                    revision,
                    row.stack(),
                    Integer.toString(row.layer()),
                    row.matrix(),
                    Integer.toString(row.rows()),
                    Integer.toString(row.cols()),
                    CsvWriter.number(row.frobeniusNorm()),
                    CsvWriter.number(row.frobeniusNormA()),
                    CsvWriter.number(row.frobeniusNormB())));
            cells.addAll(cells(row.onA()));
            cells.addAll(cells(row.onB()));
            writer.add(cells);
        }
        return writer.toString();
    }

    private static List<String> cells(TaskInterference.Terms terms) {
        return List.of(
                Integer.toString(terms.tokens()),
                CsvWriter.number(terms.interference()),
                CsvWriter.number(terms.interferenceP50()),
                CsvWriter.number(terms.interferenceP99()),
                CsvWriter.number(terms.nullInterference()),
                CsvWriter.number(terms.relative()),
                CsvWriter.number(terms.nullRelative()),
                CsvWriter.number(terms.ownRelative()),
                CsvWriter.number(terms.nullOwnRelative()));
    }

    /** Over depth, one panel for each text and quotient. */
    public static FigureSection curves(List<TaskInterference> rows) {
        return new FigureSection(
                "interference",
                "Interference",
                "What one model learnt on the other task's inputs: medians over a layer's changed matrices. Solid: measured. Dotted: "
                        + "a random matrix of the same shape and norm in its place. Dashed: what the task's own model learnt.",
                2,
                List.of(
                        panel(
                                rows,
                                "interference-a",
                                "‖Δ_B x_A‖/‖Δ_A x_A‖",
                                row -> row.onA().interference(),
                                row -> row.onA().nullInterference(),
                                row -> Double.NaN),
                        panel(
                                rows,
                                "interference-b",
                                "‖Δ_A x_B‖/‖Δ_B x_B‖",
                                row -> row.onB().interference(),
                                row -> row.onB().nullInterference(),
                                row -> Double.NaN),
                        panel(
                                rows,
                                "relative-a",
                                "‖Δ_B x_A‖/‖W x_A‖",
                                row -> row.onA().relative(),
                                row -> row.onA().nullRelative(),
                                row -> row.onA().ownRelative()),
                        panel(
                                rows,
                                "relative-b",
                                "‖Δ_A x_B‖/‖W x_B‖",
                                row -> row.onB().relative(),
                                row -> row.onB().nullRelative(),
                                row -> row.onB().ownRelative())));
    }

    private static Panel panel(
            List<TaskInterference> rows,
            String id,
            String title,
            ToDoubleFunction<TaskInterference> measured,
            ToDoubleFunction<TaskInterference> random,
            ToDoubleFunction<TaskInterference> own) {
        List<Series> series = new ArrayList<>(List.of(
                series("measured", rows, measured, Style.SOLID), series("random matrix", rows, random, Style.DOTTED)));
        if (rows.stream().mapToDouble(own).anyMatch(Double::isFinite)) {
            series.add(series("own", rows, own, Style.DASHED));
        }
        return new Panel(id, title, new Axis("Layer", false, false), new Axis(title, false, true), series);
    }

    private static Series series(
            String name, List<TaskInterference> rows, ToDoubleFunction<TaskInterference> number, Style style) {
        int[] layers = rows.stream()
                .mapToInt(TaskInterference::layer)
                .distinct()
                .sorted()
                .toArray();
        double[] x = new double[layers.length];
        double[] y = new double[layers.length];
        for (int i = 0; i < layers.length; i++) {
            int layer = layers[i];
            double[] sorted = rows.stream()
                    .filter(row -> row.layer() == layer)
                    .mapToDouble(number)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            x[i] = layer;
            y[i] = sorted.length == 0 ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
        }
        return new Series(name, x, y, null, style);
    }

    /** Layer × matrix. */
    public static HeatMapSection map(String model, List<TaskInterference> rows) {
        Set<Integer> layers = new LinkedHashSet<>();
        Set<String> matrices = new LinkedHashSet<>();
        rows.forEach(row -> {
            layers.add(row.layer());
            matrices.add(row.matrix());
        });
        List<HeatMap> maps = List.of(
                grid("on A", rows, layers, matrices, row -> row.onA().interference()),
                grid("on B", rows, layers, matrices, row -> row.onB().interference()));
        return new HeatMapSection(
                "interference-map",
                "Interference, layer by matrix",
                "‖Δ_B X_Aᵀ‖_F/‖Δ_A X_Aᵀ‖_F, and the same with A and B exchanged. The random matrices' numbers are in interference.csv.",
                List.of(new HeatGrid(
                        model, layers.stream().map(String::valueOf).toList(), List.copyOf(matrices), maps)));
    }

    private static HeatMap grid(
            String label,
            List<TaskInterference> rows,
            Set<Integer> layers,
            Set<String> matrices,
            ToDoubleFunction<TaskInterference> number) {
        double[][] values = new double[layers.size()][matrices.size()];
        int i = 0;
        for (int layer : layers) {
            int j = 0;
            for (String matrix : matrices) {
                values[i][j++] = rows.stream()
                        .filter(row -> row.layer() == layer && row.matrix().equals(matrix))
                        .mapToDouble(number)
                        .findFirst()
                        .orElse(Double.NaN);
            }
            i++;
        }
        return new HeatMap(label, values);
    }
}
