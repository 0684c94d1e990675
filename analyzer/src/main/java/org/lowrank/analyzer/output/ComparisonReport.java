package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.Sources;
import org.lowrank.reports.finding.Finding;

/** The page of a comparison, from its saved result alone. */
public final class ComparisonReport {
    private ComparisonReport() {}

    /**
     * Builds the page.
     *
     * @param csv comparison.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(ComparisonResult result, @Nullable String csv, @Nullable String json) {
        List<Section> sections = new ArrayList<>(LayerDistanceMap.of(result));
        if (!result.pairs().isEmpty()) {
            sections.addAll(TaskVectorFigures.overLayers(result));
            sections.addAll(TaskVectorFigures.spectra(result));
            sections.addAll(SubspaceFigures.overLayers(result));
            sections.add(ComparisonFigures.ratios(result));
            sections.add(ComparisonFigures.heatMap(result));
            sections.addAll(AlignmentTable.of(result));
            sections.add(pairs(result));
        }
        if (!result.unmatched().isEmpty()) {
            sections.add(unmatched(result));
        }
        sections.add(method(result));
        if (!result.warnings().isEmpty()) {
            sections.add(AnalysisReport.warnings(result.warnings()));
        }
        sections.addAll(AnalysisReport.skipped(result.skippedTensors()));
        sections.add(Sources.cite(result.tool().version()));
        List<String> ids = sections.stream().map(Section::id).toList();
        List<Fact> provenance = new ArrayList<>(ReportNotes.provenance("Model A", result.modelA()));
        provenance.addAll(ReportNotes.provenance("Model B", result.modelB()));
        provenance.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return new Report(
                        "Comparison",
                        result.modelA().model() + " and " + result.modelB().model(),
                        "A: " + origin(result.modelA()) + "  ·  B: " + origin(result.modelB()),
                        cards(result),
                        List.of(new FindingGroup(
                                "",
                                result.findings().stream()
                                        .map(finding -> Findings.of(finding, evidence(finding, ids)))
                                        .toList())),
                        sections,
                        provenance,
                        csv == null ? null : new Report.Download("comparison.csv", csv),
                        json == null ? null : new Report.Download("result.json", json))
                .with(lead(result));
    }

    private static Report.Lead lead(ComparisonResult result) {
        List<AnalysisResult.Model> models = List.of(result.modelA(), result.modelB());
        List<String> wanted =
                List.of("identical", "layer-match", "task-vector-size", "task-vector-rank", "adapter-in-base");
        String summary = result.findings().stream()
                .filter(finding -> wanted.contains(finding.id()))
                .limit(3)
                .map(finding -> finding.statement() + ".")
                .collect(Collectors.joining(" "));
        return new Report.Lead(
                summary,
                "The task vector Δ = W_B − W_A is measured as a matrix of its own; a stable rank ‖Δ‖_F/‖Δ‖_2 far below a random "
                        + "one says that the change lies in few directions.",
                List.of(),
                Links.of(models),
                ResultFiles.fileName(String.join(
                        "-vs-",
                        AnalysisLead.shortNames(
                                List.of(result.modelA().model(), result.modelB().model())))),
                AnalysisLead.footer(models, result.tool()));
    }

    private static List<Card> cards(ComparisonResult result) {
        long compared = result.pairs().stream().filter(MatrixPair::sameShape).count();
        return List.of(
                new Card(
                        "Layers of A",
                        Cells.count(result.modelA().architecture().layers())),
                new Card(
                        "Layers of B",
                        Cells.count(result.modelB().architecture().layers())),
                new Card("Differences measured", Cells.count(compared)),
                new Card(
                        "Not comparable",
                        Cells.count(result.pairs().size()
                                - compared
                                + result.unmatched().size())),
                new Card("Leading directions", Cells.count(result.leadingDirections())));
    }

    private static String origin(AnalysisResult.Model model) {
        String revision = ReportNotes.revision(model);
        return model.model() + (revision.isEmpty() ? "" : " " + revision) + " ("
                + model.provenance().source() + ")";
    }

    /** The section that shows a finding, empty where the page has none. */
    private static String evidence(Finding finding, List<String> sections) {
        String evidence = switch (finding.id()) {
            case "overlap" -> "overlap";
            case "adapter-in-base" -> "alignment";
            case "ratios" -> "ratios";
            case "layer-match" -> LayerDistanceMap.ID;
            case "coverage" -> sections.contains("unmatched") ? "unmatched" : "pairs";
            default -> "task-vector";
        };
        return sections.contains(evidence) ? evidence : "";
    }

    private static TableSection pairs(ComparisonResult result) {
        List<Column> columns = List.of(
                new Column("Stack", false),
                new Column("Layer", true),
                new Column("Layer of B", true),
                new Column("Matrix", false),
                new Column("Shape", false),
                new Column("Frobenius ratio", true),
                new Column("Spectral ratio", true),
                new Column("Stable rank ratio", true),
                new Column("‖Δ‖_F", true),
                new Column("‖Δ‖_2", true),
                new Column("‖Δ‖_F / ‖A‖_F", true),
                new Column("‖Δ‖_2 / ‖A‖_2", true),
                new Column("Stable rank of Δ", true),
                new Column("Gaussian", true),
                new Column("Row overlap", true),
                new Column("Column overlap", true),
                new Column("Random row overlap", true),
                new Column("Smaller gap", true),
                new Column("Note", false));
        List<List<Cell>> rows =
                result.pairs().stream().map(ComparisonReport::row).toList();
        return new TableSection(
                "pairs",
                "All matrices of both",
                "Δ = W_B − W_A. Overlaps are √(mean cos²θ) of the principal angles; gap is (σ_k − σ_{k+1})/σ_k, the smaller of "
                        + "A's and B's: where it is near 0 the leading space is ill-defined.",
                columns,
                rows,
                true);
    }

    private static List<Cell> row(MatrixPair pair) {
        String shape = pair.rowsA() + " × " + pair.colsA()
                + (pair.sameShape() ? "" : ", " + pair.rowsB() + " × " + pair.colsB());
        return List.of(
                Cells.text(pair.id().stack()),
                Cells.number(pair.id().layer(), 0),
                Cells.number(pair.layerB() == null ? pair.id().layer() : pair.layerB(), 0),
                Cells.text(pair.id().matrix()),
                Cells.text(shape),
                Cells.number(Cells.orNaN(pair.frobeniusRatio()), 4),
                Cells.number(Cells.orNaN(pair.spectralRatio()), 4),
                Cells.number(Cells.orNaN(pair.stableRankRatio()), 4),
                significant(pair, v -> v.numbers().frobeniusNorm()),
                significant(pair, v -> v.numbers().spectralNorm().value()),
                vector(pair, v -> Cells.orNaN(v.relativeSize()), 4),
                vector(pair, v -> Cells.orNaN(v.relativeSpectralSize()), 4),
                vector(pair, v -> Cells.orNaN(v.stableRank()), 4),
                vector(pair, v -> v.numbers().gaussianStableRank(), 3),
                overlap(pair, SubspaceOverlap::rowSpaceOverlap, 4),
                overlap(pair, SubspaceOverlap::columnSpaceOverlap, 4),
                overlap(pair, SubspaceOverlap::randomRowSpaceOverlap, 4),
                overlap(pair, o -> Math.min(o.relativeGapA(), o.relativeGapB()), 4),
                Cells.text(String.join("; ", pair.notes())));
    }

    private static Cell vector(MatrixPair pair, ToDoubleFunction<TaskVector> value, int decimals) {
        return Cells.number(PairSeries.vector(value).applyAsDouble(pair), decimals);
    }

    private static Cell significant(MatrixPair pair, ToDoubleFunction<TaskVector> value) {
        return Cells.significant(PairSeries.vector(value).applyAsDouble(pair), 4);
    }

    private static Cell overlap(MatrixPair pair, ToDoubleFunction<SubspaceOverlap> value, int decimals) {
        return Cells.number(PairSeries.overlap(value).applyAsDouble(pair), decimals);
    }

    private static TableSection unmatched(ComparisonResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Comparison.Unmatched one : result.unmatched()) {
            rows.add(List.of(
                    Cells.text(one.model()),
                    Cells.text(one.id().stack()),
                    Cells.number(one.id().layer(), 0),
                    Cells.text(one.id().matrix()),
                    Cells.text(one.rows() + " × " + one.cols()),
                    Cells.text(one.reason())));
        }
        return new TableSection(
                "unmatched",
                "In one model only",
                "Matrices without a partner of the same stack, kind and (where depths differ, matched) layer.",
                List.of(
                        new Column("Model", false),
                        new Column("Stack", false),
                        new Column("Layer", true),
                        new Column("Matrix", false),
                        new Column("Shape", false),
                        new Column("Reason", false)),
                rows,
                true);
    }

    private static NoteSection method(ComparisonResult result) {
        int k = result.leadingDirections();
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "Task vector",
                                "Δ = W_B − W_A with both brought to [out, in], each entry subtracted in double; measured as "
                                        + "every other matrix (σ_1 to a relative "
                                        + NumberText.exact(result.settings().tolerance())
                                        + "). QKV is the stack [Q; K; V].",
                                false),
                        new Fact(
                                "Stable rank",
                                "‖Δ‖_F / ‖Δ‖_2, as the paper defines it; its square is the literature's. Undefined for "
                                        + "identical weights.",
                                false),
                        new Fact(
                                "Gaussian baseline",
                                "√(rc) / (√r + √c): the stable rank of an r × c matrix with i.i.d. Gaussian entries.",
                                false),
                        new Fact(
                                "Row and column space",
                                "spans of the " + k
                                        + " leading right and left singular vectors: the input directions a "
                                        + "matrix responds to most, and the output directions it writes. Computed by Lanczos in "
                                        + "double until the residual bounds the sine of the angle to the true space by 10⁻⁶ "
                                        + "(Davis–Kahan), or 300 steps.",
                                false),
                        new Fact(
                                "Principal angles",
                                "cos θ_i are the singular values of XᵀY for orthonormal bases X, Y (Björck and Golub 1973); "
                                        + "overlap is √(mean cos²θ_i), 1 for equal spaces, 0 for orthogonal ones.",
                                false),
                        new Fact(
                                "Random overlap",
                                "√(k/d): independent uniformly random k-dimensional spaces in d dimensions (root mean "
                                        + "square).",
                                false),
                        new Fact(
                                "Ill-defined space",
                                "where σ_k and σ_{k+1} differ by less than 0.1 %, or the angle error bound exceeds 10⁻³, a small "
                                        + "change of the weights turns the leading space; such overlaps are marked.",
                                false)),
                List.of(
                        "Section 5 of the paper: two networks can be summed when what one was trained on is nearly orthogonal "
                                + "to the other's inputs, because the rows of each network's weights then lie in nearly orthogonal "
                                + "spaces. The overlap of row spaces is that condition, read off the weights. Source: Kuzborskij and "
                                + "Abbasi Yadkori, Low-rank bias, weight decay, and model merging in neural networks."));
    }
}
