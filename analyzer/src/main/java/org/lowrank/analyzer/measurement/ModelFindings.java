package org.lowrank.analyzer.measurement;

import static org.lowrank.analyzer.measurement.FindingText.decimal;
import static org.lowrank.analyzer.measurement.FindingText.medians;
import static org.lowrank.analyzer.measurement.FindingText.percent;
import static org.lowrank.analyzer.measurement.FindingText.times;
import static org.lowrank.analyzer.measurement.FindingText.where;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * Statements about a stack of layers that follow from its numbers by declared thresholds, each judged by its difference from
 * what random weights of these shapes and equal variance give ({@link NullModel}). The model's own initialisation, where known,
 * is stated beside it.
 */
public final class ModelFindings {
    /** Distances are |ln ratio|: ×1.25 and ×2 apart. A ratio within 5 % of the null's is as the null. */
    static final Claim EQUAL = new Claim(Math.log(1.25), Math.log(2), 0.05);

    /** Distances are coefficients of variation. */
    static final Claim FLAT = new Claim(0.15, 0.30, 0.02);

    /** Distances are the share of matrices whose stable rank is not low. */
    static final Claim LOW_RANK = new Claim(0.10, 0.50, 0.02);

    private final ModelSummary summary;
    private final NullModel none;
    private final @Nullable NullModel start;
    private final @Nullable Initialisation initialisation;

    private ModelFindings(List<MatrixMeasurement> stack, @Nullable Initialisation initialisation) {
        this.summary = ModelSummary.ofStack(stack);
        this.none = NullModel.of(stack);
        this.initialisation = initialisation;
        this.start = initialisation == null ? null : NullModel.of(stack, initialisation::deviation);
    }

    /** All findings of a model, stack by stack; a statement whose matrices were not measured is left out. */
    public static List<Finding> of(List<MatrixMeasurement> rows, Optional<Initialisation> initialisation) {
        List<Finding> findings = new ArrayList<>();
        for (List<MatrixMeasurement> stack : ModelSummary.stacks(rows)) {
            new ModelFindings(stack, initialisation.orElse(null)).addTo(findings);
        }
        return findings;
    }

    private void addTo(List<Finding> findings) {
        if (!Double.isNaN(summary.norms().spread())) {
            findings.add(normSpread());
        }
        if (!Double.isNaN(summary.norms().outputRatio())) {
            findings.add(outputRatio());
        }
        if (!Double.isNaN(summary.flatness().variation())) {
            findings.add(flatness());
        }
        if (summary.ranks().matrices() > 0) {
            findings.add(lowRank());
            findings.add(shareByKind());
        }
        if (!summary.outliers().isEmpty()) {
            findings.add(outliers());
        }
    }

    private Finding normSpread() {
        double spread = summary.norms().spread();
        NullModel.Value random = none.value(s -> s.norms().spread());
        Verdict verdict =
                EQUAL.judge(Math.log(spread), logarithm(none, s -> s.norms().spread()));
        String statement = switch (verdict) {
            case HOLDS -> "QKV, M1 and M2 have about the same norm, as Lemma 3 predicts and their sizes alone do not";
            case ROUGHLY -> "QKV, M1 and M2 have norms of one order, nearer to Lemma 3 than their sizes alone";
            case INDISTINGUISHABLE ->
                "QKV, M1 and M2 have about the same norm: Lemma 3 predicts it, but so do their sizes without training";
            default ->
                spread > random.value() * Math.exp(EQUAL.tolerance())
                        ? "QKV, M1 and M2 have different norms, further apart than their sizes make them"
                        : "QKV, M1 and M2 have different norms, as their sizes make them, unlike Lemma 3";
        };
        Map<String, Double> numbers = new LinkedHashMap<>();
        put(numbers, "norm_spread", s -> s.norms().spread());
        put(numbers, "rms_spread", s -> s.norms().rmsSpread());
        if (initialisation != null) {
            numbers.put("initializer_range", initialisation.range());
        }
        return finding(
                "norm-spread",
                verdict,
                times(spread),
                statement,
                "largest over smallest median Frobenius norm: "
                        + medians(summary.norms().medians(), 1, "QKV", "M1", "M2")
                        + "; random weights of these shapes give "
                        + times(random.value()) + atStart(s -> s.norms().spread()) + "; per entry (‖A‖_F/√(rc)) "
                        + medians(summary.norms().rms(), 4, "QKV", "M1", "M2") + ", "
                        + times(summary.norms().rmsSpread())
                        + "; ≤ ×1.25 holds, ≤ ×2 roughly, where random weights do not",
                numbers);
    }

    private Finding outputRatio() {
        double ratio = summary.norms().outputRatio();
        double entries = summary.norms().outputRmsRatio();
        NullModel.Value random = none.value(s -> s.norms().outputRatio());
        Verdict verdict = EQUAL.judge(
                Math.abs(Math.log(ratio)), logarithm(none, s -> s.norms().outputRatio()));
        String size = ratio < 1 ? "smaller than" : "larger than";
        String statement = switch (verdict) {
            case HOLDS -> "O has the norm of the others, as Lemma 3 suggests and its size alone does not";
            case ROUGHLY -> "O is within a factor of two of the others, nearer than its size alone";
            case INDISTINGUISHABLE -> "O is within a factor of two of the others, as its size alone makes it";
            default ->
                "O is " + size + " the others; its size alone gives " + times(random.value()) + ", its entries "
                        + times(entries);
        };
        boolean mostlySize = Math.log(random.value()) / Math.log(ratio) >= 0.5;
        Map<String, Double> numbers = new LinkedHashMap<>();
        put(numbers, "output_ratio", s -> s.norms().outputRatio());
        put(numbers, "output_rms_ratio", s -> s.norms().outputRmsRatio());
        return finding(
                "output-ratio",
                verdict,
                times(ratio),
                statement,
                "median norm of O (" + decimal(norm("O"), 1)
                        + ") over the geometric mean of QKV, M1, M2; random weights "
                        + "of these shapes give " + times(random.value())
                        + atStart(s -> s.norms().outputRatio())
                        + ", so an entry of O is " + times(entries) + " the others'"
                        + (verdict == Verdict.EXCEPTION && ratio < 1 && mostlySize
                                ? "; the paper reports a smaller O and leaves it open: most of it is the matrix's size"
                                : "")
                        + "; within ×1.25 holds, within ×2 roughly, where random weights do not",
                numbers);
    }

    private Finding flatness() {
        double variation = summary.flatness().variation();
        NullModel.Value random = none.value(s -> s.flatness().variation());
        Verdict verdict = FLAT.judge(variation, random);
        String statement = switch (verdict) {
            case HOLDS -> "Norms are flat over depth, more than random weights";
            case ROUGHLY -> "Norms change moderately over depth, less than random weights";
            case INDISTINGUISHABLE -> "Norms are about flat over depth, as they would be without training";
            default ->
                variation <= FLAT.roughly() ? "Norms change moderately over depth" : "Norms change strongly over depth";
        };
        Map<String, Double> numbers = new LinkedHashMap<>();
        put(numbers, "coefficient_of_variation", s -> s.flatness().variation());
        return finding(
                "flatness",
                verdict,
                percent(variation),
                statement,
                "largest coefficient of variation of a Frobenius norm over layers, reached by "
                        + summary.flatness().kind() + "; random weights of these shapes give " + percent(random.value())
                        + "; ≤ 15 % is flat, ≤ 30 % moderate; since random weights are flat, flatness alone shows nothing",
                numbers);
    }

    private Finding lowRank() {
        ModelSummary.Ranks ranks = summary.ranks();
        Verdict verdict = LOW_RANK.judge(notLow(summary), none.value(ModelFindings::notLow));
        String of = ranks.low() + " of " + ranks.matrices();
        String statement = switch (verdict) {
            case HOLDS -> "Stable ranks are low: " + of + " matrices are below 75 % of random ones";
            case ROUGHLY -> "Most stable ranks are low: " + of + " matrices are below 75 % of random ones";
            case INDISTINGUISHABLE -> "Stable ranks are those of random matrices of this size";
            default ->
                ranks.low() == 0
                        ? "Stable ranks are close to those of random matrices"
                        : "Few stable ranks are low: " + of + " matrices are below 75 % of random ones";
        };
        MatrixMeasurement lowest = ranks.lowest();
        Map<String, Double> numbers = new LinkedHashMap<>();
        put(numbers, "low_matrices", s -> s.ranks().low());
        numbers.put("matrices", (double) ranks.matrices());
        put(numbers, "harmonic_mean_stable_rank", s -> s.ranks().harmonicMean());
        put(numbers, "mean_inverse_stable_rank", s -> s.ranks().meanInverse());
        put(numbers, "share_of_gaussian", s -> s.ranks().meanShare());
        return finding(
                "low-rank",
                verdict,
                of,
                statement,
                "harmonic mean of ‖A‖_F/‖A‖_2: " + decimal(ranks.harmonicMean(), 2)
                        + ", random weights of these shapes "
                        + decimal(none.value(s -> s.ranks().harmonicMean()).value(), 2) + ", the largest possible "
                        + decimal(ranks.meanRoot(), 1) + " (mean √min(r, c)); on average " + percent(ranks.meanShare())
                        + " of random"
                        + (lowest == null
                                ? ""
                                : "; lowest: " + where(lowest) + " (" + decimal(FindingText.rank(lowest), 2) + ")")
                        + "; from 90 % of the matrices holds, from half roughly",
                numbers);
    }

    private static double notLow(ModelSummary summary) {
        return 1 - (double) summary.ranks().low() / summary.ranks().matrices();
    }

    private Finding shareByKind() {
        Map<String, Double> shares = new LinkedHashMap<>();
        summary.ranks().shareByKind().forEach((kind, share) -> {
            if (!Double.isNaN(share)) {
                shares.put(kind, share);
            }
        });
        var order = Map.Entry.<String, Double>comparingByValue();
        var least = shares.entrySet().stream().min(order).orElseThrow();
        var most = shares.entrySet().stream().max(order).orElseThrow();
        Map<String, Double> numbers = new LinkedHashMap<>();
        shares.keySet()
                .forEach(kind -> put(numbers, kind, s -> s.ranks().shareByKind().getOrDefault(kind, Double.NaN)));
        return finding(
                "share-of-gaussian",
                Verdict.INFORMATION,
                percent(least.getValue()),
                shares.size() == 1
                        ? least.getKey() + " has " + percent(least.getValue()) + " of a random matrix's stable rank"
                        : least.getKey() + " is furthest below random matrices, " + most.getKey()
                                + " nearest to them at " + percent(most.getValue()),
                "median stable rank over that of a random matrix of the same shape: "
                        + shares.entrySet().stream()
                                .map(e -> e.getKey() + " " + percent(e.getValue()))
                                .collect(Collectors.joining(", ")),
                numbers);
    }

    private Finding outliers() {
        List<Outlier> all = summary.outliers();
        Outlier first = all.get(0);
        String others =
                all.stream().skip(1).limit(4).map(ModelFindings::described).collect(Collectors.joining("; "));
        Map<String, Double> numbers = new LinkedHashMap<>();
        put(numbers, "outliers", s -> s.outliers().size());
        numbers.put("furthest_over_median", first.value() / first.median());
        numbers.put("null_furthest_over_median", 1.0);
        return finding(
                "outliers",
                Verdict.EXCEPTION,
                Integer.toString(all.size()),
                described(first) + (all.size() == 1 ? "" : "; " + (all.size() - 1) + " more stand out"),
                (others.isEmpty() ? "" : "also " + others + (all.size() > 5 ? "; …" : "") + "; ")
                        + "medians hide such layers; named are matrices six robust deviations (median absolute deviation of "
                        + "the logarithm, at least 5 %) and a factor of 1.25 from the median of their kind; random weights of "
                        + "these shapes have "
                        + decimal(none.value(s -> s.outliers().size()).value(), 0),
                numbers);
    }

    private static String described(Outlier one) {
        return where(one.row()) + " has " + one.quantity().word() + " " + decimal(one.value(), 2) + ", the median of "
                + one.row().kind() + " is " + decimal(one.median(), 2);
    }

    /** A statistic, what the null gives, and what the model's own initialisation gives where that is another thing. */
    private void put(Map<String, Double> numbers, String name, ToDoubleFunction<ModelSummary> statistic) {
        numbers.put(name, statistic.applyAsDouble(summary));
        numbers.put("null_" + name, none.value(statistic).value());
        if (start != null && initialisation != null && initialisation.depthScaled()) {
            numbers.put("initial_" + name, start.value(statistic).value());
        }
    }

    private String atStart(ToDoubleFunction<ModelSummary> statistic) {
        return start == null || initialisation == null || !initialisation.depthScaled()
                ? ""
                : ", the model's own initialisation (output projections ÷ √(2L)) "
                        + times(start.value(statistic).value());
    }

    private static NullModel.Value logarithm(NullModel model, ToDoubleFunction<ModelSummary> ratio) {
        return model.value(s -> Math.abs(Math.log(ratio.applyAsDouble(s))));
    }

    private Finding finding(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        return new Finding(summary.model(), summary.stack(), id, verdict, number, statement, detail, numbers);
    }

    private double norm(String kind) {
        return summary.norms().medians().getOrDefault(kind, Double.NaN);
    }
}
