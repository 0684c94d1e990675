package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/** Where networks of a depth collapse, and whether their norm is still large just before. */
final class TransitionFindings {
    private TransitionFindings() {}

    static List<Finding> of(GridSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (double value : settings.values()) {
            findings.add(depth(settings, curves, value));
        }
        SearchedTransition.all(settings, curves).forEach(depth -> findings.add(depth.finding()));
        return findings;
    }

    private static Finding depth(GridSettings settings, CurveSet curves, double value) {
        String condition = settings.condition(value);
        List<Double> lambdas = settings.weightDecays();
        int draws = settings.draws();
        double[] largest = new double[draws];
        double[] remaining = new double[draws];
        double[] early = new double[draws];
        double[] late = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            largest[draw] = Double.NaN;
            remaining[draw] = Double.NaN;
            early[draw] = Double.NaN;
            late[draw] = Double.NaN;
            double full = Double.NaN;
            for (double lambda : lambdas) {
                CurveSet.Draws loss = curves.get(condition, lambda, Quantity.LOSS.alone());
                CurveSet.Draws norm = curves.get(condition, lambda, Quantity.FROBENIUS_NORM.at(1));
                Fate fate = Fate.of(curves, condition, lambda, Subject.ALONE, (int) value)
                        .get(draw);
                double last = norm.values()[draw][norm.last()];
                if (Double.isNaN(full)) {
                    full = last;
                    early[draw] = escape(loss, draw);
                }
                if (fate != Fate.COLLAPSED) {
                    largest[draw] = lambda;
                    remaining[draw] = last / full;
                    late[draw] = escape(loss, draw);
                }
            }
        }
        Interval at = Interval.of(largest);
        Interval left = Interval.of(remaining);
        return Finding.of(
                GridView.ID + "/" + condition,
                left.decides() ? Verdict.INFORMATION : Verdict.UNDECIDED,
                NumberText.percent(left.mean()),
                condition + ": at the largest λ of the grid that does not collapse it, " + NumberText.of(at.mean())
                        + " on average, the first layer keeps " + NumberText.percent(left.mean())
                        + " of its norm at λ = " + NumberText.exact(lambdas.get(0)) + ".",
                "λ " + at.text() + ", share " + left.text()
                        + ". How far that λ is from the transition is the grid's doing. The loss is first recorded below 0.9 ln 2 after "
                        + escape(early) + " steps at the smallest λ, at the largest one that does not collapse after "
                        + escape(late) + ".",
                Map.of("largest_lambda", at.mean(), "norm_share", left.mean()));
    }

    /** Steps as geometric mean, of the draws that get there. */
    private static String escape(double[] steps) {
        Interval escape = Interval.geometric(steps);
        return escape.text() + (escape.draws() == steps.length ? "" : " in " + escape.draws() + " draws");
    }

    /** Draw by draw. */
    static double[] escapes(CurveSet.Draws loss) {
        double[] escapes = new double[loss.values().length];
        for (int draw = 0; draw < escapes.length; draw++) {
            escapes[draw] = escape(loss, draw);
        }
        return escapes;
    }

    /** The first recorded step after the start at which the loss is below 0.9 ln 2; NaN without. */
    private static double escape(CurveSet.Draws loss, int draw) {
        for (int i = 0; i < loss.steps().length; i++) {
            if (loss.steps()[i] > 0 && loss.values()[draw][i] < 0.9 * Math.log(2)) {
                return loss.steps()[i];
            }
        }
        return Double.NaN;
    }
}
