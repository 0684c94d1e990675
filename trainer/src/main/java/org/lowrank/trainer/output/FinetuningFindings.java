package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.FinetuningSettings.Optimizer;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/**
 * Whether the paper's picture of merging carries over to a pretrained encoder: tasks without a common token merge, tasks with
 * common ones do not, decay closes the gap, and what is predicted from the task vectors alone tells the loss lost.
 */
final class FinetuningFindings {
    /** A share of errors on the windows it was trained on above which an encoder alone has not learnt its task. */
    private static final double UNFITTED = 0.05;

    private final FinetuningSettings settings;
    private final FinetuningCurves curves;
    private final Optimizer optimizer;
    private final double least;
    private final double most;

    private FinetuningFindings(FinetuningSettings settings, FinetuningCurves curves, Optimizer optimizer) {
        this.settings = settings;
        this.curves = curves;
        this.optimizer = optimizer;
        List<Double> lambdas = settings.training().weightDecays();
        least = lambdas.get(0);
        most = lambdas.get(lambdas.size() - 1);
    }

    static List<Finding> of(FinetuningSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (Optimizer optimizer : Optimizer.values()) {
            FinetuningFindings of =
                    new FinetuningFindings(settings, new FinetuningCurves(settings, curves, optimizer), optimizer);
            findings.add(of.disjoint());
            findings.add(of.contrast());
            findings.add(of.weightDecay());
            findings.add(of.prediction());
            findings.add(of.ranks());
        }
        return findings;
    }

    private static String id(Optimizer optimizer, String figure, String which) {
        return figure + "/" + optimizer.key() + "-" + which;
    }

    /** The largest share of errors of encoders alone on what they were trained on. */
    private double missed() {
        double most = 0;
        for (String condition : List.of(FinetuningSettings.DISJOINT, FinetuningSettings.SHARED)) {
            for (double lambda : settings.training().weightDecays()) {
                most = Math.max(most, curves.mean(condition, lambda, Quantity.ERROR.alone()));
            }
        }
        return most;
    }

    private boolean isUnfitted() {
        return missed() > UNFITTED;
    }

    private String start(String text) {
        return optimizer.title() + ", " + text;
    }

    private String enough() {
        return "; below " + Interval.ENOUGH + " draws, or where encoders alone err on more than "
                + NumberText.percent(UNFITTED) + " of what they were trained on (here at most "
                + NumberText.percent(missed()) + "), nothing is decided.";
    }

    /** The merged network against the networks alone, tasks without a common token. */
    private Finding disjoint() {
        Interval ratio = Interval.geometric(curves.ratios(FinetuningSettings.DISJOINT, most));
        Interval untrained = Interval.geometric(curves.untrained(FinetuningSettings.DISJOINT, most));
        Verdict verdict;
        if (!ratio.decides() || isUnfitted()) {
            verdict = Verdict.UNDECIDED;
        } else if (ratio.high() <= MergingFindings.NEARLY) {
            verdict = Verdict.HOLDS;
        } else if (ratio.high() <= MergingFindings.POORLY && ratio.high() < untrained.low()) {
            verdict = Verdict.ROUGHLY;
        } else {
            verdict = ratio.low() > MergingFindings.NEARLY ? Verdict.EXCEPTION : Verdict.UNDECIDED;
        }
        return Finding.of(
                id(optimizer, "losses", "disjoint"),
                verdict,
                "×" + NumberText.of(ratio.mean()),
                start("no token in common, λ = " + NumberText.exact(most) + ": the merged encoder's loss is "
                        + ratio.text() + " times that of each encoder alone on its task."),
                each(FinetuningSettings.DISJOINT) + " An encoder that was not fine-tuned has "
                        + NumberText.of(untrained.mean()) + " times the loss. Holds where the interval ends below ×"
                        + NumberText.exact(MergingFindings.NEARLY) + ", roughly below ×"
                        + NumberText.exact(MergingFindings.POORLY) + " and below the untrained one" + enough(),
                Map.of("loss_ratio", ratio.mean(), "null_loss_ratio", untrained.mean()));
    }

    /** {@code λ = 0: alone 0.1, merged 0.2, errors 1 % and 3 %, held out 10 % and 12 %; …}. */
    private String each(String condition) {
        List<String> parts = new ArrayList<>();
        for (double lambda : settings.training().weightDecays()) {
            parts.add("λ = " + NumberText.exact(lambda) + ": alone "
                    + Interval.geometric(curves.alone(condition, lambda)).text() + ", merged "
                    + Interval.geometric(curves.merged(condition, lambda)).text() + " (×"
                    + Interval.geometric(curves.ratios(condition, lambda)).text() + "), errors "
                    + percents(condition, lambda, Quantity.ERROR) + ", on windows held out "
                    + percents(condition, lambda, Quantity.HELD_OUT_ERROR));
        }
        return String.join("; ", parts) + ".";
    }

    private String percents(String condition, double lambda, Quantity metric) {
        return NumberText.percent(curves.mean(condition, lambda, metric.alone())) + " and "
                + NumberText.percent(curves.mean(condition, lambda, metric.of(Subject.MERGED)));
    }

    /** The paper's contrast: the same inputs with other labels do not merge. */
    private Finding contrast() {
        Interval contrast = Interval.geometric(FinetuningCurves.over(
                curves.ratios(FinetuningSettings.SHARED, most), curves.ratios(FinetuningSettings.DISJOINT, most)));
        Verdict verdict = !contrast.decides() || isUnfitted()
                ? Verdict.UNDECIDED
                : contrast.low() >= 2
                        ? Verdict.HOLDS
                        : contrast.low() > 1
                                ? Verdict.ROUGHLY
                                : contrast.high() < 1 ? Verdict.EXCEPTION : Verdict.INDISTINGUISHABLE;
        return Finding.of(
                id(optimizer, "losses", "shared"),
                verdict,
                "×" + NumberText.of(contrast.mean()),
                start("the same tokens with other labels: what merging costs is " + contrast.text()
                        + " times what it costs without a common token."),
                each(FinetuningSettings.SHARED) + " Draw by draw, at λ = " + NumberText.exact(most)
                        + ". Holds where the interval begins above ×2, roughly above ×1" + enough(),
                Map.of("contrast", contrast.mean(), "null_contrast", 1.0));
    }

    /** Whether decay closes the gap, and of numerator and denominator which one does. */
    private Finding weightDecay() {
        String condition = FinetuningSettings.DISJOINT;
        Interval closed = Interval.geometric(
                FinetuningCurves.over(curves.ratios(condition, least), curves.ratios(condition, most)));
        Interval fall = Interval.geometric(
                FinetuningCurves.over(curves.merged(condition, least), curves.merged(condition, most)));
        Interval rise = Interval.geometric(
                FinetuningCurves.over(curves.alone(condition, most), curves.alone(condition, least)));
        Verdict verdict;
        if (!closed.decides() || least == most || isUnfitted()) {
            verdict = Verdict.UNDECIDED;
        } else if (closed.low() > 1) {
            verdict = fall.low() > 1 ? Verdict.HOLDS : Verdict.ROUGHLY;
        } else {
            verdict = closed.high() < 1 ? Verdict.EXCEPTION : Verdict.INDISTINGUISHABLE;
        }
        double step = settings.training().step(optimizer);
        double shrunk = 1 - Math.pow(1 - step * most, settings.training().steps());
        return Finding.of(
                id(optimizer, "losses", "weight-decay"),
                verdict,
                "×" + NumberText.of(closed.mean()),
                start("from λ = " + NumberText.exact(least) + " to " + NumberText.exact(most)
                        + " the ratio of merged to individual loss "
                        + closed.inverse().change() + "."),
                "The merged loss " + fall.inverse().change() + ", the individual one " + rise.change() + ". In "
                        + NumberText.exact(settings.training().steps()) + " steps decay alone takes "
                        + NumberText.percent(shrunk)
                        + " off every weight, 1 − (1 − ηλ)^t; in the sum of the task vectors the base"
                        + " loses it twice. Holds where the merged loss itself falls, roughly where only the ratio does"
                        + enough(),
                Map.of("fall", closed.mean(), "null_fall", 1.0));
    }

    /** Predicted overlap against the loss lost, over draws and both conditions. */
    private Finding prediction() {
        RankCorrelation row = curves.correlation(Quantity.ROW_OVERLAP);
        Verdict verdict = row.count() < 2 * Interval.ENOUGH || isUnfitted()
                ? Verdict.UNDECIDED
                : row.isChance() ? Verdict.INDISTINGUISHABLE : row.rho() > 0 ? Verdict.HOLDS : Verdict.EXCEPTION;
        return Finding.of(
                id(optimizer, "prediction", "overlap"),
                verdict,
                NumberText.of(row.rho()),
                start("predicted overlap of what the task vectors read against the loss lost: Spearman's ρ "
                        + NumberText.of(row.rho()) + (row.isChance() ? ", as chance gives." : ".")),
                "Over " + row.count() + " merges (draws and both conditions, means over λ): row overlap "
                        + row.text() + ", column overlap "
                        + curves.correlation(Quantity.COLUMN_OVERLAP).text() + ", cosine "
                        + curves.correlation(Quantity.TASK_VECTOR_COSINE).text() + ", singular task interference "
                        + curves.correlation(Quantity.RELATIVE_INTERFERENCE).text()
                        + "; 95 % of random orders lie within ±"
                        + NumberText.of(row.quantile()) + ". Within one condition row overlap "
                        + curves.correlation(Quantity.ROW_OVERLAP, FinetuningSettings.DISJOINT)
                                .text() + " (disjoint) and "
                        + curves.correlation(Quantity.ROW_OVERLAP, FinetuningSettings.SHARED)
                                .text()
                        + " (shared). Holds where overlap goes with loss beyond chance, an exception where it goes against it.",
                Map.of("rank_correlation", row.rho(), "null_rank_correlation", row.quantile()));
    }

    private Finding ranks() {
        String condition = FinetuningSettings.DISJOINT;
        Interval without = Interval.of(curves.stableRanks(condition, least));
        Interval with = Interval.of(curves.stableRanks(condition, most));
        double gaussian = curves.mean(condition, most, Quantity.GAUSSIAN_RANK);
        double change = curves.mean(condition, most, Quantity.CHANGE.alone());
        return Finding.of(
                id(optimizer, "prediction", "rank"),
                Verdict.INFORMATION,
                NumberText.of(with.mean()),
                start("the task vectors have a stable rank of " + with.text() + " where random matrices have "
                        + NumberText.of(gaussian) + "; without decay " + without.text() + "."),
                String.format(
                        Locale.ROOT,
                        "Mean over the matrices of the layers. Fine-tuning changes the weights by %s of their norm. Predicted row overlap"
                                + " %s (shared %s) where unrelated task vectors show %s, cosine %s (shared %s).",
                        NumberText.percent(change),
                        NumberText.of(curves.mean(condition, most, Quantity.ROW_OVERLAP)),
                        NumberText.of(curves.mean(FinetuningSettings.SHARED, most, Quantity.ROW_OVERLAP)),
                        NumberText.of(curves.mean(condition, most, Quantity.RANDOM_ROW_OVERLAP)),
                        NumberText.of(curves.mean(condition, most, Quantity.TASK_VECTOR_COSINE)),
                        NumberText.of(curves.mean(FinetuningSettings.SHARED, most, Quantity.TASK_VECTOR_COSINE))),
                Map.of("stable_rank", with.mean(), "null_stable_rank", gaussian));
    }
}
