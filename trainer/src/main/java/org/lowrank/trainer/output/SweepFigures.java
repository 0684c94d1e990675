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
import org.lowrank.trainer.curve.Moments;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.SweepExperiment;
import org.lowrank.trainer.experiment.SweepSettings;

/**
 * Figure 2 as the paper draws it, a panel per labelling frequency and a row per step size; the same networks where they settled;
 * and the layers' norms.
 */
final class SweepFigures {
    static final String ID = "sweep";
    static final String SETTLED = "settled";

    private SweepFigures() {}

    static String condition(double frequency, double stepSize, boolean settled) {
        return settled ? SweepExperiment.settled(frequency, stepSize) : SweepExperiment.condition(frequency, stepSize);
    }

    static List<Section> of(SweepSettings settings, CurveSet curves, List<Finding> findings) {
        List<Panel> panels = new ArrayList<>();
        List<Panel> settled = new ArrayList<>();
        List<Panel> norms = new ArrayList<>();
        for (double stepSize : settings.stepSizes()) {
            for (double frequency : settings.frequencies()) {
                panels.add(panel(settings, curves, frequency, stepSize));
                norms.add(norms(settings, curves, frequency, stepSize));
                if (settings.settle() != null) {
                    settled.add(settled(settings, curves, frequency, stepSize));
                }
            }
        }
        int columns = Math.min(2, settings.frequencies().size());
        List<Section> sections = new ArrayList<>();
        sections.add(new FigureSection(
                ID,
                "Figure 2: rank over weight decay",
                "After " + NumberText.exact(settings.epochs()) + " epochs, mean over " + settings.draws()
                        + " draws, bands of one standard deviation, every draw thinly. Mean inverse stable rank:"
                        + " (1/K) Σ ‖W_k‖_2 / ‖W_k‖_F; margin error: y f(x) < 1.",
                columns,
                panels,
                MergingFigures.under(findings, ID)));
        SweepSettings.Settle settle = settings.settle();
        if (settle != null) {
            sections.add(new FigureSection(
                    SETTLED,
                    "Figure 2 at stationary points",
                    "The same networks after " + NumberText.exact(settle.steps())
                            + " further steps on all samples with η = " + NumberText.exact(settle.stepSize())
                            + ". Means and bands of one standard deviation are over those that rest away from θ = 0; shares"
                            + " are of all " + settings.draws() + " draws.",
                    columns,
                    settled,
                    MergingFigures.under(findings, SETTLED)));
        }
        sections.add(new FigureSection(
                "norms",
                "Frobenius norms of the layers",
                "After " + NumberText.exact(settings.epochs())
                        + " epochs. Where they vanish, the network has collapsed to θ = 0.",
                columns,
                norms));
        return sections;
    }

    /** What any weights have: a matrix of rank r has ‖W‖_2/‖W‖_F ≥ 1/√r. */
    static double floor(SweepSettings settings) {
        double sum = 1; // the last layer is a row
        int below = settings.dimension();
        for (int width : settings.hidden()) {
            sum += 1 / Math.sqrt(Math.min(below, width));
            below = width;
        }
        return sum / (settings.hidden().size() + 1);
    }

    private static String title(double frequency, double stepSize) {
        return "f*(x) = sin(" + NumberText.exact(frequency) + " wᵀx), η = " + NumberText.exact(stepSize);
    }

    private static String id(String prefix, double frequency, double stepSize) {
        return (prefix + "-c" + NumberText.exact(frequency) + "-eta" + NumberText.exact(stepSize)).replace('.', '_');
    }

    private static Panel panel(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        String condition = condition(frequency, stepSize, false);
        return Lines.panel(
                id("sweep", frequency, stepSize),
                title(frequency, stepSize),
                Lines.lambdaAxis(settings.weightDecays()),
                new Axis("mean inverse stable rank, errors, loss", false, false),
                Lines.together(
                        line(
                                "mean inverse stable rank",
                                settings,
                                curves,
                                condition,
                                Quantity.MEAN_INVERSE_STABLE_RANK.alone()),
                        line("classification error", settings, curves, condition, Quantity.ERROR.alone()),
                        line("margin error", settings, curves, condition, Quantity.MARGIN_ERROR.alone()),
                        line("average loss", settings, curves, condition, Quantity.LOSS.alone())));
    }

    /** Of fitted networks only: a mean over fitted and collapsed ones is of neither. */
    private static Panel settled(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        String condition = condition(frequency, stepSize, true);
        List<Double> lambdas = settings.weightDecays();
        return Lines.panel(
                id("settled", frequency, stepSize),
                title(frequency, stepSize),
                Lines.lambdaAxis(lambdas),
                new Axis("mean inverse stable rank, error, share", false, false),
                List.of(
                        fitted(
                                "mean inverse stable rank",
                                settings,
                                curves,
                                condition,
                                Quantity.MEAN_INVERSE_STABLE_RANK.alone()),
                        fitted("classification error", settings, curves, condition, Quantity.ERROR.alone()),
                        share("share fitted", settings, curves, condition, Fate.FITTED, Style.DOTTED),
                        share("share collapsed", settings, curves, condition, Fate.COLLAPSED, Style.DOTTED),
                        new Series(
                                "any weights",
                                Lines.abscissae(lambdas),
                                lambdas.stream()
                                        .mapToDouble(l -> floor(settings))
                                        .toArray(),
                                null,
                                Style.DOTTED)));
    }

    private static Series fitted(
            String name, SweepSettings settings, CurveSet curves, String condition, Metric metric) {
        List<Moments> moments = settings.weightDecays().stream()
                .map(lambda -> {
                    CurveSet.Draws draws = curves.get(condition, lambda, metric);
                    return Moments.of(Fate.only(
                            draws.at(draws.last()),
                            SweepFindings.fates(settings, curves, condition, lambda, true),
                            Fate.FITTED));
                })
                .toList();
        return new Series(
                name,
                Lines.abscissae(settings.weightDecays()),
                moments.stream().mapToDouble(Moments::mean).toArray(),
                moments.stream().mapToDouble(Moments::sd).toArray(),
                metric.quantity() == Quantity.ERROR ? Style.DASHED : Style.SOLID);
    }

    private static Series share(
            String name, SweepSettings settings, CurveSet curves, String condition, Fate fate, Style style) {
        return new Series(
                name,
                Lines.abscissae(settings.weightDecays()),
                settings.weightDecays().stream()
                        .map(lambda -> SweepFindings.fates(settings, curves, condition, lambda, true))
                        .mapToDouble(
                                fates -> fates.stream().filter(fate::equals).count() / (double) fates.size())
                        .toArray(),
                null,
                style);
    }

    private static Panel norms(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        List<Series> series = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size() + 1; k++) {
            series.addAll(line(
                    "W_" + k, settings, curves, condition(frequency, stepSize, false), Quantity.FROBENIUS_NORM.at(k)));
        }
        return Lines.panel(
                id("norms", frequency, stepSize),
                title(frequency, stepSize),
                Lines.lambdaAxis(settings.weightDecays()),
                new Axis("‖W‖_F", false, true),
                series);
    }

    private static List<Series> line(
            String name, SweepSettings settings, CurveSet curves, String condition, Metric metric) {
        List<CurveSet.Draws> draws = settings.weightDecays().stream()
                .map(lambda -> curves.get(condition, lambda, metric))
                .toList();
        Style style =
                metric.quantity() == Quantity.MEAN_INVERSE_STABLE_RANK || metric.quantity() == Quantity.FROBENIUS_NORM
                        ? Style.SOLID
                        : metric.quantity() == Quantity.MARGIN_ERROR ? Style.DOTTED : Style.DASHED;
        return Lines.overLambda(name, settings.weightDecays(), draws, style);
    }
}
