package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.analyzer.measurement.Outlier;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Section;

/** Layer × kind tables of a run: stable rank, its shares and the norms, with the cells framed that stand out. */
final class LayerHeatMap {
    private LayerHeatMap() {}

    /** Layer × kind tables, one per model and stack. */
    static Section of(AnalysisResult result) {
        List<HeatGrid> grids = new ArrayList<>();
        boolean several = ModelStack.of(result).size() > 1;
        ModelStack.of(result).forEach((key, rows) -> {
            List<String> kinds =
                    rows.stream().map(MatrixMeasurement::kind).distinct().toList();
            List<Integer> layers = rows.stream()
                    .map(MatrixMeasurement::layer)
                    .distinct()
                    .sorted()
                    .toList();
            grids.add(new HeatGrid(
                    several ? key.title() : "",
                    kinds,
                    layers.stream().map(String::valueOf).toList(),
                    List.of(
                            map("Stable rank", rows, kinds, layers, row -> Cells.orNaN(row.stableRank()))
                                    .marking(outliers(rows, kinds, layers, Outlier.Quantity.STABLE_RANK)),
                            map("Share of maximum", rows, kinds, layers, AnalysisReport::shareOfMaximum),
                            map("Share of Gaussian", rows, kinds, layers, MatrixMeasurement::shareOfGaussian),
                            map("Frobenius", rows, kinds, layers, MatrixMeasurement::frobeniusNorm)
                                    .marking(outliers(rows, kinds, layers, Outlier.Quantity.FROBENIUS_NORM)),
                            map("Spectral", rows, kinds, layers, MatrixMeasurement::spectralNorm))));
        });
        return new HeatMapSection(
                "heat-map",
                "Heat map",
                "Each kind of matrix in each layer; the mean where a layer has experts. Framed cells stand out from their row.",
                grids);
    }

    private static boolean[][] outliers(
            List<MatrixMeasurement> rows, List<String> kinds, List<Integer> layers, Outlier.Quantity quantity) {
        boolean[][] marked = new boolean[kinds.size()][layers.size()];
        for (ModelSummary summary : ModelSummary.of(rows)) {
            for (Outlier one : summary.outliers()) {
                if (one.quantity() == quantity) {
                    marked[kinds.indexOf(one.row().kind())][
                            layers.indexOf(one.row().layer())] = true;
                }
            }
        }
        return marked;
    }

    private static HeatMap map(
            String label,
            List<MatrixMeasurement> rows,
            List<String> kinds,
            List<Integer> layers,
            ToDoubleFunction<MatrixMeasurement> value) {
        Map<String, Map<Integer, List<Double>>> found = new HashMap<>();
        for (MatrixMeasurement row : rows) {
            found.computeIfAbsent(row.kind(), kind -> new HashMap<>())
                    .computeIfAbsent(row.layer(), layer -> new ArrayList<>())
                    .add(value.applyAsDouble(row));
        }
        double[][] values = new double[kinds.size()][layers.size()];
        for (int k = 0; k < kinds.size(); k++) {
            Map<Integer, List<Double>> ofKind = found.getOrDefault(kinds.get(k), Map.of());
            for (int l = 0; l < layers.size(); l++) {
                values[k][l] = ofKind.getOrDefault(layers.get(l), List.of()).stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(Double.NaN);
            }
        }
        return new HeatMap(label, values);
    }
}
