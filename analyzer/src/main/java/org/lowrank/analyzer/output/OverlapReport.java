package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Sources;
import org.lowrank.reports.finding.Finding;

/** The page of an overlap of two texts, from its saved result alone. */
public final class OverlapReport {
    private OverlapReport() {}

    /**
     * Builds the page.
     *
     * @param csv overlap.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(OverlapResult result, @Nullable String csv, @Nullable String json) {
        TextOverlap overlap = result.overlap();
        List<Section> sections = new ArrayList<>();
        OverlapResult.Tuned tuned = result.tuned();
        if (tuned != null && !tuned.rows().isEmpty()) {
            sections.add(InterferenceOutput.curves(tuned.rows()));
            sections.add(InterferenceOutput.map(result.model().model(), tuned.rows()));
        }
        if (!result.activations().isEmpty()) {
            sections.add(ActivationOutput.curves(result.activations()));
            sections.add(ActivationOutput.map(result.model().model(), result.activations()));
        }
        sections.add(OverlapFigures.distribution(overlap));
        sections.add(OverlapFigures.bound(overlap));
        sections.add(OverlapTables.numbers(overlap));
        sections.add(OverlapTables.bounds(overlap));
        sections.add(OverlapTables.closest(overlap));
        if (!overlap.shared().isEmpty()) {
            sections.add(OverlapTables.shared(overlap));
        }
        sections.add(method(overlap, tuned));
        if (!result.warnings().isEmpty()) {
            sections.add(AnalysisReport.warnings(result.warnings()));
        }
        sections.add(Sources.cite(result.tool().version()));
        List<Fact> provenance = new ArrayList<>(ReportNotes.provenance("Model", result.model()));
        provenance.add(new Fact("Tokenizer", overlap.tokenizer(), true));
        provenance.add(new Fact("Embedding", overlap.embedding() + ", " + overlap.dtype(), true));
        provenance.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return new Report(
                        "Overlap of two texts",
                        result.model().model(),
                        ReportNotes.origin(result.model()),
                        cards(overlap),
                        List.of(new FindingGroup(
                                "",
                                result.findings().stream()
                                        .map(finding -> Findings.of(finding, evidence(finding)))
                                        .toList())),
                        sections,
                        provenance,
                        csv == null ? null : new Report.Download("overlap.csv", csv),
                        json == null ? null : new Report.Download("result.json", json))
                .with(lead(result));
    }

    private static Report.Lead lead(OverlapResult result) {
        String summary = result.findings().stream()
                .filter(finding -> List.of("activation-overlap", "quantile-99").contains(finding.id()))
                .map(finding -> finding.statement() + ".")
                .collect(java.util.stream.Collectors.joining(" "));
        return new Report.Lead(
                summary,
                "Inner products of unit vectors: 0 orthogonal, 1 the same. Section 5 sums two networks whose tasks' inputs are "
                        + "nearly orthogonal.",
                List.of(),
                Links.of(List.of(result.model())),
                org.lowrank.reports.ResultFiles.fileName(
                        AnalysisLead.shortNames(List.of(result.model().model())).get(0) + "-overlap"),
                AnalysisLead.footer(List.of(result.model()), result.tool()));
    }

    private static List<Card> cards(TextOverlap overlap) {
        return List.of(
                new Card("Dimension", Cells.count(overlap.dimension())),
                new Card("Vocabulary", Cells.count(overlap.vocabulary())),
                new Card("Tokens of A", Cells.count(overlap.textA().tokens())),
                new Card("Tokens of B", Cells.count(overlap.textB().tokens())),
                new Card("Different in A", Cells.count(overlap.textA().distinctTokens())),
                new Card("Different in B", Cells.count(overlap.textB().distinctTokens())),
                new Card("In both", Cells.count(overlap.textA().sharedTokens())),
                new Card("Stored as", overlap.dtype()));
    }

    private static String evidence(Finding finding) {
        return switch (finding.id()) {
            case "interference" -> "interference";
            case "corollary-1" -> "bound";
            case "activation-overlap" -> "activations";
            case "epsilon" -> "closest";
            default -> "distribution";
        };
    }

    private static NoteSection method(TextOverlap overlap, OverlapResult.@Nullable Tuned tuned) {
        List<Fact> facts = new ArrayList<>();
        if (tuned != null) {
            facts.add(new Fact("Model A", tuned.modelA(), true));
            facts.add(new Fact("Model B", tuned.modelB(), true));
            facts.add(new Fact(
                    "Interference",
                    "Δ_A and Δ_B are what the two models differ from the base by, x_A and x_B the inputs of a matrix W when the base "
                            + "reads the texts; over a text's tokens squares are summed. A random matrix R of Δ's shape and norm has "
                            + "E‖Rx‖² = ‖Δ‖_F²‖x‖²/n whatever its singular values. Matrices that neither model changed: "
                            + tuned.unchanged() + ".",
                    false));
        }
        facts.addAll(embeddings(overlap));
        return new NoteSection(
                "method",
                "Method",
                facts,
                List.of(
                        "Whole texts are tokenised with the model's own tokenizer, without the special tokens it would add. "
                                + "Source: Kuzborskij and Abbasi Yadkori, Low-rank bias, weight decay, and model merging in neural "
                                + "networks."));
    }

    private static List<Fact> embeddings(TextOverlap overlap) {
        return List.of(
                new Fact(
                        "Inputs",
                        "Each token of a text is a row of the input embedding " + overlap.embedding()
                                + ", divided by its length: x lies on the unit sphere, as in the paper. Layers of the "
                                + "model come after it and are not applied.",
                        false),
                new Fact(
                        "ε",
                        "max |⟨x_i, x'_j⟩| over tokens i of the first text and j of the second (Section 5). For a token "
                                + "of both texts it is 1, so tokens of both are also left out (“tokens of one text "
                                + "only”).",
                        false),
                new Fact("Weighting", "a pair counts as often as its tokens are used: c_i · c'_j times.", false),
                new Fact(
                        "Corollary 1",
                        "two shallow ReLU networks trained by gradient descent with step η and weight decay λ: "
                                + "|f_{θ+θ'}(x) − f_θ(x)| ≤ ‖W'_t x‖ ≤ ‖W'_0 x‖(1 − ηλ)^t + ε(1 − (1 − ηλ)^t)/λ → ε/λ.",
                        false),
                new Fact(
                        "Random directions",
                        "independent and uniform on the sphere of d dimensions, the embedding's: P(|⟨u, v⟩| > t) = "
                                + "∫_{arcsin t}^{π/2} cos^{d−2}θ dθ / ∫_0^{π/2} cos^{d−2}θ dθ; N(0, 1/d) to leading order.",
                        false));
    }
}
