package org.lowrank.analyzer.overlap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * Statements about two texts that follow from the numbers by declared thresholds, each judged by its difference from what random
 * directions give ({@link RandomDirections}): a high dimension alone makes vectors nearly orthogonal.
 */
final class OverlapFindings {
    /** Distances are |⟨x, x'⟩|, of which Section 5 wants small ones. */
    static final Claim NEARLY_ORTHOGONAL = new Claim(0.1, 0.3, 0.02);

    /** λ of the example. */
    private static final double LAMBDA = 0.01;

    private final String model;
    private final long dimension;
    private final RandomDirections random;
    private final Distribution all;
    private final Distribution used;
    private final String over;

    private OverlapFindings(String model, long dimension, Distribution all, @Nullable Distribution distinct) {
        this.model = model;
        this.dimension = dimension;
        this.random = new RandomDirections(dimension);
        this.all = all;
        this.used = distinct == null ? all : distinct;
        this.over = distinct == null ? "all pairs" : "pairs of tokens that occur in one text only";
    }

    /**
     * All of them.
     *
     * @param ownQuantile the 99 % quantile between two halves of the first text's tokens, NaN where it is too short
     */
    static List<Finding> of(
            String model,
            long dimension,
            Distribution all,
            @Nullable Distribution distinct,
            double ownQuantile,
            List<TextOverlap.Text> texts,
            List<TextOverlap.ClosePair> closest) {
        OverlapFindings made = new OverlapFindings(model, dimension, all, distinct);
        List<Finding> findings = new ArrayList<>();
        findings.add(made.nearlyAll(ownQuantile));
        findings.add(made.epsilon(closest));
        findings.add(made.typical());
        findings.add(made.shared(texts.get(0), texts.get(1)));
        findings.add(made.corollary());
        return findings;
    }

    private Finding nearlyAll(double ownQuantile) {
        double value = used.absoluteQuantiles().get(2);
        NullModel.Value none = random.quantile(0.99, used.pairs());
        Verdict verdict = NEARLY_ORTHOGONAL.judge(value, none);
        String statement = switch (verdict) {
            case HOLDS -> "99 % of the pairs are nearly orthogonal to the model, more than random directions";
            case ROUGHLY -> "99 % of the pairs are roughly orthogonal to the model, more than random directions";
            case INDISTINGUISHABLE -> "The two texts are about as orthogonal to the model as random directions";
            default -> "The two texts are less orthogonal to the model than random directions";
        };
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("absolute_p99", value);
        numbers.put("null_absolute_p99", none.value());
        if (!Double.isNaN(ownQuantile)) {
            numbers.put("own_absolute_p99", ownQuantile);
        }
        return finding(
                "quantile-99",
                verdict,
                decimal(value),
                statement,
                "99 % quantile of |⟨x, x'⟩| over " + over + "; random directions in " + dimension + " dimensions have "
                        + decimal(none.value())
                        + (Double.isNaN(ownQuantile)
                                ? ""
                                : ", the tokens of the first text among themselves " + decimal(ownQuantile))
                        + "; ≤ 0.1 holds, ≤ 0.3 roughly, where random directions do not",
                numbers);
    }

    private Finding epsilon(List<TextOverlap.ClosePair> closest) {
        double epsilon = used.epsilon();
        NullModel.Value none = random.largest(used.pairs());
        Verdict verdict = NEARLY_ORTHOGONAL.judge(epsilon, none);
        String statement = switch (verdict) {
            case HOLDS -> "The two texts are nearly orthogonal to the model, as Section 5 assumes";
            case ROUGHLY -> "The two texts are roughly orthogonal to the model";
            case INDISTINGUISHABLE -> "The nearest tokens of the two texts are no nearer than random directions";
            default -> "The two texts are not orthogonal to the model: some tokens are close";
        };
        String pair = closest.isEmpty()
                ? ""
                : ", reached by “" + closest.get(0).tokenA() + "” and “"
                        + closest.get(0).tokenB() + "”";
        double above = used.sharesAbove().get(1);
        return finding(
                "epsilon",
                verdict,
                "ε = " + decimal(epsilon),
                statement,
                "largest |⟨x, x'⟩| over " + over + pair + "; of as many random directions the largest is "
                        + decimal(none.value()) + "; " + percent(above) + " of the pairs by use are above 0.1 (random "
                        + percent(random.above(0.1))
                        + "); ε ≤ 0.1 holds, ≤ 0.3 roughly, where random directions do not",
                Map.of(
                        "epsilon",
                        epsilon,
                        "null_epsilon",
                        none.value(),
                        "share_above_0.1",
                        above,
                        "null_share_above_0.1",
                        random.above(0.1)));
    }

    private Finding typical() {
        double none = random.quantile(0.5);
        double median = used.absoluteQuantiles().get(0);
        return finding(
                "typical-overlap",
                Verdict.INFORMATION,
                decimal(median),
                median <= 2 * none
                        ? "A typical pair is about as orthogonal as random directions"
                        : "A typical pair is less orthogonal than random directions",
                "median |⟨x, x'⟩| over " + over + "; mean " + decimal(used.mean()) + ", standard deviation "
                        + decimal(used.sd()) + "; random directions in " + dimension + " dimensions have median "
                        + decimal(none),
                Map.of(
                        "median_absolute",
                        median,
                        "null_median_absolute",
                        none,
                        "mean",
                        used.mean(),
                        "null_mean",
                        0.0,
                        "sd",
                        used.sd(),
                        "null_sd",
                        1 / Math.sqrt(dimension)));
    }

    private Finding shared(TextOverlap.Text a, TextOverlap.Text b) {
        return finding(
                "shared-tokens",
                Verdict.INFORMATION,
                percent(Math.max(a.sharedUse(), b.sharedUse())),
                "Both texts use some of the same tokens; for these the inner product is 1",
                percent(a.sharedUse()) + " of the first text's tokens and " + percent(b.sharedUse())
                        + " of the second's occur in both; with them ε = " + decimal(all.epsilon()),
                Map.of("shared_use_a", a.sharedUse(), "shared_use_b", b.sharedUse(), "epsilon_all", all.epsilon()));
    }

    private Finding corollary() {
        double quantile = used.absoluteQuantiles().get(2);
        double none = random.largest(used.pairs()).value();
        return finding(
                "corollary-1",
                Verdict.INFORMATION,
                "λ > " + decimal(used.epsilon()),
                "Corollary 1 keeps a merged shallow network within 1 of the single one for λ above "
                        + decimal(used.epsilon()),
                "random directions would need λ above " + decimal(none) + "; the bound tends to ε/λ; at λ = " + LAMBDA
                        + " that is " + decimal(used.epsilon() / LAMBDA) + ", and " + decimal(quantile / LAMBDA)
                        + " if ε were the 99 % quantile of |⟨x, x'⟩|; it is a worst case over all pairs, merged networks "
                        + "usually do better",
                Map.of(
                        "smallest_lambda",
                        used.epsilon(),
                        "null_smallest_lambda",
                        none,
                        "limit_at_0.01",
                        used.epsilon() / LAMBDA,
                        "null_limit_at_0.01",
                        none / LAMBDA));
    }

    private Finding finding(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        return new Finding(model, "", id, verdict, number, statement, detail, numbers);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.3f" : "%.0f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
