package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.SweepSettings;

/** Section 6.1's claim: the mean inverse stable rank grows with λ even though errors may be large. */
final class SweepFindings {
    /** Loss of the zero network. */
    private static final double COLLAPSED = 0.99 * Math.log(2);

    /** A rise that shows in the figure. */
    private static final double CLEAR = 0.03;

    private static final double SLIGHT = 0.01;

    private SweepFindings() {}

    static List<Finding> of(SweepSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (double stepSize : settings.stepSizes()) {
            for (double frequency : settings.frequencies()) {
                findings.add(rise(settings, curves, frequency, stepSize));
            }
        }
        return findings;
    }

    private static Finding rise(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        String condition = SweepFigures.condition(frequency, stepSize);
        List<Double> grid = settings.weightDecays();
        double best = grid.get(0);
        double collapse = Double.NaN;
        for (double lambda : grid) {
            if (last(curves, condition, lambda, "loss") >= COLLAPSED) {
                collapse = lambda;
                break;
            }
            if (rank(curves, condition, lambda) > rank(curves, condition, best)) {
                best = lambda;
            }
        }
        double start = rank(curves, condition, grid.get(0));
        double rise = rank(curves, condition, best) - start;
        CurveSet.Draws ranks = curves.get(condition, best, "mean_inverse_stable_rank");
        String where = "c = " + NumberText.exact(frequency) + ", η = " + NumberText.exact(stepSize);
        return Finding.of(
                SweepFigures.ID,
                rise >= CLEAR ? Verdict.HOLDS : rise >= SLIGHT ? Verdict.ROUGHLY : Verdict.EXCEPTION,
                "+" + NumberText.of(rise),
                where + ": the mean inverse stable rank rises from " + NumberText.of(start) + " at λ = "
                        + NumberText.exact(grid.get(0)) + " to " + MergingFindings.meanSd(ranks) + " at λ = "
                        + NumberText.exact(best) + ", where "
                        + NumberText.percent(last(curves, condition, best, "error"))
                        + " of the points are misclassified.",
                "Loss there " + NumberText.of(last(curves, condition, best, "loss")) + ". "
                        + (Double.isNaN(collapse)
                                ? "No λ of the grid collapses the network."
                                : "From λ = " + NumberText.exact(collapse)
                                        + " the network collapses to θ = 0 (loss ln 2), where the ranks are those of"
                                        + " vanishing weights.")
                        + " Holds from a rise of " + NumberText.exact(CLEAR) + ", roughly from "
                        + NumberText.exact(SLIGHT) + ".",
                Map.of("rise", rise, "best_lambda", best));
    }

    private static double rank(CurveSet curves, String condition, double lambda) {
        return last(curves, condition, lambda, "mean_inverse_stable_rank");
    }

    private static double last(CurveSet curves, String condition, double lambda, String metric) {
        CurveSet.Draws draws = curves.get(condition, lambda, metric);
        return draws.mean(draws.last());
    }
}
