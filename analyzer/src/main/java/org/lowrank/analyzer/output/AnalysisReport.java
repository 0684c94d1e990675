package org.lowrank.analyzer.output;

import static org.lowrank.analyzer.output.Cells.count;
import static org.lowrank.analyzer.output.Cells.number;
import static org.lowrank.analyzer.output.Cells.orNaN;
import static org.lowrank.analyzer.output.Cells.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.Sources;
import org.lowrank.reports.finding.Finding;

/** The page of an analysis, from its saved result alone. */
public final class AnalysisReport {
    /** Rows of the page's table of tensors that were not measured; result.json has all of them. */
    private static final int MOST_SKIPPED = 1000;

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
            sections.add(AnalysisLead.verdicts(result));
            sections.add(LayerFigures.byRelativeDepth(result));
            sections.add(modelTable(result));
        }
        sections.addAll(LayerFigures.perModel(result));
        sections.add(LayerHeatMap.of(result));
        sections.addAll(ExpertMaps.of(result));
        sections.addAll(SpectrumFigures.of(result));
        sections.add(measurements(result));
        sections.add(ReportNotes.method(result));
        if (!result.warnings().isEmpty()) {
            sections.add(warnings(result.warnings()));
        }
        sections.addAll(skipped(result.skippedTensors()));
        sections.add(Sources.cite(result.tool().version()));
        return new Report(
                "Weight report",
                title(result),
                result.models().size() == 1 ? ReportNotes.origin(result.models().get(0)) : "",
                cards(result),
                findings(result),
                sections,
                ReportNotes.provenance(result),
                csv == null ? null : new Report.Download("matrices.csv", csv),
                json == null ? null : new Report.Download("result.json", json),
                AnalysisLead.of(result));
    }

    private static String title(AnalysisResult result) {
        List<String> names =
                result.models().stream().map(AnalysisResult.Model::model).toList();
        return String.join(", ", names.size() == 1 ? names : AnalysisLead.shortNames(names));
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
        return List.of(
                new Card("Layers", count(card.layers())),
                new Card("Model dimension", count(card.modelDimension())),
                new Card("FF dimension", count(card.feedForwardDimension())),
                new Card("Parameters", count(card.parameters())),
                new Card("Stored as", card.dtype().name()),
                new Card("Matrices measured", count(result.matrices().size())),
                new Card("Tensors not measured", count(result.skippedTensors().size())));
    }

    /** One group a model and stack, in their order. */
    private static List<FindingGroup> findings(AnalysisResult result) {
        Map<String, List<Shown>> groups = new LinkedHashMap<>();
        boolean stacks = result.matrices().stream()
                        .map(MatrixMeasurement::stack)
                        .distinct()
                        .count()
                > 1;
        for (Finding finding : result.findings()) {
            String title = finding.model() + (stacks ? ", " + finding.stack() : "");
            groups.computeIfAbsent(title, key -> new ArrayList<>()).add(Findings.of(finding, evidence(finding)));
        }
        boolean one = groups.size() == 1;
        List<FindingGroup> all = new ArrayList<>();
        groups.forEach((title, members) -> all.add(new FindingGroup(one ? "" : title, members)));
        return all;
    }

    private static String evidence(Finding finding) {
        return switch (finding.id()) {
            case "share-of-gaussian", "outliers" -> "heat-map";
            case "output-ratio" -> "layers?show=Per+entry";
            case "low-rank" -> "layers?baseline=1";
            default -> "layers";
        };
    }

    private static TableSection modelTable(AnalysisResult result) {
        List<Column> columns = List.of(
                new Column("Model", false),
                new Column("Source", false),
                new Column("Stack", false),
                new Column("Layers", true),
                new Column("Model dimension", true),
                new Column("FF dimension", true),
                new Column("Parameters", true),
                new Column("Stored as", false),
                new Column("Harmonic mean stable rank", true),
                new Column("Share of Gaussian", true));
        List<List<Cell>> rows = new ArrayList<>();
        for (AnalysisResult.Model model : result.models()) {
            var card = model.architecture();
            for (ModelSummary summary : ModelSummary.of(result.matricesOf(model))) {
                rows.add(List.of(
                        text(model.model()),
                        text((model.provenance().source() + " " + ReportNotes.revision(model)).strip()),
                        text(summary.stack()),
                        number(card.layers(), 0),
                        number(card.modelDimension(), 0),
                        number(card.feedForwardDimension(), 0),
                        number(card.parameters(), 0),
                        text(card.dtype().name()),
                        number(summary.ranks().harmonicMean(), 2),
                        number(summary.ranks().meanShare(), 3)));
            }
        }
        return new TableSection(
                "models", "Models", "Table 1, and the stable ranks of each model in one number.", columns, rows, false);
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
        PageRows shown = PageRows.of(result.matrices());
        List<List<Cell>> rows = new ArrayList<>();
        for (MatrixMeasurement row : shown.rows()) {
            List<Cell> cells = new ArrayList<>();
            if (several) {
                cells.add(text(row.model()));
            }
            cells.addAll(List.of(
                    text(row.stack()),
                    number(row.layer(), 0),
                    text(row.matrix()),
                    text(row.rows() + " × " + row.cols()),
                    number(row.frobeniusNorm(), 4),
                    number(row.spectralNorm(), 4),
                    number(orNaN(row.stableRank()), 4),
                    number(orNaN(row.stableRankSquared()), 3),
                    number(row.gaussianStableRank(), 3),
                    number(shareOfMaximum(row), 3)));
            rows.add(cells);
        }
        return new TableSection(
                "measurements",
                "All measurements",
                "One row per matrix; stable rank is the paper's ‖A‖_F / ‖A‖_2, share of maximum divides it by √min(r, c)."
                        + shown.note(),
                columns,
                rows,
                true);
    }

    /** What a reader should know. */
    public static NoteSection warnings(List<AnalysisResult.Warning> warnings) {
        return new NoteSection(
                "warnings",
                "Warnings",
                warnings.stream()
                        .map(w -> new Fact(w.model(), w.message(), false))
                        .toList(),
                List.of());
    }

    /** Tensors in no matrix, as a section where there are any. */
    public static List<Section> skipped(List<AnalysisResult.Skipped> skipped) {
        if (skipped.isEmpty()) {
            return List.of();
        }
        boolean several =
                skipped.stream().map(AnalysisResult.Skipped::model).distinct().count() > 1;
        List<Column> columns = new ArrayList<>(List.of(
                new Column("Tensor", false),
                new Column("Stored as", false),
                new Column("Shape", false),
                new Column("Reason", false)));
        if (several) {
            columns.add(0, new Column("Model", false));
        }
        List<List<Cell>> rows = new ArrayList<>();
        for (AnalysisResult.Skipped one : skipped.subList(0, Math.min(skipped.size(), MOST_SKIPPED))) {
            List<Cell> cells = new ArrayList<>(List.of(
                    text(one.tensor()),
                    text(one.dtype()),
                    text(one.shape().stream().map(String::valueOf).collect(Collectors.joining(" × "))),
                    text(one.reason())));
            if (several) {
                cells.add(0, text(one.model()));
            }
            rows.add(cells);
        }
        return List.of(new TableSection(
                "skipped",
                "Tensors not measured",
                skipped.size() <= MOST_SKIPPED
                        ? "Every tensor of the checkpoint that is in no measured matrix, with the reason."
                        : "The first " + count(MOST_SKIPPED) + " of " + count(skipped.size())
                                + " tensors of the checkpoint that are in no measured matrix, with the reason; result.json has "
                                + "them all.",
                columns,
                rows,
                true));
    }

    /** Stable rank over √min(r, c), in (0, 1]. */
    static double shareOfMaximum(MatrixMeasurement row) {
        return orNaN(row.stableRank()) / Math.sqrt(Math.min(row.rows(), row.cols()));
    }
}
