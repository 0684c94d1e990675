package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;

/** What merging costs along an axis that the paper makes no claim about: measured, or not decided with too few draws. */
final class GridFindings {
    private final GridSlice slice;
    private final GridSettings settings;

    private GridFindings(GridSlice slice) {
        this.slice = slice;
        this.settings = slice.settings();
    }

    static List<Finding> of(GridSlice slice) {
        GridFindings of = new GridFindings(slice);
        List<Finding> findings = new ArrayList<>();
        findings.add(of.trend());
        if (slice.has(Quantity.OUTPUT_GAP)) {
            findings.add(slice.settings().axis() == GridSettings.Axis.OVERLAP ? of.bounds() : of.controls());
        }
        if (slice.settings().axis() == GridSettings.Axis.TASKS && slice.has(Quantity.SCALED_LOSS)) {
            findings.add(of.scaling());
        }
        return findings;
    }

    /** From the first value to the last, draw by draw. */
    private Finding trend() {
        List<Double> values = settings.values();
        List<CurveSet.Draws> ratios = slice.ratios(Quantity.MERGED_LOSS, Quantity.INDIVIDUAL_LOSS);
        List<CurveSet.Draws> errors = slice.all(Quantity.MERGED_ERROR);
        List<String> parts = new ArrayList<>();
        List<double[]> kept = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            double[] end = slice.last(ratios.get(i), i);
            kept.add(end);
            CurveSet.Draws error = errors.get(i);
            parts.add(slice.conditions().get(i) + ": ×"
                    + Interval.geometric(end).text() + ", merged error "
                    + NumberText.percent(error.mean(error.last())) + ", stable rank of hidden matrices "
                    + NumberText.of(Math.exp(Interval.of(slice.logRank(i)).mean())) + " ("
                    + Fate.counts(slice.fates(i)) + ")");
        }
        Interval change = Interval.geometric(quotients(kept.get(kept.size() - 1), kept.get(0)));
        boolean clear = change.low() > 1 || change.high() < 1;
        String told = !change.decides()
                ? "was measured in too few draws" + (change.draws() == 0 ? "" : ": ×" + change.text())
                : clear ? change.change() : "does not clearly change: ×" + change.text();
        return Finding.of(
                slice.id(),
                verdict(change),
                change.draws() == 0 ? "–" : "×" + NumberText.of(change.mean()),
                slice.title() + ": over the " + GridView.axis(settings) + ", from " + NumberText.exact(values.get(0))
                        + " to " + NumberText.exact(values.get(values.size() - 1))
                        + ", the ratio of merged to individual loss " + told + ".",
                String.join("; ", parts) + ". Geometric means with 95 % intervals over draws.",
                change.draws() == 0 ? Map.of() : Map.of("ratio_change", change.mean()));
    }

    /** Whether low rank by itself makes a network harmless to another, or its directions do. */
    private Finding controls() {
        List<CurveSet.Draws> rotated = slice.ratios(Quantity.ROTATED_GAP, Quantity.OUTPUT_GAP);
        List<CurveSet.Draws> gaussian = slice.ratios(Quantity.GAUSSIAN_GAP, Quantity.ROTATED_GAP);
        List<CurveSet.Draws> gaps = slice.all(Quantity.OUTPUT_GAP);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < gaps.size(); i++) {
            parts.add(slice.conditions().get(i) + ": trained "
                    + Interval.geometric(slice.last(gaps.get(i), i)).text() + ", random of the same singular values ×"
                    + Interval.geometric(slice.last(rotated.get(i), i)).text() + " that, normal of the same norm ×"
                    + Interval.geometric(slice.last(gaussian.get(i), i)).text() + " the latter");
        }
        int last = gaps.size() - 1;
        Interval low = Interval.geometric(slice.last(rotated.get(last), last));
        Interval full = Interval.geometric(slice.last(gaussian.get(last), last));
        return Finding.of(
                slice.id() + "/controls",
                verdict(low),
                low.draws() == 0 ? "–" : "×" + NumberText.of(low.mean()),
                low.draws() == 0
                        ? slice.title() + ": every network collapsed."
                        : slice.title() + ", " + slice.conditions().get(last)
                                + ": random hidden matrices of the same singular values change outputs ×"
                                + NumberText.of(low.mean()) + " as much as the trained ones, normal ones of the same"
                                + " norm ×" + NumberText.of(full.mean()) + " as much as those.",
                "Change of outputs Σ|f_{θ+θ′} − f_θ|/Σ|f_θ|; W′_1 is the trained one in all three, so that inputs stay"
                        + " orthogonal. " + String.join("; ", parts) + ".",
                low.draws() == 0
                        ? Map.of()
                        : Map.of("rotated_over_trained", low.mean(), "normal_over_rotated", full.mean()));
    }

    /** The triangle inequality's bounds, which no measurement may pass, and how far they are from it. */
    private Finding bounds() {
        List<CurveSet.Draws> slack = slice.ratios(Quantity.GAP_BOUND, Quantity.OUTPUT_GAP);
        List<CurveSet.Draws> norms = slice.ratios(Quantity.NORM_BOUND, Quantity.OUTPUT_GAP);
        List<CurveSet.Draws> gaps = slice.all(Quantity.OUTPUT_GAP);
        List<String> parts = new ArrayList<>();
        boolean within = true;
        double most = 0;
        for (int i = 0; i < gaps.size(); i++) {
            for (int record = 0; record <= slack.get(i).last(); record++) {
                for (double factor : slack.get(i).at(record)) {
                    within &= !(factor < 1 - 1e-9);
                }
            }
            Interval gap = Interval.geometric(slice.last(gaps.get(i), i));
            Interval bound = Interval.geometric(slice.last(slack.get(i), i));
            most = gap.draws() == 0 ? most : Math.max(most, bound.mean());
            parts.add(slice.conditions().get(i) + ": " + gap.text() + ", bound ×" + bound.text()
                    + " that, from norms alone ×"
                    + Interval.geometric(slice.last(norms.get(i), i)).text());
        }
        boolean decides = Interval.of(slice.last(gaps.get(0), 0)).decides();
        return Finding.of(
                slice.id() + "/bounds",
                !decides ? Verdict.UNDECIDED : within ? Verdict.INFORMATION : Verdict.EXCEPTION,
                "×" + NumberText.of(most),
                slice.title() + ": the change of outputs is " + (within ? "within" : "not always within")
                        + " the bound summed over layers at every recorded step, which is up to " + NumberText.of(most)
                        + " times as large at the end.",
                "Bound: ‖h̃_k − h_k‖ ≤ ‖W_k + W′_k‖_2 ‖h̃_{k−1} − h_{k−1}‖ + ‖W′_k h_{k−1}‖. "
                        + String.join("; ", parts) + ".",
                Map.of("bound_over_gap", most));
    }

    /** Sums, best multiples of them, and means. */
    private Finding scaling() {
        List<CurveSet.Draws> sums = slice.ratios(Quantity.MERGED_LOSS, Quantity.INDIVIDUAL_LOSS);
        List<CurveSet.Draws> bests = slice.ratios(Quantity.SCALED_LOSS, Quantity.INDIVIDUAL_LOSS);
        List<CurveSet.Draws> means = slice.ratios(Quantity.AVERAGED_LOSS, Quantity.INDIVIDUAL_LOSS);
        List<CurveSet.Draws> scales = slice.all(Quantity.BEST_SCALE);
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            parts.add(slice.conditions().get(i) + ": sum ×"
                    + Interval.geometric(slice.last(sums.get(i), i)).text()
                    + best(slice.last(scales.get(i), i), slice.last(bests.get(i), i)) + ", mean ×"
                    + Interval.geometric(slice.last(means.get(i), i)).text());
        }
        int last = sums.size() - 1;
        Interval sum = Interval.geometric(slice.last(sums.get(last), last));
        Interval mean = Interval.geometric(slice.last(means.get(last), last));
        double[] scale = slice.last(scales.get(last), last);
        Interval best = Interval.geometric(withBest(scale, slice.last(bests.get(last), last)));
        long without = withoutBest(scale);
        return Finding.of(
                slice.id() + "/scaling",
                verdict(sum),
                sum.draws() == 0 ? "–" : "×" + NumberText.of(mean.mean()),
                sum.draws() == 0
                        ? slice.title() + ": every network collapsed."
                        : slice.title() + ", " + slice.conditions().get(last) + ": the loss of the sum is ×"
                                + NumberText.of(sum.mean()) + " the individual one, "
                                + (best.draws() == 0
                                        ? ""
                                        : "of its best multiple ×" + NumberText.of(best.mean()) + ", ")
                                + "of the mean ×" + NumberText.of(mean.mean())
                                + (without == 0
                                        ? ""
                                        : "; in " + without + " of " + sum.draws()
                                                + " draws no multiple is best, larger ones being always better")
                                + ".",
                "Where no point is misclassified the loss falls for ever as outputs grow, so that no multiple is best; outputs are"
                        + " searched up to ×" + NumberText.exact(GridSettings.LARGEST_FACTOR)
                        + ". Errors of all three are the same, as f_{sθ} = s^K f_θ without biases. "
                        + String.join("; ", parts)
                        + ".",
                sum.draws() == 0 ? Map.of() : numbers(sum, best, mean));
    }

    private static Map<String, Double> numbers(Interval sum, Interval best, Interval mean) {
        return best.draws() == 0
                ? Map.of("sum_ratio", sum.mean(), "mean_ratio", mean.mean())
                : Map.of("sum_ratio", sum.mean(), "best_ratio", best.mean(), "mean_ratio", mean.mean());
    }

    /** The best multiple and its loss in the draws that have one, and how many have none. */
    private String best(double[] scales, double[] ratios) {
        long without = withoutBest(scales);
        Interval ratio = Interval.geometric(withBest(scales, ratios));
        return (ratio.draws() == 0
                        ? ""
                        : ", best multiple "
                                + Interval.of(withBest(scales, scales)).text() + " ×" + ratio.text())
                + (without == 0 ? "" : ", no multiple is best in " + without + (without == 1 ? " draw" : " draws"));
    }

    /** NaN where the best multiple lies at the limit of the search. */
    private double[] withBest(double[] scales, double[] values) {
        double[] kept = values.clone();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = atLimit(scales[i]) ? Double.NaN : kept[i];
        }
        return kept;
    }

    private long withoutBest(double[] scales) {
        return Arrays.stream(scales).filter(this::atLimit).count();
    }

    /** Multiples s of the weights are searched by the factor s^K of the outputs. */
    private boolean atLimit(double scale) {
        int layers = settings.hidden().size() + 1;
        return Math.pow(scale, layers) > GridSettings.LARGEST_FACTOR * (1 - 1e-5);
    }

    private static double[] quotients(double[] above, double[] below) {
        double[] quotients = new double[Math.min(above.length, below.length)];
        for (int i = 0; i < quotients.length; i++) {
            quotients[i] = above[i] / below[i];
        }
        return quotients;
    }

    private static Verdict verdict(Interval interval) {
        return interval.decides() ? Verdict.INFORMATION : Verdict.UNDECIDED;
    }
}
