package org.lowrank.analyzer.overlap;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Statements about two texts that follow from the numbers by declared thresholds. */
final class OverlapFindings {
    /** The median of |g| for a standard Gaussian g. */
    private static final double GAUSSIAN_MEDIAN = 0.6744897501960817;

    private OverlapFindings() {}

    static List<Finding> of(
            String model,
            long dimension,
            Distribution all,
            @Nullable Distribution distinct,
            TextOverlap.Text a,
            TextOverlap.Text b,
            List<TextOverlap.ClosePair> closest) {
        List<Finding> findings = new ArrayList<>();
        Distribution used = distinct == null ? all : distinct;
        String over = distinct == null ? "all pairs" : "pairs of tokens that occur in one text only";
        findings.add(epsilon(model, used, over, closest));
        double random = GAUSSIAN_MEDIAN / Math.sqrt(dimension);
        double median = used.absoluteQuantiles().get(0);
        findings.add(new Finding(
                model,
                "",
                "typical-overlap",
                Verdict.INFORMATION,
                decimal(median),
                median <= 2 * random
                        ? "A typical pair is about as orthogonal as random directions"
                        : "A typical pair is less orthogonal than random directions",
                "median |⟨x, x'⟩| over " + over + "; mean " + decimal(used.mean()) + ", standard deviation "
                        + decimal(used.sd()) + "; random directions in " + dimension + " dimensions have median "
                        + decimal(random),
                Map.of("median_absolute", median, "mean", used.mean(), "sd", used.sd(), "random_median", random)));
        findings.add(new Finding(
                model,
                "",
                "shared-tokens",
                Verdict.INFORMATION,
                percent(Math.max(a.sharedUse(), b.sharedUse())),
                "Both texts use some of the same tokens; for these the inner product is 1",
                percent(a.sharedUse()) + " of the first text's tokens and " + percent(b.sharedUse())
                        + " of the second's occur in both; with them ε = " + decimal(all.epsilon()),
                Map.of("shared_use_a", a.sharedUse(), "shared_use_b", b.sharedUse(), "epsilon_all", all.epsilon())));
        double quantile = used.absoluteQuantiles().get(2);
        findings.add(new Finding(
                model,
                "",
                "corollary-1",
                Verdict.INFORMATION,
                "ε/λ",
                "Corollary 1 keeps a merged shallow network within 1 of the single one for λ above "
                        + decimal(used.epsilon()),
                "the bound tends to ε/λ; at λ = 0.01 that is " + decimal(used.epsilon() / 0.01)
                        + ", and " + decimal(quantile / 0.01)
                        + " if ε were the 99 % quantile of |⟨x, x'⟩|; it is a worst case over all pairs, merged networks "
                        + "usually do better",
                Map.of("smallest_lambda", used.epsilon(), "limit_at_0.01", used.epsilon() / 0.01)));
        return findings;
    }

    private static Finding epsilon(String model, Distribution used, String over, List<TextOverlap.ClosePair> closest) {
        double epsilon = used.epsilon();
        Verdict verdict = epsilon <= 0.1 ? Verdict.HOLDS : epsilon <= 0.3 ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case HOLDS -> "The two texts are nearly orthogonal to the model, as Section 5 assumes";
            case ROUGHLY -> "The two texts are roughly orthogonal to the model";
            default -> "The two texts are not orthogonal to the model: some tokens are close";
        };
        String pair = closest.isEmpty()
                ? ""
                : ", reached by “" + closest.get(0).tokenA() + "” and “"
                        + closest.get(0).tokenB() + "”";
        return new Finding(
                model,
                "",
                "epsilon",
                verdict,
                "ε = " + decimal(epsilon),
                statement,
                "largest |⟨x, x'⟩| over " + over + pair + "; "
                        + percent(used.sharesAbove().get(1))
                        + " of the pairs by use are above 0.1; ε ≤ 0.1 holds, ≤ 0.3 roughly",
                Map.of("epsilon", epsilon, "share_above_0.1", used.sharesAbove().get(1)));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.3f" : "%.0f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
