package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.MatrixNumbers;
import org.lowrank.analyzer.measurement.MatrixRow;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.GroupSection;
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

    private static final String ID = "spectra";
    private static final String TITLE = "Spectra";

    private SpectrumFigures() {}

    static List<Section> of(AnalysisResult result) {
        PageRows shown = PageRows.of(
                result.matrices().stream().filter(row -> row.spectrum() != null).toList());
        List<MatrixMeasurement> rows = shown.rows();
        if (rows.isEmpty()) {
            return List.of();
        }
        boolean models = rows.stream().map(MatrixMeasurement::model).distinct().count() > 1;
        boolean stacks = rows.stream().map(MatrixMeasurement::stack).distinct().count() > 1;
        Map<String, Map<String, List<MatrixMeasurement>>> byModel = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            byModel.computeIfAbsent(row.model(), m -> new LinkedHashMap<>())
                    .computeIfAbsent((stacks ? row.stack() + " " : "") + row.matrix(), k -> new ArrayList<>())
                    .add(row);
        }
        List<FigureSection> figures = new ArrayList<>();
        List<String> names = AnalysisLead.shortNames(List.copyOf(byModel.keySet()));
        byModel.values().forEach(kinds -> {
            String id = models ? "-" + figures.size() : "";
            List<Panel> panels = new ArrayList<>();
            kinds.forEach((title, members) -> panels.add(panel("spectrum" + id + "-" + panels.size(), title, members)));
            boolean last = figures.size() == byModel.size() - 1;
            figures.add(new FigureSection(
                    ID + id,
                    models ? names.get(figures.size()) : TITLE,
                    last ? CAPTION + shown.note() : "",
                    4,
                    panels));
        });
        Section section = models ? new GroupSection(ID, TITLE, List.copyOf(figures)) : figures.get(0);
        return List.of(section, table(rows, models));
    }

    private static Panel panel(String id, String title, List<MatrixMeasurement> rows) {
        List<Series> series = new ArrayList<>();
        for (MatrixMeasurement row : rows) {
            series.add(series("layer " + row.layer(), row.numbers()));
        }
        return panel(id, title, series, rows.get(0).rows(), rows.get(0).cols());
    }

    static Panel panel(String id, String title, List<Series> series, long rows, long cols) {
        List<Series> lines = new ArrayList<>(series);
        int n = (int) Math.min(rows, cols);
        lines.add(MarchenkoPastur.curve("Marchenko–Pastur", rows, cols, shares(sample(n), n)));
        return new Panel(
                id,
                title,
                new Axis("i / min(r, c)", true, true),
                new Axis("σ_i over the random edge", false, true),
                lines);
    }

    static Series series(String name, TaskVector vector) {
        return series(name, vector.numbers());
    }

    private static Series series(String name, MatrixNumbers numbers) {
        Spectrum spectrum = numbers.spectrum();
        long rows = numbers.rows();
        long cols = numbers.cols();
        double[] values = spectrum == null ? new double[0] : spectrum.singularValues();
        double scale = numbers.frobeniusNorm() / Math.sqrt((double) rows * cols) * (Math.sqrt(rows) + Math.sqrt(cols));
        int n = values.length;
        int[] sample = sample(n);
        double[] y = IntStream.of(sample).mapToDouble(i -> values[i] / scale).toArray();
        return new Series(name, shares(sample, n), y, null, Style.SOLID);
    }

    /** Indices for both axes: half of them evenly spaced in i, half in ln i, the first and last among them. */
    private static int[] sample(int n) {
        TreeSet<Integer> indices = new TreeSet<>();
        for (int p = 0; p < POINTS / 2 && n > 0; p++) {
            double share = p / (POINTS / 2 - 1.0);
            indices.add((int) Math.round(share * (n - 1)));
            indices.add((int) Math.round(Math.pow(n, share)) - 1);
        }
        return indices.stream().mapToInt(Integer::intValue).toArray();
    }

    private static double[] shares(int[] sample, int n) {
        return IntStream.of(sample).mapToDouble(i -> (i + 0.5) / n).toArray();
    }

    private static TableSection table(List<MatrixMeasurement> rows, boolean models) {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("Stack", false),
                new Column("Layer", true),
                new Column("Matrix", false),
                new Column("Effective rank", true),
                new Column("Rank for 90 % of energy", true),
                new Column("Rank for 99 % of energy", true),
                new Column("Full rank", true),
                new Column("Hill exponent", true),
                new Column("k", true),
                new Column("Hill, square windows", true),
                new Column("log10 ‖A‖_F²", true),
                new Column("log10 ‖A‖_2²", true),
                new Column("σ above the edge", true),
                new Column("Signal to noise", true)));
        if (models) {
            columns.add(0, new Column("Model", false));
        }
        List<List<Cell>> all = new ArrayList<>();
        for (MatrixMeasurement row : rows) {
            Spectrum spectrum = row.spectrum();
            if (spectrum != null) {
                List<Cell> cells = new ArrayList<>(List.of(
                        Cells.text(row.stack()),
                        Cells.number(row.layer(), 0),
                        Cells.text(row.matrix()),
                        Cells.number(spectrum.effectiveRank(), 1),
                        Cells.number(spectrum.rank90(), 0),
                        Cells.number(spectrum.rank99(), 0),
                        Cells.number(Math.min(row.rows(), row.cols()), 0)));
                cells.addAll(tail(row.row()));
                if (models) {
                    cells.add(0, Cells.text(row.model()));
                }
                all.add(cells);
            }
        }
        return new TableSection(
                "effective-ranks",
                "Effective ranks",
                "exp of the entropy of σ/Σσ (Roy and Vetterli 2007), and how many directions hold 90 % and 99 % of Σσ². Hill "
                        + "exponent: 1 + k / Σ ln(λ_i/λ_{k+1}) over the k largest λ = σ², k half of them (Hill 1975); it "
                        + "depends on the shape, so compare within one; \"square windows\" is the same over windows of m × m, m the "
                        + "shorter side, along the longer one (Hu et al. 2025), which shapes may be compared by. Signal to noise: Σσ above the random edge "
                        + "s(√r + √c) over Σσ below it.",
                columns,
                all,
                true);
    }

    private static List<Cell> tail(MatrixRow row) {
        return List.of(
                Cells.number(Cells.orNaN(row.hillExponent()), 3),
                Cells.number(count(row.hillK()), 0),
                Cells.number(Cells.orNaN(row.hillExponentFixedAspect()), 3),
                Cells.number(Cells.orNaN(row.logFrobeniusNormSquared()), 3),
                Cells.number(Cells.orNaN(row.logSpectralNormSquared()), 3),
                Cells.number(count(row.singularValuesAboveEdge()), 0),
                Cells.number(Cells.orNaN(row.signalToNoise()), 4));
    }

    private static double count(@Nullable Integer count) {
        return count == null ? Double.NaN : count;
    }
}
