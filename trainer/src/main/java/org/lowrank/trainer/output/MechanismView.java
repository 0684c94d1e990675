package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.MechanismExperiment;
import org.lowrank.trainer.experiment.MechanismSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.experiment.Preset;

/** Whether merging works for Theorem 2's reason. */
final class MechanismView implements ExperimentView<MechanismSettings> {
    private static final String CONDITION = MechanismExperiment.CONDITION;
    private static final Axis STEPS = new Axis("step of gradient descent", true, false);

    @Override
    public Class<MechanismSettings> settings() {
        return MechanismSettings.class;
    }

    @Override
    public String name(MechanismSettings settings) {
        return "mechanism";
    }

    @Override
    public String title(MechanismSettings settings) {
        return "Why merging works: Theorem 2's mechanism over training";
    }

    @Override
    public List<Card> cards(MechanismSettings s) {
        return Protocols.cards(s, new Card("Hidden widths", ExperimentReport.join(s.hidden())));
    }

    @Override
    public List<Finding> findings(MechanismSettings settings, CurveSet curves) {
        return MechanismFindings.of(settings, curves);
    }

    @Override
    public List<Section> figures(MechanismSettings settings, CurveSet curves, List<Finding> findings) {
        List<Section> sections = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            String id = MechanismFindings.section(lambda);
            sections.add(new FigureSection(
                    id,
                    "λ = " + NumberText.exact(lambda),
                    "Median over " + settings.draws()
                            + " draws of the mean over both networks, bands from the 10 % to the 90 % quantile (of cosines mean"
                            + " and standard deviation), every draw thinly.",
                    2,
                    List.of(cosines(settings, curves, lambda, id), gaps(settings, curves, lambda, id)),
                    MergingFigures.under(findings, id)));
        }
        return sections;
    }

    private static Panel cosines(MechanismSettings settings, CurveSet curves, double lambda, String id) {
        List<Series> series = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size(); k++) {
            series.addAll(Lines.overSteps(
                    "h_" + k,
                    curves.get(CONDITION, lambda, Quantity.COSINE.at(k).of(Subject.FIRST)),
                    Style.SOLID));
        }
        return new Panel(
                id + "-cosines",
                "Activations of the two networks: Theorem 2 needs cosine 0",
                STEPS,
                new Axis("mean cos(h_k(x; θ), h_k(x′; θ′))", false, false),
                series);
    }

    private static Panel gaps(MechanismSettings settings, CurveSet curves, double lambda, String id) {
        List<Series> series = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size(); k++) {
            series.addAll(Lines.medians(
                    "h_" + k, curves.both(CONDITION, lambda, Quantity.ACTIVATION_GAP.at(k)), Style.DASHED));
        }
        series.addAll(
                Lines.medians("output", curves.both(CONDITION, lambda, Quantity.OUTPUT_GAP.alone()), Style.SOLID));
        series.addAll(
                Lines.medians("‖W′x‖/‖Wx‖", curves.both(CONDITION, lambda, Quantity.PROJECTION.at(1)), Style.DOTTED));
        return new Panel(
                id + "-gaps",
                "What merging changes: by Theorem 2, nothing",
                STEPS,
                new Axis("relative change", true, true),
                series);
    }

    @Override
    public List<String> notes(MechanismSettings settings) {
        List<String> notes = new ArrayList<>();
        if (settings.preset() == Preset.QUICK) {
            notes.add("This is the quick preset: a tenth of the paper's steps at ten times its λ, and half the draws.");
        }
        notes.add(
                "Draws, tasks and starts are those of Figure 3's orthogonal condition. All changes are measured on each"
                        + " network's own training inputs, since Theorem 2 is about inputs orthogonal to the other task's, which"
                        + " these are.");
        return notes;
    }
}
