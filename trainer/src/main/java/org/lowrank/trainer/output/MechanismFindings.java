package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.MechanismExperiment;
import org.lowrank.trainer.experiment.MechanismSettings;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/**
 * Theorem 2's chain of reasons, held against the curves: activations of the two networks become orthogonal, so merging changes no
 * hidden layer and no output. The theorem is about limits; these are networks at the end of a run, and the findings say so.
 */
final class MechanismFindings {
    /** A cosine, or a relative change, that counts as 0. */
    private static final double NONE = 0.05;

    /** One that counts as something. */
    private static final double SOME = 0.1;

    private final MechanismSettings settings;
    private final CurveSet curves;
    private final double lambda;
    private final String section;

    private MechanismFindings(MechanismSettings settings, CurveSet curves, double lambda) {
        this.settings = settings;
        this.curves = curves;
        this.lambda = lambda;
        this.section = section(lambda);
    }

    static String section(double lambda) {
        return "mechanism-lambda-" + Double.toString(lambda).replace('.', '_');
    }

    static List<Finding> of(MechanismSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            MechanismFindings of = new MechanismFindings(settings, curves, lambda);
            findings.add(of.orthogonality());
            findings.add(of.hidden());
            findings.add(of.output());
        }
        return findings;
    }

    private List<Fate> fates() {
        int layers = settings.hidden().size() + 1;
        String condition = MechanismExperiment.CONDITION;
        return Fate.worse(
                Fate.of(curves, condition, lambda, Subject.FIRST, layers),
                Fate.of(curves, condition, lambda, Subject.SECOND, layers));
    }

    private Interval end(CurveSet.Draws draws) {
        return Interval.of(Fate.only(draws.at(draws.last()), fates(), Fate.FITTED, Fate.MOVING));
    }

    private Interval both(Metric metric) {
        return end(curves.both(MechanismExperiment.CONDITION, lambda, metric));
    }

    /** 0 in every layer, something in one, or neither. */
    private static Verdict verdict(List<Interval> intervals) {
        if (!intervals.stream().allMatch(Interval::decides)) {
            return Verdict.UNDECIDED;
        }
        if (intervals.stream().anyMatch(interval -> interval.low() >= SOME)) {
            return Verdict.EXCEPTION;
        }
        return intervals.stream().allMatch(interval -> interval.high() <= NONE) ? Verdict.HOLDS : Verdict.UNDECIDED;
    }

    private String at() {
        return "λ = " + NumberText.exact(lambda) + ", step "
                + NumberText.exact(settings.protocol().steps()) + ": ";
    }

    private String counted() {
        return " Pairs: " + Fate.counts(fates()) + "; cosine of weights and gradient "
                + NumberText.of(both(Quantity.ALIGNMENT.alone()).mean()) + ".";
    }

    private Finding orthogonality() {
        List<Interval> ends = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        double largest = 0;
        double start = 0;
        for (int k = 1; k <= settings.hidden().size(); k++) {
            CurveSet.Draws cosine = curves.get(
                    MechanismExperiment.CONDITION, lambda, Quantity.COSINE.at(k).of(Subject.FIRST));
            Interval end = end(cosine);
            ends.add(end);
            parts.add("h_" + k + " from " + NumberText.of(cosine.mean(0)) + " at the start to " + end.text());
            if (end.mean() > largest) {
                largest = end.mean();
                start = cosine.mean(0);
            }
        }
        Verdict verdict = verdict(ends);
        return Finding.of(
                section + "/orthogonality",
                verdict,
                NumberText.of(largest),
                at()
                        + (verdict == Verdict.EXCEPTION
                                ? "activations of the two networks are not orthogonal"
                                : verdict == Verdict.HOLDS
                                        ? "activations of the two networks are orthogonal"
                                        : "whether activations of the two networks are orthogonal is not decided")
                        + "; their mean cosine is up to " + NumberText.of(largest) + ".",
                String.join("; ", parts) + "." + counted() + " Holds where every interval ends below "
                        + NumberText.exact(NONE) + ", an exception where one begins above " + NumberText.exact(SOME)
                        + ".",
                Map.of("cosine", largest, "null_cosine", start));
    }

    private Finding hidden() {
        List<Interval> ends = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        double largest = 0;
        for (int k = 1; k <= settings.hidden().size(); k++) {
            Interval gap = both(Quantity.ACTIVATION_GAP.at(k));
            ends.add(gap);
            largest = Math.max(largest, gap.mean());
            parts.add("h_" + k + " by " + gap.text() + " of its norm, W′_" + k + " sends it "
                    + both(Quantity.PROJECTION.at(k)).text() + " as far as W_" + k);
        }
        Verdict verdict = verdict(ends);
        return Finding.of(
                section + "/hidden",
                verdict,
                NumberText.percent(largest),
                at() + "merging changes hidden activations by up to " + NumberText.percent(largest) + " of their norm.",
                "On each network's own inputs: " + String.join("; ", parts) + "." + counted(),
                Map.of("activation_gap", largest));
    }

    private Finding output() {
        Interval gap = both(Quantity.OUTPUT_GAP.alone());
        Interval signed = both(Quantity.SIGNED_GAP.alone());
        CurveSet.Draws merged = curves.both(MechanismExperiment.CONDITION, lambda, Quantity.LOSS.of(Subject.MERGED));
        CurveSet.Draws own = curves.both(MechanismExperiment.CONDITION, lambda, Quantity.LOSS.alone());
        CurveSet.Draws ratios = merged.combine(own, (m, i) -> m / i);
        Interval ratio = Interval.geometric(Fate.only(ratios.at(ratios.last()), fates(), Fate.FITTED, Fate.MOVING));
        return Finding.of(
                section + "/output",
                verdict(List.of(gap)),
                NumberText.percent(gap.mean()),
                at() + "merging changes outputs by " + NumberText.percent(gap.mean()) + " on average and margins by "
                        + NumberText.percent(signed.mean()) + ", while the loss is ×" + NumberText.of(ratio.mean())
                        + ".",
                "Output gap " + gap.text() + ", signed " + signed.text() + ", loss ratio " + ratio.text()
                        + ". A loss of about e^{−margin} does not show a change of outputs that leaves margins as they are."
                        + counted(),
                Map.of("output_gap", gap.mean(), "signed_gap", signed.mean(), "loss_ratio", ratio.mean()));
    }
}
