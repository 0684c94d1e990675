package org.lowrank.trainer.output;

import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.MergingSettings;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/**
 * What the findings on merged networks are read from: numbers at the end of training, draw by draw, without the draws in which a
 * network collapsed.
 *
 * @param lambda the experiment's own weight decay
 */
record MergingDraws(MergingSettings settings, CurveSet curves, double lambda) {
    /** What became of both networks, draw by draw: the worse of the two. */
    List<Fate> fates(String condition, double at) {
        int layers = settings.hidden().size() + 1;
        return Fate.worse(
                Fate.of(curves, condition, at, Subject.FIRST, layers),
                Fate.of(curves, condition, at, Subject.SECOND, layers));
    }

    /** A metric's mean over both tasks at the end, draw by draw, without the collapsed ones. */
    double[] last(String condition, double at, Metric metric) {
        CurveSet.Draws draws = curves.both(condition, at, metric);
        return Fate.only(draws.at(draws.last()), fates(condition, at), Fate.FITTED, Fate.MOVING);
    }

    /** Quotients draw by draw. */
    static double[] ratios(double[] above, double[] below) {
        double[] ratios = new double[Math.min(above.length, below.length)];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = above[i] / below[i];
        }
        return ratios;
    }

    /** Merged over individual loss at the end, draw by draw. */
    double[] lossRatios(String condition, double at) {
        return ratios(
                last(condition, at, Quantity.LOSS.of(Subject.MERGED)), last(condition, at, Quantity.LOSS.alone()));
    }

    /** A sentence on what became of the pairs. */
    String counted(String condition, double at) {
        return " Pairs of networks: " + Fate.counts(fates(condition, at)) + ".";
    }

    /** {@code Individual …, merged …}: geometric means with intervals. */
    String losses(String condition) {
        return "Individual loss "
                + Interval.geometric(last(condition, lambda, Quantity.LOSS.alone()))
                        .text() + ", merged "
                + Interval.geometric(last(condition, lambda, Quantity.LOSS.of(Subject.MERGED)))
                        .text();
    }

    /** What is said where every draw collapsed. */
    Finding nothingLearned(String id, String subject, String condition, double at) {
        return nothing(
                id,
                subject + ": nothing to say, since at λ = " + NumberText.exact(at)
                        + " a network of every pair collapsed to θ = 0, where every loss is ln 2 and every ratio 1.",
                counted(condition, at).strip());
    }

    /** A finding that there is none. */
    static Finding nothing(String id, String statement, String detail) {
        return Finding.of(id, Verdict.UNDECIDED, "–", statement, detail, Map.of());
    }

    /** The end of every statement of a threshold. */
    static String enough() {
        return "; below " + Interval.ENOUGH + " draws nothing is decided.";
    }
}
