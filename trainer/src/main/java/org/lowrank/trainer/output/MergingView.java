package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.MergingSettings;
import org.lowrank.trainer.experiment.Preset;

/** Figures 3 and 5. */
final class MergingView implements ExperimentView<MergingSettings> {
    @Override
    public Class<MergingSettings> settings() {
        return MergingSettings.class;
    }

    @Override
    public String name(MergingSettings settings) {
        return "merging";
    }

    private static boolean synthetic(MergingSettings settings) {
        return settings.data() == MergingSettings.Data.SYNTHETIC;
    }

    @Override
    public String title(MergingSettings settings) {
        return "Merging networks trained on " + (synthetic(settings) ? "synthetic tasks" : "Fashion-MNIST");
    }

    @Override
    public List<Card> cards(MergingSettings s) {
        return List.of(
                new Card("Hidden widths", ExperimentReport.join(s.hidden())),
                new Card("Samples per task", NumberText.exact(s.samples())),
                new Card("Steps", NumberText.exact(s.steps())),
                new Card("η", NumberText.exact(s.stepSize())),
                new Card("λ", NumberText.exact(s.weightDecay())),
                new Card("Draws", Integer.toString(s.draws())));
    }

    @Override
    public List<Finding> findings(MergingSettings settings, CurveSet curves) {
        return MergingFindings.of(settings, curves);
    }

    @Override
    public List<Section> figures(MergingSettings settings, CurveSet curves, List<Finding> findings) {
        return MergingFigures.of(settings, curves, findings);
    }

    @Override
    public List<String> notes(MergingSettings s) {
        List<String> notes = new ArrayList<>();
        if (s.preset() == Preset.QUICK) {
            notes.add(
                    "This is the quick preset, with fewer draws than the paper's ten and fewer steps; its λ is larger so"
                            + " that the decay ηλt by the end is as in the paper. Its losses, which are about proportional to λ, are"
                            + " not the paper's (" + NumberText.exact(s.steps()) + " steps, λ = "
                            + NumberText.exact(s.weightDecay()) + ").");
        }
        if (synthetic(s)) {
            notes.add("The paper does not give the number of samples of its synthetic tasks; here " + s.samples()
                    + " per task. It does not give the initialisation either; here "
                    + (switch (s.initialisation()) {
                        case UNIFORM -> "U(−1/√fan_in, 1/√fan_in)";
                        case HE -> "N(0, 2/fan_in)";
                        case LECUN -> "N(0, 1/fan_in)";
                    })
                    + ". Networks have no biases, as in its definitions.");
        }
        notes.add(
                "The first network of the two conditions is the same one, so that they differ in the second task only.");
        return notes;
    }

    @Override
    public String labels(MergingSettings settings) {
        return synthetic(settings)
                ? ExperimentView.super.labels(settings)
                : "classes 5–9 against 0–4; the second task's inverted; images of unit length; 784 zeros after (task 1)"
                        + " or before (task 2) the pixels";
    }
}
