package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.Report.TableSection;

/** Singular values of each kind of matrix against those of a random one (Marchenko and Pastur 1967). */
final class SpectrumFigures {
    static final String CAPTION = "Singular values over the edge of a random matrix with the same entries' variance, "
            + "σ_i / (s(√r + √c)) with s = ‖A‖_F/√(rc), against i / min(r, c). The dotted line is the "
            + "Marchenko–Pastur law: above it a direction carries more than chance.";

    private static final int POINTS = 120;

    private SpectrumFigures() {}

    static List<Section> of(AnalysisResult result) {
        List<MatrixMeasurement> rows =
                result.matrices().stream().filter(row -> row.spectrum() != null).toList();
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<String, List<MatrixMeasurement>> kinds = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            String model = result.models().size() > 1 ? row.model() + " · " : "";
            kinds.computeIfAbsent(model + row.stack() + " " + row.matrix(), k -> new ArrayList<>())
                    .add(row);
        }
        List<Panel> panels = new ArrayList<>();
        kinds.forEach((title, members) -> panels.add(panel("spectrum-" + panels.size(), title, members)));
        return List.of(new FigureSection("spectra", "Spectra", CAPTION, 3, panels, List.of()), table(rows));
    }

    private static Panel panel(String id, String title, List<MatrixMeasurement> rows) {
        List<Series> series = new ArrayList<>();
        for (MatrixMeasurement row : rows) {
            series.add(series("layer " + row.layer(), row.spectrum(), row.frobeniusNorm(), row.rows(), row.cols()));
        }
        return panel(id, title, series, rows.get(0).rows(), rows.get(0).cols());
    }

    static Panel panel(String id, String title, List<Series> series, long rows, long cols) {
        List<Series> lines = new ArrayList<>(series);
        lines.add(MarchenkoPastur.curve("Marchenko–Pastur", rows, cols, POINTS));
        return new Panel(
                id,
                title,
                new Axis("i / min(r, c)", false, true),
                new Axis("σ_i over the random edge", true, true),
                lines,
                List.of(),
                List.of());
    }

    static Series series(String name, TaskVector vector) {
        return series(name, vector.spectrum(), vector.frobeniusNorm(), vector.rows(), vector.cols());
    }

    private static Series series(String name, @Nullable Spectrum spectrum, double frobeniusNorm, long rows, long cols) {
        double[] values = spectrum == null ? new double[0] : spectrum.singularValues();
        double scale = frobeniusNorm / Math.sqrt((double) rows * cols) * (Math.sqrt(rows) + Math.sqrt(cols));
        int n = values.length;
        int points = Math.min(POINTS, n);
        double[] x = new double[points];
        double[] y = new double[points];
        for (int p = 0; p < points; p++) {
            // Evenly spaced indices, the first and last included.
            int i = points == 1 ? 0 : (int) Math.round((double) p * (n - 1) / (points - 1));
            x[p] = (i + 0.5) / n;
            y[p] = values[i] / scale;
        }
        return new Series(name, x, y, null, Style.SOLID);
    }

    private static TableSection table(List<MatrixMeasurement> rows) {
        List<Column> columns = List.of(
                new Column("Model", false),
                new Column("Stack", false),
                new Column("Layer", true),
                new Column("Matrix", false),
                new Column("Effective rank", true),
                new Column("Rank for 90 % of energy", true),
                new Column("Rank for 99 % of energy", true),
                new Column("Full rank", true));
        List<List<Cell>> cells = new ArrayList<>();
        for (MatrixMeasurement row : rows) {
            Spectrum spectrum = row.spectrum();
            if (spectrum != null) {
                cells.add(List.of(
                        AnalysisReport.text(row.model()),
                        AnalysisReport.text(row.stack()),
                        AnalysisReport.number(row.layer(), "%.0f"),
                        AnalysisReport.text(row.matrix()),
                        AnalysisReport.number(spectrum.effectiveRank(), "%.1f"),
                        AnalysisReport.number(spectrum.rank90(), "%.0f"),
                        AnalysisReport.number(spectrum.rank99(), "%.0f"),
                        AnalysisReport.number(Math.min(row.rows(), row.cols()), "%.0f")));
            }
        }
        return new TableSection(
                "effective-ranks",
                "Effective ranks",
                "exp of the entropy of σ/Σσ (Roy and Vetterli 2007), and how many directions hold 90 % and 99 % of Σσ².",
                columns,
                cells,
                true);
    }
}
