package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Section;

/** Routed experts × layers for each of their kinds, which the mean of a layer hides; where they are hundreds, quantiles over them. */
final class ExpertMaps {
    /** Rows of a map; more experts are shown by quantiles. */
    private static final int MOST_EXPERTS = 32;

    private static final List<Double> LEVELS = List.of(0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0);
    private static final List<String> LEVEL_NAMES =
            List.of("smallest", "5 %", "25 %", "median", "75 %", "95 %", "largest");

    private ExpertMaps() {}

    /** Nothing where no model has experts. */
    static List<Section> of(AnalysisResult result) {
        List<HeatGrid> grids = new ArrayList<>();
        for (AnalysisResult.Model model : result.models()) {
            Map<String, List<MatrixMeasurement>> kinds = new LinkedHashMap<>();
            for (MatrixMeasurement row : result.matricesOf(model)) {
                if (row.id().member().type() == MatrixId.Member.Type.EXPERT) {
                    String prefix = result.models().size() > 1 ? model.model() + " · " : "";
                    kinds.computeIfAbsent(prefix + row.kind(), kind -> new ArrayList<>())
                            .add(row);
                }
            }
            kinds.forEach((kind, rows) -> grids.add(grid(kind, rows)));
        }
        if (grids.isEmpty()) {
            return List.of();
        }
        return List.of(new HeatMapSection(
                "experts",
                "Experts",
                "One map for each kind of matrix, a column a layer. Rows are experts; of more than " + MOST_EXPERTS
                        + " the quantiles over them. Every expert is in the table of measurements and in matrices.csv.",
                grids));
    }

    private static HeatGrid grid(String title, List<MatrixMeasurement> rows) {
        List<Integer> layers = List.copyOf(
                new TreeSet<>(rows.stream().map(MatrixMeasurement::layer).toList()));
        List<Integer> experts = List.copyOf(new TreeSet<>(
                rows.stream().map(row -> row.id().member().number()).toList()));
        boolean each = experts.size() <= MOST_EXPERTS;
        Map<String, ToDoubleFunction<MatrixMeasurement>> quantities = new LinkedHashMap<>();
        quantities.put("Stable rank", row -> Cells.orNaN(row.stableRank()));
        quantities.put("Share of Gaussian", MatrixMeasurement::shareOfGaussian);
        quantities.put("Frobenius", MatrixMeasurement::frobeniusNorm);
        List<HeatMap> maps = new ArrayList<>();
        quantities.forEach((label, value) -> maps.add(
                new HeatMap(label, each ? cells(rows, layers, experts, value) : quantiles(rows, layers, value))));
        return new HeatGrid(
                title,
                each ? experts.stream().map(expert -> "E" + expert).toList() : LEVEL_NAMES,
                layers.stream().map(String::valueOf).toList(),
                maps);
    }

    private static double[][] cells(
            List<MatrixMeasurement> rows,
            List<Integer> layers,
            List<Integer> experts,
            ToDoubleFunction<MatrixMeasurement> value) {
        double[][] cells = new double[experts.size()][layers.size()];
        for (double[] row : cells) {
            Arrays.fill(row, Double.NaN);
        }
        for (MatrixMeasurement row : rows) {
            cells[experts.indexOf(row.id().member().number())][layers.indexOf(row.layer())] = value.applyAsDouble(row);
        }
        return cells;
    }

    private static double[][] quantiles(
            List<MatrixMeasurement> rows, List<Integer> layers, ToDoubleFunction<MatrixMeasurement> value) {
        Map<Integer, List<Double>> byLayer = new TreeMap<>();
        rows.forEach(row ->
                byLayer.computeIfAbsent(row.layer(), layer -> new ArrayList<>()).add(value.applyAsDouble(row)));
        double[][] cells = new double[LEVELS.size()][layers.size()];
        for (int column = 0; column < layers.size(); column++) {
            double[] sorted = byLayer.getOrDefault(layers.get(column), List.of()).stream()
                    .mapToDouble(Double::doubleValue)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            for (int level = 0; level < cells.length; level++) {
                cells[level][column] = sorted.length == 0
                        ? Double.NaN
                        : sorted[(int) Math.round(LEVELS.get(level) * (sorted.length - 1))];
            }
        }
        return cells;
    }
}
