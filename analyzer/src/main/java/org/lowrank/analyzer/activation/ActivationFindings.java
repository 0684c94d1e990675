package org.lowrank.analyzer.activation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** What two texts' activations say about the paper's condition, by declared thresholds. */
public final class ActivationFindings {
    /** As far from random directions as may pass for random. */
    private static final double NEAR = 1.5;

    /** From here on the claim fails. */
    private static final double FAR = 3;

    private ActivationFindings() {}

    /** One finding about the inputs of matrices over all layers; none where nothing was measured. */
    public static List<Finding> of(String model, List<ActivationOverlap> rows) {
        List<ActivationOverlap> inputs = rows.stream()
                .filter(row -> row.layer() >= 0 && !row.input().equals("hidden"))
                .toList();
        if (inputs.isEmpty()) {
            return List.of();
        }
        Map<String, Double> numbers = numbers(inputs);
        double random = median(inputs, row -> row.random().p99());
        double ratio = number(numbers, "cos_abs_p99") / random;
        Verdict verdict = ratio <= 1 / FAR
                ? Verdict.HOLDS
                : ratio <= NEAR ? Verdict.INDISTINGUISHABLE : ratio <= FAR ? Verdict.INFORMATION : Verdict.EXCEPTION;
        String detail = String.format(
                Locale.ROOT,
                "99 %% quantile of |cos|, median over the inputs of all matrices: %.3f; random directions %.3f; %s%.3f; one "
                        + "subject, A's own parts, %.3f; less the common mean %.3f. Share of B's energy in A's leading directions "
                        + "%.2f, of A's own second part %.2f (less the mean %.2f and %.2f). The uncentred reading decides: a "
                        + "weight multiplies the vector with its mean. %s; at most %.1f times random directions is as random, "
                        + "beyond %.0f times an exception",
                number(numbers, "cos_abs_p99"),
                random,
                inputs.get(0).nullModel() == null ? "without a null model " : "the same model with random weights ",
                number(numbers, "null_cos_abs_p99"),
                number(numbers, "own_cos_abs_p99"),
                number(numbers, "centred_cos_abs_p99"),
                number(numbers, "energy_b_in_a"),
                number(numbers, "own_energy_a_in_a"),
                number(numbers, "centred_energy_b_in_a"),
                number(numbers, "centred_own_energy_a_in_a"),
                follows(verdict),
                NEAR,
                FAR);
        return List.of(new Finding(
                model,
                "",
                "activation-overlap",
                verdict,
                String.format(Locale.ROOT, "×%.1f", ratio),
                statement(verdict),
                detail,
                numbers));
    }

    private static String statement(Verdict verdict) {
        return switch (verdict) {
            case EXCEPTION ->
                "The two texts' inputs are not nearly orthogonal inside the model: the condition the paper puts on "
                        + "merging does not hold here";
            case HOLDS -> "The two texts' inputs are more orthogonal inside the model than random directions";
            case INFORMATION ->
                "The two texts' inputs are less orthogonal inside the model than random directions, by less than a factor of 3";
            default -> "The two texts' inputs are as orthogonal inside the model as random directions";
        };
    }

    /** What follows for merging, and what does not. */
    private static String follows(Verdict verdict) {
        return verdict == Verdict.EXCEPTION
                ? "For merging follows: inputs alone do not keep two tasks apart, so a change learnt on A's leading directions acts on "
                        + "B too. It does not follow that merged models fail: that depends on what a fine-tuning changed along these "
                        + "directions (--tuned-a, --tuned-b)"
                : "For merging follows: a change that acts on A's inputs alone acts on B's no more than on random vectors. It does not "
                        + "follow that a given fine-tuning is such a change (--tuned-a, --tuned-b)";
    }

    /** Medians over inputs; the null is the model with random weights where it was run, else random directions. */
    private static Map<String, Double> numbers(List<ActivationOverlap> inputs) {
        ToDoubleFunction<ActivationOverlap> randomP99 = row -> row.random().p99();
        ToDoubleFunction<ActivationOverlap> randomEnergy = row -> row.random().energy();
        Map<String, Double> numbers = new TreeMap<>();
        numbers.put("cos_abs_p99", median(inputs, row -> row.raw().p99()));
        numbers.put("null_cos_abs_p99", median(inputs, nullOr(ActivationOverlap.Reading::p99, randomP99)));
        numbers.put("own_cos_abs_p99", median(inputs, row -> row.raw().ownP99()));
        numbers.put("null_own_cos_abs_p99", median(inputs, nullOr(ActivationOverlap.Reading::ownP99, randomP99)));
        numbers.put("centred_cos_abs_p99", median(inputs, row -> row.centred().p99()));
        numbers.put("null_centred_cos_abs_p99", median(inputs, randomP99));
        numbers.put("energy_b_in_a", median(inputs, row -> row.raw().energyBInA()));
        numbers.put("null_energy_b_in_a", median(inputs, nullOr(ActivationOverlap.Reading::energyBInA, randomEnergy)));
        numbers.put("own_energy_a_in_a", median(inputs, row -> row.raw().energyAInA()));
        numbers.put(
                "null_own_energy_a_in_a", median(inputs, nullOr(ActivationOverlap.Reading::energyAInA, randomEnergy)));
        numbers.put("centred_energy_b_in_a", median(inputs, row -> row.centred().energyBInA()));
        numbers.put("null_centred_energy_b_in_a", median(inputs, randomEnergy));
        numbers.put(
                "centred_own_energy_a_in_a", median(inputs, row -> row.centred().energyAInA()));
        numbers.put("null_centred_own_energy_a_in_a", median(inputs, randomEnergy));
        return numbers;
    }

    private static ToDoubleFunction<ActivationOverlap> nullOr(
            ToDoubleFunction<ActivationOverlap.Reading> ofNullModel, ToDoubleFunction<ActivationOverlap> otherwise) {
        return row -> {
            ActivationOverlap.Reading reading = row.nullModel();
            return reading == null ? otherwise.applyAsDouble(row) : ofNullModel.applyAsDouble(reading);
        };
    }

    private static double number(Map<String, Double> numbers, String name) {
        return Objects.requireNonNull(numbers.get(name));
    }

    private static double median(List<ActivationOverlap> rows, ToDoubleFunction<ActivationOverlap> number) {
        double[] sorted = rows.stream().mapToDouble(number).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
