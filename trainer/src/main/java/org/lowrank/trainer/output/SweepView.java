package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.SweepSettings;

/** Figure 2. */
final class SweepView implements ExperimentView<SweepSettings> {
    @Override
    public Class<SweepSettings> settings() {
        return SweepSettings.class;
    }

    @Override
    public String name(SweepSettings settings) {
        return "sweep";
    }

    @Override
    public String title(SweepSettings settings) {
        return "Stable rank over weight decay";
    }

    @Override
    public List<Card> cards(SweepSettings s) {
        return List.of(
                new Card("Hidden widths", ExperimentReport.join(s.hidden())),
                new Card("Samples", NumberText.exact(s.samples())),
                new Card("Epochs", NumberText.exact(s.epochs())),
                new Card("Batch", Integer.toString(s.batch())),
                new Card("η", steps(s)),
                new Card("Draws", Integer.toString(s.draws())));
    }

    private static String steps(SweepSettings s) {
        return ExperimentReport.join(
                s.stepSizes().stream().map(NumberText::exact).toList());
    }

    @Override
    public List<Finding> findings(SweepSettings settings, CurveSet curves) {
        return SweepFindings.of(settings, curves);
    }

    /** The claim where it is decided, before what the paper draws. */
    @Override
    public List<Finding> leading(List<Finding> findings) {
        return findings.stream()
                .sorted(Comparator.comparing(finding -> !finding.id().startsWith(SweepFigures.SETTLED + "/")))
                .limit(2)
                .toList();
    }

    @Override
    public List<Section> figures(SweepSettings settings, CurveSet curves, List<Finding> findings) {
        return SweepFigures.of(settings, curves, findings);
    }

    @Override
    public List<String> notes(SweepSettings s) {
        List<String> notes = new ArrayList<>();
        if (s.preset() == Preset.QUICK) {
            notes.add("This is the quick preset, with fewer draws than the paper's ten.");
        }
        notes.add("The paper leaves step size, batch size and the λ grid open; here batches of " + s.batch()
                + " and step sizes " + steps(s)
                + ". The grid is refined in the narrow band of λ below the collapse, where the paper's picture, low rank"
                + " together with large errors, appears.");
        SweepSettings.Settle settle = s.settle();
        notes.add(
                settle == null
                        ? "The networks were not run on to stationary points (--settle), which Lemma 4 is about: some of those"
                                + " near the collapse may still be on their way."
                        : "Mini-batches of a constant step have no stationary points. So the same networks then descended on all"
                                + " samples at once, " + NumberText.exact(settle.steps()) + " steps of "
                                + NumberText.exact(settle.stepSize())
                                + ". One that rests there away from 0 has a norm that changes by less than 2 % per unit of"
                                + " ln(step) and Lemma 3's identity to 10 %; its gradient need not vanish, as a ReLU network may"
                                + " hover around a kink.");
        notes.add("θ = 0 is a stationary point: with λ too large the network collapses to it, its loss is ln 2"
                + " and its ranks are those of vanishing weights, so the curves to the right of the collapse do not"
                + " speak for or against the claim.");
        return notes;
    }
}
