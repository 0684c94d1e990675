package org.lowrank.survey.trace;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** How far weights move between checkpoints, beside how far unrelated random weights of the same norms are apart. */
final class MovementFinding {
    /** Movements this near to those of unrelated weights are none. */
    static final double UNRELATED = 0.98;

    private MovementFinding() {}

    /**
     * The finding of a stack; empty where no movement was measured.
     *
     * @param series at least two checkpoints
     */
    static Optional<Finding> of(String model, StackSeries series) {
        double largest = Double.NEGATIVE_INFINITY;
        double least = Double.POSITIVE_INFINITY;
        int at = 0;
        for (int i = 1; i < series.size(); i++) {
            double moved = series.relativeMovement(i);
            if (moved > largest) {
                largest = moved;
                at = i;
            }
            least = Double.isNaN(moved) ? least : Math.min(least, moved);
        }
        if (at == 0) {
            return Optional.empty();
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("largest_movement", largest);
        numbers.put("null_largest_movement", 1.0);
        numbers.put("least_movement", least);
        numbers.put("null_least_movement", 1.0);
        String half = "";
        double straight = series.directness();
        if (!Double.isNaN(straight)) {
            int middle = 0;
            while (middle < series.last() && series.relativeDistance(middle) > series.relativeDistance(0) / 2) {
                middle++;
            }
            numbers.put("directness", straight);
            numbers.put("null_directness", 1.0 / (series.size() - 1));
            numbers.put("half_way_step", (double) series.steps().get(middle));
            numbers.put("null_half_way_step", (double) series.steps().get(series.last()));
            half = "; half of the distance to the last is done by step "
                    + TraceFindings.count(series.steps().get(middle))
                    + "; the straight way is " + NumberText.percent(straight)
                    + " of the way taken, of unrelated weights "
                    + NumberText.percent(1.0 / (series.size() - 1));
        }
        boolean unrelated = least >= UNRELATED;
        return Optional.of(new Finding(
                model,
                series.stack(),
                "movement",
                unrelated ? Verdict.INDISTINGUISHABLE : Verdict.INFORMATION,
                NumberText.percent(largest),
                unrelated
                        ? "Checkpoints are as far apart as unrelated random weights"
                        : "Weights move most from step "
                                + TraceFindings.count(series.steps().get(at - 1)) + " to "
                                + TraceFindings.count(series.steps().get(at)) + ", " + NumberText.percent(largest)
                                + " of what unrelated ones are apart",
                "median over the matrices of ‖W_t − W_{t−1}‖ / √(‖W_t‖² + ‖W_{t−1}‖²), which is 100 % for unrelated random weights; "
                        + "least " + NumberText.percent(least) + half,
                numbers));
    }
}
