package org.lowrank.analyzer.activation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Whether what one model learnt leaves the other task's inputs alone, by declared thresholds. */
public final class InterferenceFindings {
    private static final double SMALL = 0.1;
    private static final double MODERATE = 0.3;
    private static final double UNLIKE_RANDOM = 0.8;

    private InterferenceFindings() {}

    /** One finding over all matrices, of the direction that is worse; none where nothing was measured. */
    public static List<Finding> of(String model, List<TaskInterference> rows) {
        double onA = median(rows, row -> row.onA().interference());
        double onB = median(rows, row -> row.onB().interference());
        if (Double.isNaN(onA) || Double.isNaN(onB)) {
            return List.of();
        }
        boolean aIsWorse = onA >= onB;
        ToDoubleFunction<TaskInterference> random =
                row -> aIsWorse ? row.onA().nullInterference() : row.onB().nullInterference();
        double worst = Math.max(onA, onB);
        double nullWorst = median(rows, random);
        double relativeA = median(rows, row -> row.onA().relative());
        double relativeB = median(rows, row -> row.onB().relative());
        Map<String, Double> numbers = Map.ofEntries(
                Map.entry("interference_on_a", onA),
                Map.entry(
                        "null_interference_on_a", median(rows, row -> row.onA().nullInterference())),
                Map.entry("interference_on_b", onB),
                Map.entry(
                        "null_interference_on_b", median(rows, row -> row.onB().nullInterference())),
                Map.entry("relative_on_a", relativeA),
                Map.entry("null_relative_on_a", median(rows, row -> row.onA().nullRelative())),
                Map.entry("relative_on_b", relativeB),
                Map.entry("null_relative_on_b", median(rows, row -> row.onB().nullRelative())),
                Map.entry("own_relative_a", median(rows, row -> row.onA().ownRelative())),
                Map.entry("null_own_relative_a", median(rows, row -> row.onA().nullOwnRelative())),
                Map.entry("own_relative_b", median(rows, row -> row.onB().ownRelative())),
                Map.entry("null_own_relative_b", median(rows, row -> row.onB().nullOwnRelative())));
        Verdict verdict = verdict(worst, nullWorst);
        return List.of(new Finding(
                model,
                "",
                "interference",
                verdict,
                String.format(Locale.ROOT, "%.2f", worst),
                statement(verdict),
                String.format(
                        Locale.ROOT,
                        "medians over %d changed matrices. Inputs of A: B's change acts at %.3f of A's own (a random matrix of its "
                                + "norm %.3f), at %.4f of the base's output. Inputs of B: A's change at %.3f of B's own (random "
                                + "%.3f), at %.4f of the base's output. The worse direction decides: at most %.1f and at most %.1f "
                                + "of random holds, at most %.1f roughly. Small terms bound what adding both changes alters in each "
                                + "matrix's output; they do not say that the merged model's loss is unchanged: what a layer alters "
                                + "goes through all later ones",
                        rows.size(),
                        onA,
                        numbers.get("null_interference_on_a"),
                        relativeA,
                        onB,
                        numbers.get("null_interference_on_b"),
                        relativeB,
                        SMALL,
                        UNLIKE_RANDOM,
                        MODERATE),
                numbers));
    }

    private static Verdict verdict(double value, double random) {
        if (value > MODERATE) {
            return Verdict.EXCEPTION;
        }
        if (value > UNLIKE_RANDOM * random) {
            return Verdict.INDISTINGUISHABLE;
        }
        return value <= SMALL ? Verdict.HOLDS : Verdict.ROUGHLY;
    }

    private static String statement(Verdict verdict) {
        return switch (verdict) {
            case EXCEPTION ->
                "What one model learnt acts on the other's inputs about as the other's own learning does: the paper's "
                        + "condition for adding both does not hold for these models and texts";
            case INDISTINGUISHABLE ->
                "What one model learnt acts little on the other's inputs, but so would a random matrix of its norm";
            default ->
                "What one model learnt leaves the other's inputs nearly alone: the paper's condition for adding both holds for "
                        + "these models and texts";
        };
    }

    private static double median(List<TaskInterference> rows, ToDoubleFunction<TaskInterference> number) {
        double[] sorted = rows.stream()
                .mapToDouble(number)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        int half = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double[] middle = Arrays.copyOfRange(sorted, sorted.length % 2 == 1 ? half : half - 1, half + 1);
        return Arrays.stream(middle).average().orElse(Double.NaN);
    }
}
