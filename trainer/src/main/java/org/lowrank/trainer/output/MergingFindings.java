package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.MergingSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/**
 * The four hypotheses of Section 6.2, held against the curves. Ratios are geometric means over draws with 95 % intervals of the
 * draws' logarithms; draws in which a network collapsed are counted and left out; below {@value Interval#ENOUGH} draws nothing is
 * decided.
 */
final class MergingFindings {
    /** The merged network does "nearly as well": its loss is at most this many times the individual networks'. */
    static final double NEARLY = 3;

    /** Half-way verdict; at or beyond it, a network does "poorly". */
    static final double POORLY = 10;

    private final MergingSettings settings;
    private final CurveSet curves;
    private final double lambda;
    private final MergingDraws draws;

    private MergingFindings(MergingSettings settings, CurveSet curves) {
        this.settings = settings;
        this.curves = curves;
        this.lambda = settings.weightDecay();
        this.draws = new MergingDraws(settings, curves, lambda);
    }

    static List<Finding> of(MergingSettings settings, CurveSet curves) {
        MergingFindings of = new MergingFindings(settings, curves);
        return List.of(
                of.orthogonal(),
                of.same(),
                new WeightDecayFinding(of.draws).finding(),
                of.stableRank(),
                of.alignment());
    }

    /** The figure that shows what the finding is about. */
    static String figure(Finding finding) {
        return switch (finding.id()) {
            case "orthogonal-tasks", "same-task" -> "losses";
            case "weight-decay", "stable-rank" -> "ranks";
            case "alignment" -> "norms";
            default -> finding.id().replaceAll("/.*", ""); // section/which
        };
    }

    private Finding orthogonal() {
        Interval ratio = Interval.geometric(draws.lossRatios("orthogonal", lambda));
        if (ratio.draws() == 0) {
            return draws.nothingLearned("orthogonal-tasks", "Orthogonal tasks", "orthogonal", lambda);
        }
        Verdict verdict = !ratio.decides()
                ? Verdict.UNDECIDED
                : ratio.high() <= NEARLY
                        ? Verdict.HOLDS
                        : ratio.high() <= POORLY
                                ? Verdict.ROUGHLY
                                : ratio.low() > POORLY ? Verdict.EXCEPTION : Verdict.UNDECIDED;
        CurveSet.Draws errors = curves.both("orthogonal", lambda, Quantity.ERROR.of(Subject.MERGED));
        return Finding.of(
                "orthogonal-tasks",
                verdict,
                "×" + NumberText.of(ratio.mean()),
                "Orthogonal tasks: the merged network's loss is " + ratio.text()
                        + " times the individual networks' after " + NumberText.exact(settings.steps()) + " steps.",
                draws.losses("orthogonal") + ", merged 0/1 error " + NumberText.percent(errors.mean(errors.last()))
                        + "."
                        + draws.counted("orthogonal", lambda) + " Holds where the interval ends below ×"
                        + NumberText.exact(NEARLY) + ", roughly below ×" + NumberText.exact(POORLY)
                        + MergingDraws.enough(),
                numbers(ratio, "loss_ratio"));
    }

    private static Map<String, Double> numbers(Interval interval, String name) {
        return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
                ? Map.of(name, interval.mean(), name + "_low", interval.low(), name + "_high", interval.high())
                : Map.of(name, interval.mean());
    }

    private Finding same() {
        Interval ratio = Interval.geometric(draws.lossRatios("same", lambda));
        if (ratio.draws() == 0) {
            return draws.nothingLearned("same-task", "Same task with other labels", "same", lambda);
        }
        Interval contrast = Interval.geometric(
                MergingDraws.ratios(draws.lossRatios("same", lambda), draws.lossRatios("orthogonal", lambda)));
        Verdict verdict = !ratio.decides()
                ? Verdict.UNDECIDED
                : ratio.low() >= POORLY
                        ? Verdict.HOLDS
                        : contrast.low() >= 2
                                ? Verdict.ROUGHLY
                                : contrast.high() < 2 ? Verdict.EXCEPTION : Verdict.UNDECIDED;
        CurveSet.Draws errors = curves.both("same", lambda, Quantity.ERROR.of(Subject.MERGED));
        return Finding.of(
                "same-task",
                verdict,
                "×" + NumberText.of(ratio.mean()),
                "Same task with other labels: the merged network's loss is " + ratio.text()
                        + " times the individual networks'.",
                draws.losses("same") + ", merged 0/1 error " + NumberText.percent(errors.mean(errors.last())) + "; "
                        + contrast.text() + " times the ratio for orthogonal tasks, draw by draw."
                        + draws.counted("same", lambda) + " Holds where the interval begins above ×"
                        + NumberText.exact(POORLY) + ", roughly where it begins above twice the orthogonal ratio"
                        + MergingDraws.enough(),
                numbers(ratio, "loss_ratio"));
    }

    private Finding stableRank() {
        List<String> parts = new ArrayList<>();
        boolean low = true;
        boolean matched = true;
        double worst = 0;
        int pairs = 0;
        for (int k = 1; k <= settings.hidden().size(); k++) {
            CurveSet.Draws own = curves.both("orthogonal", lambda, Quantity.STABLE_RANK.at(k));
            CurveSet.Draws merged =
                    curves.get("orthogonal", lambda, Quantity.STABLE_RANK.at(k).of(Subject.MERGED));
            List<Fate> fates = draws.fates("orthogonal", lambda);
            double[] end = Fate.only(own.at(own.last()), fates, Fate.FITTED, Fate.MOVING);
            Interval fall = Interval.geometric(MergingDraws.ratios(own.at(0), end));
            Interval factor = Interval.geometric(MergingDraws.ratios(merged.at(own.last()), end));
            pairs = fall.draws();
            low &= fall.low() >= 2;
            matched &= factor.high() <= 1.5;
            worst = Math.max(worst, factor.mean());
            parts.add("W_" + k + " from " + NumberText.of(own.mean(0)) + " (untrained) to "
                    + Interval.of(end).text() + ", merged " + factor.text() + " times that");
        }
        if (pairs == 0) {
            return draws.nothingLearned("stable-rank", "Stable ranks", "orthogonal", lambda);
        }
        boolean enough = pairs >= Interval.ENOUGH;
        return Finding.of(
                "stable-rank",
                !enough
                        ? Verdict.UNDECIDED
                        : low && matched ? Verdict.HOLDS : low ? Verdict.ROUGHLY : Verdict.EXCEPTION,
                "×" + NumberText.of(worst),
                (low
                                ? "Stable ranks fall to less than half of their start; "
                                : "That every stable rank halves is not shown; ")
                        + "the merged network's are up to " + NumberText.of(worst) + " times the individual networks'.",
                String.join("; ", parts) + "." + draws.counted("orthogonal", lambda)
                        + " Holds where every rank at least halves and the merged ones are within 1.5 times, by their"
                        + " intervals; two orthogonal matrices of equal spectrum would have √2 times"
                        + MergingDraws.enough(),
                Map.of("merged_over_individual", worst, "null_merged_over_individual", Math.sqrt(2)));
    }

    private Finding alignment() {
        double last = Interval.of(draws.last("orthogonal", lambda, Quantity.ALIGNMENT.alone()))
                .mean();
        if (Double.isNaN(last)) {
            return draws.nothingLearned("alignment", "Alignment", "orthogonal", lambda);
        }
        List<String> norms = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size() + 1; k++) {
            norms.add(meanSd(curves.both("orthogonal", lambda, Quantity.FROBENIUS_NORM.at(k))));
        }
        return Finding.of(
                "alignment",
                Verdict.INFORMATION,
                NumberText.of(last),
                "Weights and negative gradient have cosine " + NumberText.of(last) + " at the end (Lemma 1: 1 at a"
                        + " stationary point).",
                "Frobenius norms of the layers (Lemma 3: equal): " + String.join(", ", norms) + "."
                        + draws.counted("orthogonal", lambda),
                Map.of("alignment", last));
    }

    /** Mean ± standard deviation at the last step; the mean alone for one draw. */
    static String meanSd(CurveSet.Draws draws) {
        int last = draws.last();
        return NumberText.plusMinus(draws.mean(last), draws.sd(last));
    }
}
