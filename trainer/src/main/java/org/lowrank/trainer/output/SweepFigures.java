package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.SweepExperiment;
import org.lowrank.trainer.experiment.SweepSettings;

/** Figure 2: a panel per labelling frequency, a row per step size; and the layers' norms. */
final class SweepFigures {
    static final String ID = "sweep";

    private SweepFigures() {}

    static String condition(double frequency, double stepSize) {
        return SweepExperiment.condition(frequency, stepSize);
    }

    static List<Section> of(SweepSettings settings, CurveSet curves, List<Finding> findings) {
        List<Panel> panels = new ArrayList<>();
        List<Panel> norms = new ArrayList<>();
        for (double stepSize : settings.stepSizes()) {
            for (double frequency : settings.frequencies()) {
                panels.add(panel(settings, curves, frequency, stepSize));
                norms.add(norms(settings, curves, frequency, stepSize));
            }
        }
        int columns = Math.min(2, settings.frequencies().size());
        return List.of(
                new FigureSection(
                        ID,
                        "Figure 2: rank over weight decay",
                        "After " + NumberText.exact(settings.epochs()) + " epochs, mean over " + settings.draws()
                                + " draws, bands of one standard deviation. Mean inverse stable rank:"
                                + " (1/K) Σ ‖W_k‖_2 / ‖W_k‖_F; margin error: y f(x) < 1.",
                        columns,
                        panels,
                        MergingFigures.under(findings, ID)),
                new FigureSection(
                        "norms",
                        "Frobenius norms of the layers",
                        "At the end. Where they vanish, the network has collapsed to θ = 0.",
                        columns,
                        norms));
    }

    private static String title(double frequency, double stepSize) {
        return "f*(x) = sin(" + NumberText.exact(frequency) + " wᵀx), η = " + NumberText.exact(stepSize);
    }

    private static String id(String prefix, double frequency, double stepSize) {
        return (prefix + "-c" + NumberText.exact(frequency) + "-eta" + NumberText.exact(stepSize)).replace('.', '_');
    }

    private static Panel panel(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        String condition = condition(frequency, stepSize);
        return Lines.panel(
                id("sweep", frequency, stepSize),
                title(frequency, stepSize),
                Lines.lambdaAxis(settings.weightDecays()),
                new Axis("mean inverse stable rank, errors, loss", false, false),
                List.of(
                        line("mean inverse stable rank", settings, curves, condition, "mean_inverse_stable_rank"),
                        line("classification error", settings, curves, condition, "error"),
                        line("margin error", settings, curves, condition, "margin_error"),
                        line("average loss", settings, curves, condition, "loss")));
    }

    private static Panel norms(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        List<Series> series = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size() + 1; k++) {
            series.add(line("W_" + k, settings, curves, condition(frequency, stepSize), "frobenius_norm_w" + k));
        }
        return Lines.panel(
                id("norms", frequency, stepSize),
                title(frequency, stepSize),
                Lines.lambdaAxis(settings.weightDecays()),
                new Axis("‖W‖_F", false, true),
                series);
    }

    private static Series line(String name, SweepSettings settings, CurveSet curves, String condition, String metric) {
        List<CurveSet.Draws> draws = settings.weightDecays().stream()
                .map(lambda -> curves.get(condition, lambda, metric))
                .toList();
        Style style = metric.equals("mean_inverse_stable_rank") || metric.startsWith("frobenius")
                ? Style.SOLID
                : metric.equals("margin_error") ? Style.DOTTED : Style.DASHED;
        return Lines.overLambda(name, settings.weightDecays(), draws, style);
    }
}
