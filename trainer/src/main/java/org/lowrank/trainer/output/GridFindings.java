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

/** What merging costs along an axis that the paper makes no claim about: measured, or not decided with too few draws. */
final class GridFindings {
    private GridFindings() {}

    static List<Finding> of(GridSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            findings.add(trend(settings, curves, lambda));
        }
        return findings;
    }

    /** From the first value to the last, draw by draw. */
    private static Finding trend(GridSettings settings, CurveSet curves, double lambda) {
        List<Double> values = settings.values();
        List<CurveSet.Draws> ratios = GridView.ratio(settings, curves, lambda);
        List<String> parts = new ArrayList<>();
        List<double[]> kept = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String condition = settings.condition(values.get(i));
            int layers = layers(curves, condition, lambda);
            List<Fate> fates = Fate.of(curves, condition, lambda, Subject.ALONE, layers);
            CurveSet.Draws ratio = ratios.get(i);
            double[] end = Fate.only(ratio.at(ratio.last()), fates, Fate.FITTED, Fate.MOVING);
            kept.add(end);
            CurveSet.Draws error = curves.get(condition, lambda, Quantity.MERGED_ERROR.alone());
            CurveSet.Draws rank = curves.get(condition, lambda, Quantity.STABLE_RANK.at(1));
            parts.add(condition + ": ×" + Interval.geometric(end).text() + ", merged error "
                    + NumberText.percent(error.mean(error.last())) + ", stable rank of W_1 "
                    + NumberText.of(rank.mean(rank.last())) + " (" + Fate.counts(fates) + ")");
        }
        double[] first = kept.get(0);
        double[] last = kept.get(kept.size() - 1);
        double[] changes = new double[Math.min(first.length, last.length)];
        for (int i = 0; i < changes.length; i++) {
            changes[i] = last[i] / first[i];
        }
        Interval change = Interval.geometric(changes);
        String direction = change.low() > 1 ? "rises" : change.high() < 1 ? "falls" : "does not clearly change";
        return Finding.of(
                GridView.ID + "-" + Double.toString(lambda).replace('.', '_'),
                change.decides() ? Verdict.INFORMATION : Verdict.UNDECIDED,
                change.draws() == 0 ? "–" : "×" + NumberText.of(change.mean()),
                "Over the " + GridView.axis(settings) + ", from " + NumberText.exact(values.get(0)) + " to "
                        + NumberText.exact(values.get(values.size() - 1)) + ", the ratio of merged to individual loss "
                        + (change.decides() ? direction : "was measured in too few draws")
                        + (change.draws() == 0 ? "" : " (×" + change.text() + ")") + ".",
                String.join("; ", parts) + ". Geometric means with 95 % intervals over draws.",
                change.draws() == 0 ? Map.of() : Map.of("ratio_change", change.mean()));
    }

    private static int layers(CurveSet curves, String condition, double lambda) {
        int layers = 0;
        while (curves.has(condition, lambda, Quantity.FROBENIUS_NORM.at(layers + 1))) {
            layers++;
        }
        return layers;
    }
}
