package org.lowrank.analyzer.activation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** What two texts' activations say about the paper's condition, by declared thresholds. */
public final class ActivationFindings {
    private static final double NEAR = 1.5;
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
        double p99 = median(inputs, row -> row.raw().p99());
        double random = median(inputs, row -> row.random().p99());
        double own = median(inputs, row -> row.raw().ownP99());
        double centred = median(inputs, row -> row.centred().p99());
        double energy = median(inputs, row -> row.raw().energyBInA());
        double ownEnergy = median(inputs, row -> row.raw().energyAInA());
        double centredEnergy = median(inputs, row -> row.centred().energyBInA());
        double centredOwn = median(inputs, row -> row.centred().energyAInA());
        double nullEnergy = median(inputs, row -> row.random().energy());
        double ratio = p99 / random;
        Verdict verdict = ratio <= 1 / FAR
                ? Verdict.HOLDS
                : ratio <= NEAR ? Verdict.INDISTINGUISHABLE : ratio <= FAR ? Verdict.INFORMATION : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case HOLDS -> "The two texts' inputs are more orthogonal inside the model than random directions";
            case INDISTINGUISHABLE -> "The two texts' inputs are as orthogonal inside the model as random directions";
            case INFORMATION ->
                "The two texts' inputs are less orthogonal inside the model than random directions, by less than a factor of 3";
            default ->
                "The two texts' inputs are not nearly orthogonal inside the model: the condition the paper puts on merging does "
                        + "not hold here";
        };
        String detail = String.format(
                Locale.ROOT,
                "99 %% quantile of |cos|, median over the inputs of all matrices: %.3f; random directions %.3f; the two halves "
                        + "of A %.3f; less the common mean %.3f. Share of B's energy in A's leading directions %.2f, of A's own "
                        + "second half %.2f (less the mean %.2f and %.2f). The uncentred reading decides: a weight multiplies "
                        + "the vector with its mean. It does not follow that merged models fail: what counts is what a "
                        + "fine-tuning changed along these directions; at most %.1f times random directions is as random, beyond %.0f times an exception",
                p99,
                random,
                own,
                centred,
                energy,
                ownEnergy,
                centredEnergy,
                centredOwn,
                NEAR,
                FAR);
        return List.of(new Finding(
                model,
                "",
                "activation-overlap",
                verdict,
                String.format(Locale.ROOT, "×%.1f", ratio),
                statement,
                detail,
                Map.of(
                        "cos_abs_p99", p99,
                        "null_cos_abs_p99", random,
                        "own_cos_abs_p99", own,
                        "centred_cos_abs_p99", centred,
                        "null_centred_cos_abs_p99", random,
                        "energy_b_in_a", energy,
                        "null_energy_b_in_a", nullEnergy,
                        "own_energy_a_in_a", ownEnergy)));
    }

    private static double median(List<ActivationOverlap> rows, ToDoubleFunction<ActivationOverlap> number) {
        double[] sorted = rows.stream().mapToDouble(number).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
