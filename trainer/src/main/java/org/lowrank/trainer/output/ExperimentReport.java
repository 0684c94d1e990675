package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.MergingSettings;
import org.lowrank.trainer.experiment.Precision;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.SweepSettings;

/** The page of an experiment, from its saved result alone. */
public final class ExperimentReport {
    private ExperimentReport() {}

    /**
     * Builds the page.
     *
     * @param csv summary.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(ExperimentResult result, @Nullable String csv, @Nullable String json) {
        CurveSet curves = new CurveSet(result.curves());
        List<Section> sections = new ArrayList<>();
        String title;
        List<Card> cards;
        if (result.settings() instanceof MergingSettings settings) {
            boolean synthetic = settings.data() == MergingSettings.Data.SYNTHETIC;
            title = "Merging networks trained on " + (synthetic ? "synthetic tasks" : "Fashion-MNIST");
            cards = mergingCards(settings);
            sections.addAll(MergingFigures.of(settings, curves, result.findings()));
        } else if (result.settings() instanceof SweepSettings settings) {
            title = "Stable rank over weight decay";
            cards = sweepCards(settings);
            sections.addAll(SweepFigures.of(settings, curves, result.findings()));
        } else {
            throw new IllegalArgumentException(
                    "no report for " + result.settings().getClass());
        }
        sections.add(notes(result));
        sections.add(method(result.settings()));
        return new Report(
                "Experiment",
                title,
                origin(result),
                cards,
                List.of(new FindingGroup(
                        "",
                        result.findings().stream()
                                .map(ExperimentReport::inShort)
                                .toList())),
                sections,
                provenance(result),
                csv == null ? null : new Report.Download("summary.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static String origin(ExperimentResult result) {
        return "Preset " + result.settings().preset().name().toLowerCase(Locale.ROOT) + " · lowrank "
                + result.environment().version() + " · " + result.environment().started();
    }

    /** At the top of the page: the details stand under the figure. */
    private static Shown inShort(Finding f) {
        return new Shown(
                Finding.of(f.id(), f.verdict(), f.number(), f.statement(), "", f.numbers()), MergingFindings.figure(f));
    }

    private static List<Card> mergingCards(MergingSettings s) {
        return List.of(
                new Card("Hidden widths", join(s.hidden())),
                new Card("Samples per task", NumberText.exact(s.samples())),
                new Card("Steps", NumberText.exact(s.steps())),
                new Card("η", NumberText.exact(s.stepSize())),
                new Card("λ", NumberText.exact(s.weightDecay())),
                new Card("Draws", Integer.toString(s.draws())));
    }

    private static List<Card> sweepCards(SweepSettings s) {
        return List.of(
                new Card("Hidden widths", join(s.hidden())),
                new Card("Samples", NumberText.exact(s.samples())),
                new Card("Epochs", NumberText.exact(s.epochs())),
                new Card("Batch", Integer.toString(s.batch())),
                new Card("η", join(s.stepSizes().stream().map(NumberText::exact).toList())),
                new Card("Draws", Integer.toString(s.draws())));
    }

    private static String join(List<?> items) {
        return String.join(", ", items.stream().map(String::valueOf).toList());
    }

    /** What a reader should know before quoting a number. */
    private static NoteSection notes(ExperimentResult result) {
        List<String> paragraphs = new ArrayList<>();
        for (Finding finding : result.findings()) {
            if (finding.verdict() == Verdict.EXCEPTION || finding.verdict() == Verdict.ROUGHLY) {
                String how = finding.verdict() == Verdict.EXCEPTION ? "Not reproduced here: " : "Only roughly: ";
                paragraphs.add(how + finding.statement());
            }
        }
        if (result.settings().preset() == Preset.QUICK) {
            paragraphs.add("This is the quick preset, with fewer draws than the paper's ten"
                    + (result.settings() instanceof MergingSettings s
                            ? " and fewer steps; its λ is larger so that the decay ηλt by the end is as in the paper. Its"
                                    + " losses, which are about proportional to λ, are not the paper's ("
                                    + NumberText.exact(s.steps()) + " steps, λ = " + NumberText.exact(s.weightDecay())
                                    + ")."
                            : "."));
        }
        if (result.settings() instanceof MergingSettings s) {
            paragraphs.add("The paper does not give the number of samples of its synthetic tasks; here "
                    + s.samples() + " per task. The first network of the two conditions is the same one, so that they"
                    + " differ in the second task only.");
        } else if (result.settings() instanceof SweepSettings s) {
            paragraphs.add("The paper leaves step size, batch size and the λ grid open; here batches of " + s.batch()
                    + " and step sizes "
                    + join(s.stepSizes().stream().map(NumberText::exact).toList())
                    + ". The larger step fits the data better and its ranks rise little before it collapses; the"
                    + " smaller one shows the paper's picture, low rank together with large errors, in a narrow band of"
                    + " λ below the collapse. The grid is refined there.");
            paragraphs.add("θ = 0 is a stationary point: with λ too large the network collapses to it, its loss is ln 2"
                    + " and its ranks are those of vanishing weights, so the curves to the right of the collapse do not"
                    + " speak for or against the claim.");
        }
        return new NoteSection("notes", "What reproduces and what does not", List.of(), paragraphs);
    }

    private static NoteSection method(ExperimentSettings settings) {
        String arithmetic = settings.precision() == Precision.FLOAT32
                ? "descent in float with W = (1 − ηλ)^t V, the factor in double; all metrics in double"
                : "descent and metrics in double";
        List<Fact> facts = List.of(
                new Fact("Objective", "L(θ) + (λ/2)‖θ‖², L the mean of ln(1 + e^{−y f(x)})", false),
                new Fact("Update", "W_k ← (1 − ηλ) W_k − η ∂L/∂W_k for every layer, no biases, φ′(0) = 0", false),
                new Fact("Labels", label(settings), false),
                new Fact("Stable rank", "‖W‖_F / ‖W‖_2, the paper's convention", false),
                new Fact("Arithmetic", arithmetic, false));
        return new NoteSection("method", "Method", facts, List.of());
    }

    private static String label(ExperimentSettings settings) {
        if (settings instanceof MergingSettings s && s.data() == MergingSettings.Data.FASHION_MNIST) {
            return "classes 5–9 against 0–4; the second task's inverted; images of unit length; 784 zeros after (task 1)"
                    + " or before (task 2) the pixels";
        }
        return "sign(sin(c·wᵀx)), w from N(0, I), x from N(0, Σ) projected onto the unit sphere";
    }

    private static List<Fact> provenance(ExperimentResult result) {
        ExperimentResult.Environment environment = result.environment();
        return List.of(
                new Fact("Tool", "lowrank " + environment.version(), false),
                new Fact("Started", environment.started(), false),
                new Fact("Wall time", String.format(Locale.ROOT, "%.0f s", environment.seconds()), false),
                new Fact("Threads", Integer.toString(environment.threads()), false),
                new Fact("Java", environment.java(), false),
                new Fact("System", environment.os(), false),
                new Fact("Seed", Long.toString(result.settings().seed()), false),
                new Fact(
                        "Settings",
                        ResultJson.writeCompact(result.settings()).strip().replace(",\"", ", \""),
                        true),
                new Fact("Reproduce", String.join(" ", environment.commandLine()), true));
    }
}
