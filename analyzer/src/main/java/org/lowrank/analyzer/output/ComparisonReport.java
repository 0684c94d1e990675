package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.analyzer.measurement.ModelFinding;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.Finding;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;

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
        List<Section> sections = new ArrayList<>();
        if (!result.pairs().isEmpty()) {
            sections.addAll(ComparisonFigures.taskVector(result));
            sections.addAll(ComparisonFigures.overlaps(result));
            sections.add(ComparisonFigures.ratios(result));
            sections.addAll(ComparisonFigures.heatMaps(result));
            sections.addAll(ComparisonFigures.spectra(result));
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
        List<String> ids = sections.stream().map(Section::id).toList();
        List<Fact> provenance = new ArrayList<>(ReportNotes.provenance("Model A", result.modelA()));
        provenance.addAll(ReportNotes.provenance("Model B", result.modelB()));
        provenance.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return new Report(
                "Comparison",
                result.modelA().model() + " and " + result.modelB().model(),
                cards(result),
                result.findings().stream().map(finding -> finding(finding, ids)).toList(),
                sections,
                provenance,
                csv == null ? null : new Report.Download("comparison.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static List<Card> cards(ComparisonResult result) {
        long compared = result.pairs().stream().filter(MatrixPair::sameShape).count();
        return List.of(
                new Card("A", result.modelA().model()),
                new Card("B", result.modelB().model()),
                new Card(
                        "Layers of A",
                        AnalysisReport.count(result.modelA().architecture().layers())),
                new Card(
                        "Layers of B",
                        AnalysisReport.count(result.modelB().architecture().layers())),
                new Card("Differences measured", AnalysisReport.count(compared)),
                new Card(
                        "Not comparable",
                        AnalysisReport.count(result.pairs().size()
                                - compared
                                + result.unmatched().size())),
                new Card("Leading directions", AnalysisReport.count(result.leadingDirections())));
    }

    private static Finding finding(ModelFinding finding, List<String> sections) {
        String evidence = switch (finding.id()) {
            case "overlap" -> "overlap";
            case "ratios" -> "ratios";
            case "coverage" -> sections.contains("unmatched") ? "unmatched" : "pairs";
            default -> "task-vector";
        };
        return new Finding(
                Report.Verdict.valueOf(finding.verdict().name()),
                finding.number(),
                finding.statement(),
                finding.detail(),
                sections.contains(evidence) ? evidence : "");
    }

    private static TableSection pairs(ComparisonResult result) {
        List<Column> columns = List.of(
                new Column("Stack", false),
                new Column("Layer", true),
                new Column("Matrix", false),
                new Column("Shape", false),
                new Column("Frobenius ratio", true),
                new Column("Spectral ratio", true),
                new Column("Stable rank ratio", true),
                new Column("‖Δ‖_F", true),
                new Column("‖Δ‖_2", true),
                new Column("‖Δ‖_F / ‖A‖_F", true),
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
                AnalysisReport.text(pair.stack()),
                AnalysisReport.number(pair.layer(), "%.0f"),
                AnalysisReport.text(pair.matrix()),
                AnalysisReport.text(shape),
                AnalysisReport.number(ComparisonFigures.of(pair.frobeniusRatio()), "%.4f"),
                AnalysisReport.number(ComparisonFigures.of(pair.spectralRatio()), "%.4f"),
                AnalysisReport.number(ComparisonFigures.of(pair.stableRankRatio()), "%.4f"),
                vector(pair, TaskVector::frobeniusNorm, "%.4g"),
                vector(pair, TaskVector::spectralNorm, "%.4g"),
                vector(pair, v -> ComparisonFigures.of(v.relativeSize()), "%.4f"),
                vector(pair, v -> ComparisonFigures.of(v.stableRank()), "%.4f"),
                vector(pair, TaskVector::gaussianStableRank, "%.3f"),
                overlap(pair, SubspaceOverlap::rowSpaceOverlap, "%.4f"),
                overlap(pair, SubspaceOverlap::columnSpaceOverlap, "%.4f"),
                overlap(pair, SubspaceOverlap::randomRowSpaceOverlap, "%.4f"),
                overlap(pair, o -> Math.min(o.relativeGapA(), o.relativeGapB()), "%.4f"),
                AnalysisReport.text(String.join("; ", pair.notes())));
    }

    private static Cell vector(MatrixPair pair, java.util.function.ToDoubleFunction<TaskVector> value, String format) {
        return AnalysisReport.number(ComparisonFigures.vector(value).applyAsDouble(pair), format);
    }

    private static Cell overlap(
            MatrixPair pair, java.util.function.ToDoubleFunction<SubspaceOverlap> value, String format) {
        return AnalysisReport.number(ComparisonFigures.overlap(value).applyAsDouble(pair), format);
    }

    private static TableSection unmatched(ComparisonResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Comparison.Unmatched one : result.unmatched()) {
            rows.add(List.of(
                    AnalysisReport.text(one.model()),
                    AnalysisReport.text(one.stack()),
                    AnalysisReport.number(one.layer(), "%.0f"),
                    AnalysisReport.text(one.matrix()),
                    AnalysisReport.text(one.rows() + " × " + one.cols()),
                    AnalysisReport.text(one.reason())));
        }
        return new TableSection(
                "unmatched",
                "In one model only",
                "Matrices without a partner of the same stack, layer and kind.",
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
                                        + "every other matrix (σ1 to a relative "
                                        + result.settings().tolerance() + "). QKV is the stack [Q; K; V].",
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
                                        + "double until the residual bounds the sine of the angle to the true space by 1e-6 "
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
                                "where σ_k and σ_{k+1} differ by less than 0.1 %, or the angle error bound exceeds 1e-3, a small "
                                        + "change of the weights turns the leading space; such overlaps are marked.",
                                false)),
                List.of(
                        "Section 5 of the paper: two networks can be summed when what one was trained on is nearly orthogonal "
                                + "to the other's inputs, because the rows of each network's weights then lie in nearly orthogonal "
                                + "spaces. The overlap of row spaces is that condition, read off the weights. Source: Kuzborskij and "
                                + "Abbasi Yadkori, Low-rank bias, weight decay, and model merging in neural networks."));
    }
}
