package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelFinding;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.Finding;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;

/** The page of an analysis, from its saved result alone. */
public final class AnalysisReport {
    private AnalysisReport() {}

    /**
     * Builds the page.
     *
     * @param result one or more models
     * @param csv matrices.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(AnalysisResult result, @Nullable String csv, @Nullable String json) {
        List<Section> sections = new ArrayList<>();
        if (result.models().size() > 1) {
            sections.add(modelTable(result));
        }
        sections.addAll(LayerFigures.perModel(result));
        if (result.models().size() > 1) {
            sections.add(LayerFigures.byRelativeDepth(result));
        }
        sections.addAll(LayerFigures.heatMaps(result));
        sections.addAll(SpectrumFigures.of(result));
        sections.add(measurements(result));
        sections.add(ReportNotes.method(result));
        if (!result.warnings().isEmpty()) {
            sections.add(warnings(result.warnings()));
        }
        sections.addAll(skipped(result.skippedTensors()));
        return new Report(
                "Weight report",
                title(result),
                cards(result),
                result.findings().stream().map(f -> finding(f, result)).toList(),
                sections,
                ReportNotes.provenance(result),
                csv == null ? null : new Report.Download("matrices.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static String title(AnalysisResult result) {
        return result.models().stream().map(AnalysisResult.Model::model).collect(Collectors.joining(", "));
    }

    private static List<Card> cards(AnalysisResult result) {
        if (result.models().size() != 1) {
            return List.of(
                    new Card("Models", count(result.models().size())),
                    new Card("Matrices measured", count(result.matrices().size())),
                    new Card(
                            "Tensors not measured",
                            count(result.skippedTensors().size())));
        }
        AnalysisResult.Model model = result.models().get(0);
        var card = model.architecture();
        String revision = model.revision();
        return List.of(
                new Card("Layers", count(card.layers())),
                new Card("Model dimension", count(card.modelDimension())),
                new Card("FF dimension", count(card.feedForwardDimension())),
                new Card("Parameters", count(card.parameters())),
                new Card("Stored as", card.dtype().name()),
                new Card("Matrices measured", count(result.matrices().size())),
                new Card("Tensors not measured", count(result.skippedTensors().size())),
                new Card("Revision", revision.length() > 12 ? revision.substring(0, 10) : orDash(revision)));
    }

    private static Finding finding(ModelFinding finding, AnalysisResult result) {
        boolean several = result.models().size() > 1
                || result.matrices().stream()
                                .map(MatrixMeasurement::stack)
                                .distinct()
                                .count()
                        > 1;
        String prefix = several ? finding.model() + ", " + finding.stack() + ": " : "";
        String evidence = switch (finding.id()) {
            case "low-rank", "share-of-gaussian" -> "heat-map";
            default -> "layers";
        };
        return new Finding(
                Report.Verdict.valueOf(finding.verdict().name()),
                finding.number(),
                prefix + finding.statement(),
                sentence(finding.detail()),
                evidence);
    }

    /** With a capital, unless it starts with a symbol of the field such as σ. */
    private static String sentence(String text) {
        return text.isEmpty() || text.codePointAt(0) > 127
                ? text
                : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static TableSection modelTable(AnalysisResult result) {
        List<Column> columns = List.of(
                new Column("Model", false),
                new Column("Stack", false),
                new Column("Layers", true),
                new Column("Model dimension", true),
                new Column("FF dimension", true),
                new Column("Norm spread", true),
                new Column("O ratio", true),
                new Column("Harmonic mean stable rank", true),
                new Column("Share of Gaussian", true));
        List<List<Cell>> rows = new ArrayList<>();
        for (AnalysisResult.Model model : result.models()) {
            for (ModelSummary summary : ModelSummary.of(result.matricesOf(model))) {
                rows.add(List.of(
                        text(model.model()),
                        text(summary.stack()),
                        number(model.architecture().layers(), "%.0f"),
                        number(model.architecture().modelDimension(), "%.0f"),
                        number(model.architecture().feedForwardDimension(), "%.0f"),
                        number(summary.normSpread(), "%.2f"),
                        number(summary.outputRatio(), "%.2f"),
                        number(summary.harmonicMeanStableRank(), "%.2f"),
                        number(summary.shareOfGaussian(), "%.3f")));
            }
        }
        return new TableSection("models", "Models", "Table 1 and a line of results per model.", columns, rows, false);
    }

    private static TableSection measurements(AnalysisResult result) {
        List<Column> columns = new ArrayList<>();
        boolean several = result.models().size() > 1;
        if (several) {
            columns.add(new Column("Model", false));
        }
        columns.addAll(List.of(
                new Column("Stack", false),
                new Column("Layer", true),
                new Column("Matrix", false),
                new Column("Shape", false),
                new Column("Frobenius norm", true),
                new Column("Spectral norm", true),
                new Column("Stable rank", true),
                new Column("Stable rank²", true),
                new Column("Gaussian stable rank", true),
                new Column("Share of maximum", true)));
        List<List<Cell>> rows = new ArrayList<>();
        for (MatrixMeasurement row : result.matrices()) {
            List<Cell> cells = new ArrayList<>();
            if (several) {
                cells.add(text(row.model()));
            }
            cells.addAll(List.of(
                    text(row.stack()),
                    number(row.layer(), "%.0f"),
                    text(row.matrix()),
                    text(row.rows() + " × " + row.cols()),
                    number(row.frobeniusNorm(), "%.4f"),
                    number(row.spectralNorm(), "%.4f"),
                    number(orNaN(row.stableRank()), "%.4f"),
                    number(orNaN(row.stableRankSquared()), "%.3f"),
                    number(row.gaussianStableRank(), "%.3f"),
                    number(shareOfMaximum(row), "%.3f")));
            rows.add(cells);
        }
        return new TableSection(
                "measurements",
                "All measurements",
                "One row per matrix; stable rank is the paper's ‖A‖_F / ‖A‖_2, share of maximum divides it by √min(r, c).",
                columns,
                rows,
                true);
    }

    static NoteSection warnings(List<AnalysisResult.Warning> warnings) {
        return new NoteSection(
                "warnings",
                "Warnings",
                warnings.stream()
                        .map(w -> new Fact(w.model(), w.message(), false))
                        .toList(),
                List.of());
    }

    static List<Section> skipped(List<AnalysisResult.Skipped> skipped) {
        if (skipped.isEmpty()) {
            return List.of();
        }
        List<List<Cell>> rows = skipped.stream()
                .map(s -> List.of(
                        text(s.model()),
                        text(s.tensor()),
                        text(s.dtype()),
                        text(s.shape().stream().map(String::valueOf).collect(Collectors.joining(" × "))),
                        text(s.reason())))
                .toList();
        return List.of(new TableSection(
                "skipped",
                "Tensors not measured",
                "Every tensor of the checkpoint that is in no measured matrix, with the reason.",
                List.of(
                        new Column("Model", false),
                        new Column("Tensor", false),
                        new Column("Stored as", false),
                        new Column("Shape", false),
                        new Column("Reason", false)),
                rows,
                true));
    }

    /** Stable rank over √min(r, c), in (0, 1]. */
    static double shareOfMaximum(MatrixMeasurement row) {
        return orNaN(row.stableRank()) / Math.sqrt(Math.min(row.rows(), row.cols()));
    }

    static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    static Cell text(String text) {
        return new Cell(text, null);
    }

    static Cell number(double value, String format) {
        return Double.isNaN(value)
                ? new Cell("", null)
                : new Cell(String.format(Locale.ROOT, format, value), (Double) value);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "–" : text;
    }
}
