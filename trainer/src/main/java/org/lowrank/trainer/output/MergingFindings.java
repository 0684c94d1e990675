package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.MergingSettings;

/** The four hypotheses of Section 6.2, held against the curves. */
final class MergingFindings {
    /** The merged network does "nearly as well": its loss is at most this many times the individual networks'. */
    static final double NEARLY = 3;

    /** Half-way verdict; at or beyond it, a network does "poorly". */
    static final double POORLY = 10;

    private MergingFindings() {}

    static List<Finding> of(MergingSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        findings.add(orthogonal(settings, curves));
        findings.add(same(settings, curves));
        findings.add(weightDecay(settings, curves));
        findings.add(stableRank(settings, curves));
        findings.add(alignment(settings, curves));
        return findings;
    }

    /** The figure a finding is read from. */
    static String figure(Finding finding) {
        return switch (finding.id()) {
            case "orthogonal-tasks", "same-task" -> "losses";
            case "weight-decay", "stable-rank" -> "ranks";
            case "alignment" -> "norms";
            default -> finding.id();
        };
    }

    private static double ratio(CurveSet curves, String condition, double lambda, int record) {
        return curves.both(condition, lambda, "loss_merged").mean(record)
                / curves.both(condition, lambda, "loss").mean(record);
    }

    private static Finding orthogonal(MergingSettings settings, CurveSet curves) {
        double lambda = settings.weightDecay();
        CurveSet.Draws own = curves.both("orthogonal", lambda, "loss");
        CurveSet.Draws merged = curves.both("orthogonal", lambda, "loss_merged");
        CurveSet.Draws errors = curves.both("orthogonal", lambda, "error_merged");
        int last = own.last();
        double ratio = ratio(curves, "orthogonal", lambda, last);
        Verdict verdict = ratio <= NEARLY ? Verdict.HOLDS : ratio <= POORLY ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        int from = last + 1;
        while (from > 0 && ratio(curves, "orthogonal", lambda, from - 1) <= NEARLY && own.steps()[from - 1] > 0) {
            from--;
        }
        String since = from <= last
                ? "The merged loss stays within " + NumberText.exact(NEARLY) + " times the individual one from step "
                        + NumberText.exact(own.steps()[from]) + " on."
                : "It never comes within " + NumberText.exact(NEARLY) + " times.";
        return Finding.of(
                "orthogonal-tasks",
                verdict,
                "×" + NumberText.of(ratio),
                "Orthogonal tasks: the merged network's loss is " + NumberText.of(ratio)
                        + " times the individual networks' after "
                        + NumberText.exact(own.steps()[last]) + " steps.",
                "Individual " + meanSd(own) + ", merged " + meanSd(merged) + ", merged 0/1 error "
                        + NumberText.percent(errors.mean(last)) + ". " + since + " Holds up to ×"
                        + NumberText.exact(NEARLY)
                        + ", roughly up to ×" + NumberText.exact(POORLY) + ".",
                Map.of("loss_ratio", ratio));
    }

    private static Finding same(MergingSettings settings, CurveSet curves) {
        double lambda = settings.weightDecay();
        CurveSet.Draws own = curves.both("same", lambda, "loss");
        CurveSet.Draws merged = curves.both("same", lambda, "loss_merged");
        CurveSet.Draws errors = curves.both("same", lambda, "error_merged");
        int last = own.last();
        double ratio = ratio(curves, "same", lambda, last);
        double contrast = ratio / ratio(curves, "orthogonal", lambda, last);
        Verdict verdict = ratio >= POORLY ? Verdict.HOLDS : contrast >= 2 ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        return Finding.of(
                "same-task",
                verdict,
                "×" + NumberText.of(ratio),
                "Same task: the merged network's loss is " + NumberText.of(ratio)
                        + " times the individual networks'; it performs poorly on both.",
                "Individual " + meanSd(own) + ", merged " + meanSd(merged) + ", merged 0/1 error "
                        + NumberText.percent(errors.mean(last)) + "; " + NumberText.of(contrast)
                        + " times the ratio for orthogonal tasks. Holds from ×" + NumberText.exact(POORLY)
                        + ", roughly where twice the orthogonal ratio.",
                Map.of("loss_ratio", ratio, "contrast", contrast));
    }

    private static Finding weightDecay(MergingSettings settings, CurveSet curves) {
        List<String> parts = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            CurveSet.Draws own = curves.both("orthogonal", lambda, "loss");
            CurveSet.Draws gap =
                    curves.both("orthogonal", lambda, "loss_merged").combine(own, (m, i) -> m - i);
            parts.add("λ = " + NumberText.exact(lambda) + ": gap " + meanSd(gap) + " (×"
                    + NumberText.of(ratio(curves, "orthogonal", lambda, own.last())) + ")");
        }
        double least = settings.weightDecays().get(0);
        int last = curves.get("orthogonal", least, "loss_first").last();
        double without = ratio(curves, "orthogonal", least, last);
        double with = ratio(curves, "orthogonal", settings.weightDecay(), last);
        Verdict verdict = with <= without / 2 ? Verdict.HOLDS : with < without ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        return Finding.of(
                "weight-decay",
                verdict,
                "×" + NumberText.of(without) + " → ×" + NumberText.of(with),
                "Weight decay closes the gap: merged over individual loss falls from " + NumberText.of(without)
                        + " at λ = "
                        + NumberText.exact(least) + " to " + NumberText.of(with) + " at λ = "
                        + NumberText.exact(settings.weightDecay()) + ".",
                String.join("; ", parts) + ". Holds where the ratio at least halves. The gap itself also depends on the"
                        + " loss, which grows with λ: the panel's switch shows the ratio.",
                Map.of("loss_ratio_without", without, "loss_ratio", with));
    }

    private static Finding stableRank(MergingSettings settings, CurveSet curves) {
        double lambda = settings.weightDecay();
        List<String> parts = new ArrayList<>();
        boolean low = true;
        boolean matched = true;
        double worst = 0;
        for (int k = 1; k <= settings.hidden().size(); k++) {
            CurveSet.Draws own = curves.both("orthogonal", lambda, "stable_rank_w" + k);
            CurveSet.Draws merged = curves.get("orthogonal", lambda, "stable_rank_w" + k + "_merged");
            int last = own.last();
            low &= own.mean(last) <= own.mean(0) / 2;
            double factor = merged.mean(last) / own.mean(last);
            worst = Math.max(worst, factor);
            matched &= factor <= 1.5;
            parts.add("W_" + k + " from " + NumberText.of(own.mean(0)) + " to " + meanSd(own) + ", merged "
                    + meanSd(merged));
        }
        return Finding.of(
                "stable-rank",
                low && matched ? Verdict.HOLDS : low ? Verdict.ROUGHLY : Verdict.EXCEPTION,
                "×" + NumberText.of(worst),
                (low ? "Stable ranks fall to small values; " : "Stable ranks do not halve; ")
                        + "the merged network's are up to " + NumberText.of(worst) + " times the individual networks'.",
                String.join("; ", parts) + ". Holds where every rank at least halves and the merged ones are within 1.5"
                        + " times; two orthogonal matrices of equal spectrum would have √2 times.",
                Map.of("largest_rank_ratio", worst));
    }

    private static Finding alignment(MergingSettings settings, CurveSet curves) {
        double lambda = settings.weightDecay();
        CurveSet.Draws alignment = curves.both("orthogonal", lambda, "alignment");
        List<String> norms = new ArrayList<>();
        for (int k = 1; k <= settings.hidden().size() + 1; k++) {
            norms.add(meanSd(curves.both("orthogonal", lambda, "frobenius_norm_w" + k)));
        }
        double last = alignment.mean(alignment.last());
        return Finding.of(
                "alignment",
                Verdict.INFORMATION,
                NumberText.of(last),
                "Weights and negative gradient have cosine " + NumberText.of(last) + " at the end (Lemma 1: 1 at a"
                        + " stationary point).",
                "Frobenius norms of the layers (Lemma 3: equal): " + String.join(", ", norms) + ".",
                Map.of("alignment", last));
    }

    /** Mean ± standard deviation at the last step. */
    static String meanSd(CurveSet.Draws draws) {
        int last = draws.last();
        return NumberText.plusMinus(draws.mean(last), draws.values().length > 1 ? draws.sd(last) : 0);
    }
}
