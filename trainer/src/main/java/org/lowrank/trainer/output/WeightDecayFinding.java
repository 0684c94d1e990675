package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/** What weight decay does to the loss of merged networks, and at which λ of the grid it is least. */
final class WeightDecayFinding {
    private final MergingDraws draws;

    WeightDecayFinding(MergingDraws draws) {
        this.draws = draws;
    }

    /** Which of numerator and denominator closes the gap. */
    Finding finding() {
        double lambda = draws.lambda();
        double least = draws.settings().weightDecays().get(0);
        Interval with = Interval.geometric(draws.lossRatios("orthogonal", lambda));
        Interval without = Interval.geometric(draws.lossRatios("orthogonal", least));
        if (least == lambda) {
            return MergingDraws.nothing(
                    "weight-decay",
                    "Weight decay: nothing to compare, since λ = " + NumberText.exact(lambda)
                            + " is the smallest of the run.",
                    draws.counted("orthogonal", lambda).strip());
        }
        if (with.draws() == 0 || without.draws() == 0) {
            return draws.nothingLearned(
                    "weight-decay", "Weight decay", "orthogonal", with.draws() == 0 ? lambda : least);
        }
        Interval closed = Interval.geometric(
                MergingDraws.ratios(draws.lossRatios("orthogonal", least), draws.lossRatios("orthogonal", lambda)));
        Interval fall = Interval.geometric(MergingDraws.ratios(
                draws.last("orthogonal", least, Quantity.LOSS.of(Subject.MERGED)),
                draws.last("orthogonal", lambda, Quantity.LOSS.of(Subject.MERGED))));
        Interval rise = Interval.geometric(MergingDraws.ratios(
                draws.last("orthogonal", lambda, Quantity.LOSS.alone()),
                draws.last("orthogonal", least, Quantity.LOSS.alone())));
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
        for (double at : draws.settings().weightDecays()) {
            parts.add("λ = " + NumberText.exact(at) + ": merged "
                    + NumberText.of(Interval.geometric(draws.last("orthogonal", at, Quantity.LOSS.of(Subject.MERGED)))
                            .mean())
                    + ", individual "
                    + NumberText.of(Interval.geometric(draws.last("orthogonal", at, Quantity.LOSS.alone()))
                            .mean()) + " (×"
                    + Interval.geometric(draws.lossRatios("orthogonal", at)).text() + "; "
                    + Fate.counts(draws.fates("orthogonal", at)) + ")");
        }
        return Finding.of(
                "weight-decay",
                verdict,
                "×" + NumberText.of(without.mean()) + " → ×" + NumberText.of(with.mean()),
                "Merged over individual loss goes from " + NumberText.of(without.mean()) + " at λ = "
                        + NumberText.exact(least) + " to " + NumberText.of(with.mean()) + " at λ = "
                        + NumberText.exact(lambda) + ", " + how + ".",
                "Draw by draw the ratio " + closed.inverse().change() + ": the merged loss "
                        + fall.inverse().change() + ", the individual one " + rise.change() + ". " + best(least)
                        + errors()
                        + String.join("; ", parts)
                        + ". Holds where the merged loss itself falls, roughly where only the ratio does"
                        + MergingDraws.enough(),
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

    /** How many points merged networks get wrong, or right by too little, whatever the λ: what a ratio of losses does not say. */
    private String errors() {
        double wrong = 0;
        double narrow = 0;
        for (double at : draws.settings().weightDecays()) {
            wrong = Math.max(wrong, worst(at, Quantity.ERROR.of(Subject.MERGED)));
            narrow = Math.max(narrow, worst(at, Quantity.MARGIN_ERROR.of(Subject.MERGED)));
        }
        return "Over all λ and draws merged networks misclassify "
                + (wrong == 0 ? "no point" : "at most " + NumberText.percent(wrong) + " of the points") + ", and "
                + (narrow == 0 ? "none" : "at most " + NumberText.percent(narrow)) + " has a margin below 1. ";
    }

    private double worst(double at, Metric metric) {
        return Arrays.stream(draws.last("orthogonal", at, metric))
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }

    /** The λ at which the merged loss is least, with an interval corrected for having chosen it. */
    private String best(double least) {
        int candidates = draws.settings().weightDecays().size() - 1;
        double chosen = least;
        for (double at : draws.settings().weightDecays()) {
            double here = Interval.geometric(draws.last("orthogonal", at, Quantity.LOSS.of(Subject.MERGED)))
                    .mean();
            if (here
                    < Interval.geometric(draws.last("orthogonal", chosen, Quantity.LOSS.of(Subject.MERGED)))
                            .mean()) {
                chosen = at;
            }
        }
        if (chosen == least) {
            return "No λ of the grid has a lower merged loss than λ = " + NumberText.exact(least) + ". ";
        }
        Interval fall = Interval.geometric(
                MergingDraws.ratios(
                        draws.last("orthogonal", least, Quantity.LOSS.of(Subject.MERGED)),
                        draws.last("orthogonal", chosen, Quantity.LOSS.of(Subject.MERGED))),
                candidates);
        return "The merged loss is least at λ = " + NumberText.exact(chosen) + ", " + fall.text()
                + " times lower than at λ = " + NumberText.exact(least) + " (interval corrected for choosing among "
                + candidates + "). ";
    }
}
