package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.NoteSection;

/** Definitions, method and provenance of an analysis in words. */
public final class ReportNotes {
    private ReportNotes() {}

    static NoteSection method(AnalysisResult result) {
        AnalysisResult.Settings settings = result.settings();
        String bound = settings.certify() || settings.exact() || settings.spectrum()
                ? "The upper bound is proven where its failure probability is 0."
                : "That no larger singular value was missed holds except with the probability in "
                        + "upper_failure_probability over the random start of the Lanczos process.";
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "Frobenius norm",
                                "‖A‖_F = √(Σ a_ij²), summed in double; relative error ≤ 10⁻¹².",
                                false),
                        new Fact(
                                "Spectral norm",
                                "‖A‖_2 = σ_1, the largest singular value, to a relative "
                                        + NumberText.exact(settings.tolerance()) + ". "
                                        + bound,
                                false),
                        new Fact(
                                "Stable rank",
                                "‖A‖_F / ‖A‖_2, as the paper defines it (Section 2); between 1 and √rank.",
                                false),
                        new Fact(
                                "Stable rank²",
                                "its square, the literature's stable rank (Rudelson and Vershynin 2007); between 1 and rank.",
                                false),
                        new Fact(
                                "Gaussian baseline",
                                "√(rc) / (√r + √c): the stable rank of an r × c matrix with i.i.d. Gaussian entries.",
                                false),
                        new Fact("Share of maximum", "stable rank / √min(r, c).", false),
                        new Fact("QKV", "the vertical stack [Q; K; V]; rows × cols is [out, in].", false),
                        new Fact(
                                "Lemma 3",
                                "at a stationary point with weight decay all layers have the same Frobenius norm; the paper "
                                        + "reads QKV, M1 and M2 as such layers (Section 6.1).",
                                false)),
                List.of("Weights are taken as stored, 16-bit formats widened exactly. Source: Kuzborskij and Abbasi "
                        + "Yadkori, Low-rank bias, weight decay, and model merging in neural networks."));
    }

    static List<Fact> provenance(AnalysisResult result) {
        List<Fact> facts = new ArrayList<>();
        result.models().forEach(model -> facts.addAll(provenance("Model", model)));
        facts.addAll(run(result.tool(), result.started(), result.commandLine()));
        return facts;
    }

    /** One line under the title: revision, source and format. */
    static String origin(AnalysisResult.Model model) {
        String revision = model.revision().isEmpty() ? "" : revisionTitle(model) + " " + revision(model) + " · ";
        return revision + model.provenance().source() + " · "
                + model.provenance().format();
    }

    /** A version of a Maven artifact is none of the Hub's revisions. */
    private static String revisionTitle(AnalysisResult.Model model) {
        return model.provenance().source().startsWith("Maven") ? "Maven version" : "Revision";
    }

    /** Ten digits tell commits apart; the provenance has them all. */
    static String revision(AnalysisResult.Model model) {
        return model.revision().matches("[0-9a-f]{40}") ? model.revision().substring(0, 10) : model.revision();
    }

    /** Where one model came from. */
    public static List<Fact> provenance(String label, AnalysisResult.Model model) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(label, model.model(), false));
        if (!model.revision().isEmpty()) {
            facts.add(new Fact(revisionTitle(model), model.revision(), true));
        }
        facts.add(new Fact(
                "Source",
                model.provenance().source() + ": " + model.provenance().location() + " ("
                        + model.provenance().format() + ")",
                false));
        for (AnalysisResult.WeightFile file : model.provenance().files()) {
            String size = file.size() < 0 ? "" : ", " + Cells.count(file.size()) + " bytes";
            String hash = file.sha256().isEmpty() ? "" : ", SHA-256 " + file.sha256();
            facts.add(new Fact("File", file.name() + size + hash, true));
        }
        facts.add(new Fact(
                "Seconds",
                model.secondsPerPhase().entrySet().stream()
                        .map(e -> String.format(Locale.ROOT, "%s %.2f", e.getKey(), e.getValue()))
                        .collect(Collectors.joining(", ")),
                false));
        return facts;
    }

    /** What made the page, when, and how to make it again. */
    public static List<Fact> run(AnalysisResult.Tool tool, String started, List<String> commandLine) {
        return List.of(
                new Fact(
                        "Tool",
                        tool.name() + " " + tool.version() + ", Java " + tool.java() + ", " + tool.os() + ", "
                                + tool.kernels() + ", " + tool.threads()
                                + (tool.threads() == 1 ? " thread" : " threads"),
                        false),
                new Fact("Started", started, false),
                new Fact("Command", String.join(" ", commandLine), true));
    }
}
