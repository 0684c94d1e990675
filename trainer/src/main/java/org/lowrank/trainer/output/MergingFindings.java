package org.lowrank.trainer.output;

import java.util.ArrayList;
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

    private MergingFindings(MergingSettings settings, CurveSet curves) {
        this.settings = settings;
        this.curves = curves;
        this.lambda = settings.weightDecay();
    }

    static List<Finding> of(MergingSettings settings, CurveSet curves) {
        MergingFindings of = new MergingFindings(settings, curves);
        return List.of(of.orthogonal(), of.same(), of.weightDecay(), of.stableRank(), of.alignment());
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

    private List<Fate> fates(String condition, double at) {
        int layers = settings.hidden().size() + 1;
        return Fate.worse(
                Fate.of(curves, condition, at, Subject.FIRST, layers),
                Fate.of(curves, condition, at, Subject.SECOND, layers));
    }

    /** A metric's mean over both tasks at the end, draw by draw, without the collapsed ones. */
    private double[] last(String condition, double at, Metric metric) {
        CurveSet.Draws draws = curves.both(condition, at, metric);
        return Fate.only(draws.at(draws.last()), fates(condition, at), Fate.FITTED, Fate.MOVING);
    }

    private static double[] ratios(double[] above, double[] below) {
        double[] ratios = new double[Math.min(above.length, below.length)];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = above[i] / below[i];
        }
        return ratios;
    }

    private double[] lossRatios(String condition, double at) {
        return ratios(
                last(condition, at, Quantity.LOSS.of(Subject.MERGED)), last(condition, at, Quantity.LOSS.alone()));
    }

    private String counted(String condition, double at) {
        return " Pairs of networks: " + Fate.counts(fates(condition, at)) + ".";
    }

    private Finding nothingLearned(String id, String condition) {
        return Finding.of(
                id,
                Verdict.UNDECIDED,
                "–",
                "Nothing to say: in every draw a network collapsed to θ = 0, where every loss is ln 2 and every ratio 1.",
                counted(condition, lambda).strip(),
                Map.of());
    }

    private Finding orthogonal() {
        Interval ratio = Interval.geometric(lossRatios("orthogonal", lambda));
        if (ratio.draws() == 0) {
            return nothingLearned("orthogonal-tasks", "orthogonal");
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
                losses("orthogonal") + ", merged 0/1 error " + NumberText.percent(errors.mean(errors.last())) + "."
                        + counted("orthogonal", lambda) + " Holds where the interval ends below ×"
                        + NumberText.exact(NEARLY) + ", roughly below ×" + NumberText.exact(POORLY) + enough(),
                numbers(ratio, "loss_ratio"));
    }

    /** {@code Individual …, merged …}: geometric means with intervals. */
    private String losses(String condition) {
        return "Individual loss "
                + Interval.geometric(last(condition, lambda, Quantity.LOSS.alone()))
                        .text() + ", merged "
                + Interval.geometric(last(condition, lambda, Quantity.LOSS.of(Subject.MERGED)))
                        .text();
    }

    private static String enough() {
        return "; below " + Interval.ENOUGH + " draws nothing is decided.";
    }

    private static Map<String, Double> numbers(Interval interval, String name) {
        return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
                ? Map.of(name, interval.mean(), name + "_low", interval.low(), name + "_high", interval.high())
                : Map.of(name, interval.mean());
    }

    private Finding same() {
        Interval ratio = Interval.geometric(lossRatios("same", lambda));
        if (ratio.draws() == 0) {
            return nothingLearned("same-task", "same");
        }
        Interval contrast = Interval.geometric(ratios(lossRatios("same", lambda), lossRatios("orthogonal", lambda)));
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
                losses("same") + ", merged 0/1 error " + NumberText.percent(errors.mean(errors.last())) + "; "
                        + contrast.text() + " times the ratio for orthogonal tasks, draw by draw."
                        + counted("same", lambda) + " Holds where the interval begins above ×"
                        + NumberText.exact(POORLY) + ", roughly where it begins above twice the orthogonal ratio"
                        + enough(),
                numbers(ratio, "loss_ratio"));
    }

    /** Which of numerator and denominator closes the gap. */
    private Finding weightDecay() {
        double least = settings.weightDecays().get(0);
        Interval with = Interval.geometric(lossRatios("orthogonal", lambda));
        Interval without = Interval.geometric(lossRatios("orthogonal", least));
        if (with.draws() == 0 || without.draws() == 0 || least == lambda) {
            return nothingLearned("weight-decay", "orthogonal");
        }
        Interval closed = Interval.geometric(ratios(lossRatios("orthogonal", least), lossRatios("orthogonal", lambda)));
        Interval fall = Interval.geometric(ratios(
                last("orthogonal", least, Quantity.LOSS.of(Subject.MERGED)),
                last("orthogonal", lambda, Quantity.LOSS.of(Subject.MERGED))));
        Interval rise = Interval.geometric(ratios(
                last("orthogonal", lambda, Quantity.LOSS.alone()), last("orthogonal", least, Quantity.LOSS.alone())));
        Verdict verdict = !closed.decides()
                ? Verdict.UNDECIDED
                : closed.high() < 1
                        ? Verdict.EXCEPTION
                        : closed.low() <= 1 ? Verdict.UNDECIDED : fall.low() > 1 ? Verdict.HOLDS : Verdict.ROUGHLY;
        String how = fall.low() > 1
                ? "the merged loss falls, and the individual loss rises"
                : fall.high() < 1
                        ? "only because the individual loss rises: the merged loss is lower without it"
                        : "because the individual loss rises: a fall of the merged loss is not shown";
        List<String> parts = new ArrayList<>();
        for (double at : settings.weightDecays()) {
            parts.add("λ = " + NumberText.exact(at) + ": merged "
                    + NumberText.of(Interval.geometric(last("orthogonal", at, Quantity.LOSS.of(Subject.MERGED)))
                            .mean()) + ", individual "
                    + NumberText.of(Interval.geometric(last("orthogonal", at, Quantity.LOSS.alone()))
                            .mean()) + " (×"
                    + Interval.geometric(lossRatios("orthogonal", at)).text() + "; "
                    + Fate.counts(fates("orthogonal", at)) + ")");
        }
        return Finding.of(
                "weight-decay",
                verdict,
                "×" + NumberText.of(without.mean()) + " → ×" + NumberText.of(with.mean()),
                "Merged over individual loss goes from " + NumberText.of(without.mean()) + " at λ = "
                        + NumberText.exact(least) + " to " + NumberText.of(with.mean()) + " at λ = "
                        + NumberText.exact(lambda) + ", " + how + ".",
                "Draw by draw the ratio falls " + closed.text() + "-fold; of that the merged loss falls " + fall.text()
                        + "-fold and the individual one rises " + rise.text() + "-fold. " + best(least)
                        + String.join("; ", parts)
                        + ". Holds where the merged loss itself falls, roughly where only the ratio does" + enough(),
                Map.of(
                        "loss_ratio_without",
                        without.mean(),
                        "loss_ratio",
                        with.mean(),
                        "merged_loss_fall",
                        fall.mean(),
                        "individual_loss_rise",
                        rise.mean()));
    }

    /** The λ at which the merged loss is least, with an interval corrected for having chosen it. */
    private String best(double least) {
        int candidates = settings.weightDecays().size() - 1;
        double chosen = least;
        for (double at : settings.weightDecays()) {
            double here = Interval.geometric(last("orthogonal", at, Quantity.LOSS.of(Subject.MERGED)))
                    .mean();
            if (here
                    < Interval.geometric(last("orthogonal", chosen, Quantity.LOSS.of(Subject.MERGED)))
                            .mean()) {
                chosen = at;
            }
        }
        if (chosen == least) {
            return "No λ of the grid has a lower merged loss than λ = " + NumberText.exact(least) + ". ";
        }
        Interval fall = Interval.geometric(
                ratios(
                        last("orthogonal", least, Quantity.LOSS.of(Subject.MERGED)),
                        last("orthogonal", chosen, Quantity.LOSS.of(Subject.MERGED))),
                candidates);
        return "The merged loss is least at λ = " + NumberText.exact(chosen) + ", " + fall.text()
                + " times lower than at λ = " + NumberText.exact(least) + " (interval corrected for choosing among "
                + candidates + "). ";
    }

    private Finding stableRank() {
        List<String> parts = new ArrayList<>();
        boolean low = true;
        boolean matched = true;
        double worst = 0;
        int draws = 0;
        for (int k = 1; k <= settings.hidden().size(); k++) {
            CurveSet.Draws own = curves.both("orthogonal", lambda, Quantity.STABLE_RANK.at(k));
            CurveSet.Draws merged =
                    curves.get("orthogonal", lambda, Quantity.STABLE_RANK.at(k).of(Subject.MERGED));
            List<Fate> fates = fates("orthogonal", lambda);
            double[] end = Fate.only(own.at(own.last()), fates, Fate.FITTED, Fate.MOVING);
            Interval fall = Interval.geometric(ratios(own.at(0), end));
            Interval factor = Interval.geometric(ratios(merged.at(own.last()), end));
            draws = fall.draws();
            low &= fall.low() >= 2;
            matched &= factor.high() <= 1.5;
            worst = Math.max(worst, factor.mean());
            parts.add("W_" + k + " from " + NumberText.of(own.mean(0)) + " (untrained) to "
                    + Interval.of(end).text() + ", merged " + factor.text() + " times that");
        }
        if (draws == 0) {
            return nothingLearned("stable-rank", "orthogonal");
        }
        boolean enough = draws >= Interval.ENOUGH;
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
                String.join("; ", parts) + "." + counted("orthogonal", lambda)
                        + " Holds where every rank at least halves and the merged ones are within 1.5 times, by their"
                        + " intervals; two orthogonal matrices of equal spectrum would have √2 times" + enough(),
                Map.of("merged_over_individual", worst, "null_merged_over_individual", Math.sqrt(2)));
    }

    private Finding alignment() {
        double last = Interval.of(last("orthogonal", lambda, Quantity.ALIGNMENT.alone()))
                .mean();
        if (Double.isNaN(last)) {
            return nothingLearned("alignment", "orthogonal");
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
                        + counted("orthogonal", lambda),
                Map.of("alignment", last));
    }

    /** Mean ± standard deviation at the last step; the mean alone for one draw. */
    static String meanSd(CurveSet.Draws draws) {
        int last = draws.last();
        return NumberText.plusMinus(draws.mean(last), draws.sd(last));
    }
}
