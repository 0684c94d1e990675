package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Alternative;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.MergingSettings;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/** The four panels of Figures 3 and 5, row by row, and one of norms and alignment. */
final class MergingFigures {
    private static final Axis STEPS = new Axis("step of gradient descent", true, false);

    private MergingFigures() {}

    static List<Section> of(MergingSettings settings, CurveSet curves, List<Finding> findings) {
        boolean synthetic = settings.data() == MergingSettings.Data.SYNTHETIC;
        String figure = synthetic ? "Figure 3" : "Figure 5";
        String lambda = NumberText.exact(settings.weightDecay());
        return List.of(
                new FigureSection(
                        "losses",
                        figure + ", first row: losses",
                        "Logistic loss of individual and merged networks over steps at λ = " + lambda + ", median over "
                                + settings.draws()
                                + " draws, bands from the 10 % to the 90 % quantile, every draw thinly."
                                + " Merged: θ + θ′.",
                        2,
                        List.of(
                                losses("orthogonal", "Orthogonal tasks", settings, curves),
                                losses("same", "The same task, other labels", settings, curves)),
                        under(findings, "losses")),
                new FigureSection(
                        "ranks",
                        figure + ", second row: gap and rank",
                        "Left: merged over individual loss on orthogonal tasks, median, 10 % to 90 %"
                                + " quantile and every draw, after "
                                + NumberText.exact(settings.steps()) + " steps"
                                + (settings.gridDraws() == settings.draws()
                                        ? ""
                                        : ", over " + settings.gridDraws() + " draws but at λ = " + lambda)
                                + ". Right: stable ranks ‖W‖_F/‖W‖_2 at λ = " + lambda + ".",
                        2,
                        List.of(gap(settings, curves), ranks(settings, curves)),
                        under(findings, "ranks")),
                new FigureSection(
                        "norms",
                        "Norms and alignment",
                        "Orthogonal tasks at λ = " + lambda + ", individual networks.",
                        2,
                        List.of(norms(settings, curves), alignment(settings, curves)),
                        under(findings, "norms")));
    }

    /** The findings a figure is the evidence of, which need no link to it. */
    static List<Shown> under(List<Finding> findings, String section) {
        return findings.stream()
                .filter(finding -> MergingFindings.figure(finding).equals(section))
                .map(finding -> new Shown(finding, ""))
                .toList();
    }

    private static Panel losses(String condition, String title, MergingSettings settings, CurveSet curves) {
        double lambda = settings.weightDecay();
        List<Series> series = Lines.together(
                median("task 1, own network", curves, condition, lambda, Quantity.LOSS.of(Subject.FIRST), Style.SOLID),
                median("task 2, own network", curves, condition, lambda, Quantity.LOSS.of(Subject.SECOND), Style.SOLID),
                median(
                        "task 1, merged",
                        curves,
                        condition,
                        lambda,
                        Quantity.LOSS.of(Subject.MERGED_FIRST),
                        Style.DASHED),
                median(
                        "task 2, merged",
                        curves,
                        condition,
                        lambda,
                        Quantity.LOSS.of(Subject.MERGED_SECOND),
                        Style.DASHED));
        List<Series> errors = Lines.together(
                line("task 1, own network", curves, condition, lambda, Quantity.ERROR.of(Subject.FIRST), Style.SOLID),
                line("task 2, own network", curves, condition, lambda, Quantity.ERROR.of(Subject.SECOND), Style.SOLID),
                line(
                        "task 1, merged",
                        curves,
                        condition,
                        lambda,
                        Quantity.ERROR.of(Subject.MERGED_FIRST),
                        Style.DASHED),
                line(
                        "task 2, merged",
                        curves,
                        condition,
                        lambda,
                        Quantity.ERROR.of(Subject.MERGED_SECOND),
                        Style.DASHED));
        return new Panel(
                "losses-" + condition,
                title,
                STEPS,
                new Axis("logistic loss", true, true),
                series,
                List.of(),
                "Logistic loss",
                List.of(new Alternative("0/1 error", new Axis("0/1 error", false, false), errors, List.of())));
    }

    private static Panel gap(MergingSettings settings, CurveSet curves) {
        List<CurveSet.Draws> gaps = new ArrayList<>();
        List<CurveSet.Draws> ratios = new ArrayList<>();
        List<CurveSet.Draws> own = new ArrayList<>();
        List<CurveSet.Draws> merged = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            CurveSet.Draws individual = curves.both("orthogonal", lambda, Quantity.LOSS.alone());
            CurveSet.Draws sum = curves.both("orthogonal", lambda, Quantity.LOSS.of(Subject.MERGED));
            own.add(individual);
            merged.add(sum);
            gaps.add(sum.combine(individual, (m, i) -> m - i));
            ratios.add(sum.combine(individual, (m, i) -> m / i));
        }
        List<Double> lambdas = settings.weightDecays();
        return new Panel(
                "gap",
                "Loss ratio after merging",
                Lines.lambdaAxis(lambdas),
                new Axis("merged / individual loss", true, true),
                Lines.together(
                        Lines.mediansOverLambda("merged / individual", lambdas, ratios, Style.SOLID),
                        List.of(Lines.one(lambdas))),
                List.of(),
                "Ratio",
                List.of(
                        new Alternative(
                                "Numerator and denominator",
                                new Axis("logistic loss", true, true),
                                Lines.together(
                                        Lines.mediansOverLambda("merged", lambdas, merged, Style.DASHED),
                                        Lines.mediansOverLambda("individual", lambdas, own, Style.SOLID)),
                                List.of()),
                        new Alternative(
                                "Difference",
                                new Axis("merged − individual loss", false, true),
                                Lines.overLambda("gap", lambdas, gaps, Style.SOLID),
                                List.of())));
    }

    private static Panel ranks(MergingSettings settings, CurveSet curves) {
        List<Series> series = new ArrayList<>();
        double lambda = settings.weightDecay();
        for (int k = 1; k <= settings.hidden().size(); k++) {
            Metric rank = Quantity.STABLE_RANK.at(k);
            series.addAll(
                    Lines.overSteps("W_" + k + " individual", curves.both("orthogonal", lambda, rank), Style.SOLID));
            series.addAll(Lines.overSteps(
                    "W_" + k + " merged", curves.get("orthogonal", lambda, rank.of(Subject.MERGED)), Style.DASHED));
        }
        return Lines.panel("stable-rank", "Stable rank", STEPS, new Axis("‖W‖_F / ‖W‖_2", false, true), series);
    }

    private static Panel norms(MergingSettings settings, CurveSet curves) {
        List<Series> series = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size() + 1; k++) {
            series.addAll(Lines.overSteps(
                    "W_" + k,
                    curves.both("orthogonal", settings.weightDecay(), Quantity.FROBENIUS_NORM.at(k)),
                    Style.SOLID));
        }
        return Lines.panel("norms", "Frobenius norms", STEPS, new Axis("‖W‖_F", false, true), series);
    }

    private static Panel alignment(MergingSettings settings, CurveSet curves) {
        CurveSet.Draws draws = curves.both("orthogonal", settings.weightDecay(), Quantity.ALIGNMENT.alone());
        return Lines.panel(
                "alignment",
                "Alignment of weights and gradient",
                STEPS,
                new Axis("cos(θ, −∇L)", false, false),
                Lines.overSteps("cosine", draws, Style.SOLID));
    }

    private static List<Series> median(
            String name, CurveSet curves, String condition, double lambda, Metric metric, Style style) {
        return Lines.medians(name, curves.get(condition, lambda, metric), style);
    }

    private static List<Series> line(
            String name, CurveSet curves, String condition, double lambda, Metric metric, Style style) {
        return Lines.overSteps(name, curves.get(condition, lambda, metric), style);
    }
}
