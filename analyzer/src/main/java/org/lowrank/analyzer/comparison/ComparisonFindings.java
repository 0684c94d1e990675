package org.lowrank.analyzer.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.Comparison.Unmatched;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Statements about two models that follow from the numbers by declared thresholds. */
final class ComparisonFindings {
    /** Distances are shares of the Gaussian baseline. */
    private static final Claim LOW_SHARE = new Claim(0.75, 0.90, 0.02);

    /** From this share of the distance of independent weights on, B is no change of A. */
    private static final double INDEPENDENT = 0.9;

    private final String a;
    private final String b;
    private final List<MatrixPair> pairs;
    private final List<Finding> findings = new ArrayList<>();

    private ComparisonFindings(String a, String b, List<MatrixPair> pairs) {
        this.a = a;
        this.b = b;
        this.pairs = pairs;
    }

    static List<Finding> of(String a, String b, List<MatrixPair> pairs, List<Unmatched> unmatched) {
        ComparisonFindings made = new ComparisonFindings(a, b, pairs);
        made.identical();
        made.size();
        made.lowRank();
        made.overlap();
        made.alignment();
        made.norms();
        made.coverage(unmatched);
        return List.copyOf(made.findings);
    }

    /** Where one of the two is an adapter: whether it works where its base does. */
    private void alignment() {
        List<AdapterAlignment> all = pairs.stream()
                .map(MatrixPair::alignment)
                .filter(Objects::nonNull)
                .toList();
        if (all.isEmpty()) {
            return;
        }
        double output = mean(all, AdapterAlignment::outputEnergyInBase);
        double randomOutput = mean(all, AdapterAlignment::randomOutputSpaceInBase);
        double input = mean(all, AdapterAlignment::inputEnergyInBase);
        double randomInput = mean(all, AdapterAlignment::randomInputSpaceInBase);
        double found = mean(all, AdapterAlignment::newDirections);
        double none = mean(all, AdapterAlignment::nullNewDirections);
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("output_energy_in_base", output);
        numbers.put("null_output_energy_in_base", randomOutput);
        numbers.put("input_energy_in_base", input);
        numbers.put("null_input_energy_in_base", randomInput);
        numbers.put("new_directions", found);
        numbers.put("null_new_directions", none);
        add(
                "adapter-in-base",
                Verdict.INFORMATION,
                String.format(Locale.ROOT, "%.0f %%", 100 * output),
                String.format(
                        Locale.ROOT,
                        "Of what the adapter writes %.0f %% lies in the base's leading directions, of random factors %.0f %%",
                        100 * output,
                        100 * randomOutput),
                String.format(
                        Locale.ROOT,
                        "mean over %d matrices of ‖U_kᵀΔW‖_F²/‖ΔW‖_F²; of what it reads %.0f %% (random %.0f %%); of the k"
                                + " leading directions of W + ΔW %.1f are none of W's leading ones (random factors of the same"
                                + " size: %.1f)",
                        all.size(),
                        100 * input,
                        100 * randomInput,
                        found,
                        none),
                numbers);
    }

    private static double mean(List<AdapterAlignment> all, ToDoubleFunction<AdapterAlignment> value) {
        return all.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private void identical() {
        List<TaskVector> measured = differences();
        long same = measured.stream().filter(TaskVector::identical).count();
        if (same == 0) {
            return;
        }
        add(
                "identical",
                Verdict.INFORMATION,
                same + " of " + measured.size(),
                same == measured.size() ? "All weights are the same in both" : "Some matrices are the same in both",
                "the difference of " + same + " matrices is exactly zero; its stable rank is undefined",
                Map.of("identical", (double) same, "null_identical", 0.0, "compared", (double) measured.size()));
    }

    private void size() {
        Summary size = Summary.of(pairs, pair -> {
            TaskVector vector = pair.taskVector();
            return vector == null ? null : vector.relativeSize();
        });
        if (size.empty() || size.largest() == 0) {
            return;
        }
        double median = size.median();
        double independent = independentSize().median();
        String statement = median >= INDEPENDENT * independent
                ? "B's weights are as far from A's as independent ones"
                : "B differs from A by " + percent(median) + " of A's norm";
        add(
                "task-vector-size",
                Verdict.INFORMATION,
                percent(median),
                statement,
                "median ‖W_B − W_A‖_F/‖W_A‖_F over " + size.count() + " matrices, from " + percent(size.smallest())
                        + " to " + percent(size.largest()) + " (" + size.largestAt()
                        + "); independent weights of these "
                        + "norms give " + percent(independent),
                Map.of(
                        "median_relative_size",
                        median,
                        "null_median_relative_size",
                        independent,
                        "largest_relative_size",
                        size.largest(),
                        "null_largest_relative_size",
                        independentSize().largest()));
    }

    /** Independent A and B are orthogonal: ‖B − A‖_F²/‖A‖_F² = 1 + ‖B‖_F²/‖A‖_F². */
    private Summary independentSize() {
        return Summary.of(pairs, pair -> {
            Double ratio = pair.frobeniusRatio();
            return pair.taskVector() == null || ratio == null ? null : (Double) Math.sqrt(1 + ratio * ratio);
        });
    }

    private void lowRank() {
        Summary share = Summary.of(pairs, pair -> {
            TaskVector vector = pair.taskVector();
            return vector == null || vector.identical() ? null : (Double) vector.shareOfGaussian();
        });
        if (share.empty()) {
            return;
        }
        double median = share.median();
        NullModel.Value none = NullModel.medianShare(differences().stream()
                .filter(vector -> !vector.identical())
                .map(vector ->
                        new long[] {vector.numbers().rows(), vector.numbers().cols()})
                .toList());
        Verdict verdict = LOW_SHARE.judge(median, none);
        String statement = switch (verdict) {
            case HOLDS -> "The difference has low stable rank";
            case ROUGHLY -> "The difference has a somewhat lower stable rank than a random one";
            case INDISTINGUISHABLE -> "The difference has the stable rank of random matrices of this size";
            default -> "The difference is about as spread over directions as a random matrix";
        };
        Summary rank = Summary.of(pairs, pair -> {
            TaskVector vector = pair.taskVector();
            return vector == null ? null : vector.stableRank();
        });
        add(
                "task-vector-rank",
                verdict,
                decimal(rank.median(), 2),
                statement,
                "median ‖Δ‖_F/‖Δ‖_2, which is " + percent(median)
                        + " of a random matrix's (median share; random ones have " + percent(none.value())
                        + "); lowest "
                        + decimal(rank.smallest(), 2) + " (" + rank.smallestAt() + "); ≤ 75 % holds, ≤ 90 % roughly",
                Map.of(
                        "median_stable_rank",
                        rank.median(),
                        "null_median_stable_rank",
                        rank.median() / median * none.value(),
                        "median_share_of_gaussian",
                        median,
                        "null_median_share_of_gaussian",
                        none.value()));
    }

    private void overlap() {
        Summary rows = Summary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.rowSpaceOverlap();
        });
        if (rows.empty()) {
            return;
        }
        Summary columns = Summary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.columnSpaceOverlap();
        });
        Summary random = Summary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.randomRowSpaceOverlap();
        });
        Summary randomColumns = Summary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.randomColumnSpaceOverlap();
        });
        long unclear = pairs.stream()
                .map(MatrixPair::overlap)
                .filter(Objects::nonNull)
                .filter(SubspaceOverlap::illDefined)
                .count();
        double median = rows.median();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("median_row_space_overlap", median);
        numbers.put("null_median_row_space_overlap", random.median());
        numbers.put("median_column_space_overlap", columns.median());
        numbers.put("null_median_column_space_overlap", randomColumns.median());
        numbers.put("ill_defined", (double) unclear);
        OverlapReading found = OverlapReading.of(median, random.median());
        add(
                "overlap",
                found.verdict(),
                decimal(median, 3),
                found.statement(),
                "median √(mean cos²θ) between leading row spaces; column spaces " + decimal(columns.median(), 3)
                        + ", independent random spaces " + decimal(random.median(), 3)
                        + "; below half of random holds, up to twice (or halfway to 1) is as random, from 0.9 the same; two"
                        + " models alone, not two task vectors: nothing here says whether they can be summed"
                        + (unclear == 0
                                ? ""
                                : "; in " + unclear + " of " + rows.count()
                                        + " the leading space is ill-defined (σ_k ≈ σ_{k+1})"),
                numbers);
    }

    private void norms() {
        Summary ratio = Summary.of(pairs, MatrixPair::frobeniusRatio);
        Summary rank = Summary.of(pairs, MatrixPair::stableRankRatio);
        if (ratio.empty() || rank.empty()) {
            return;
        }
        add(
                "ratios",
                Verdict.INFORMATION,
                "×" + decimal(ratio.median(), 3),
                "Norms of B over those of A",
                "median ratio of Frobenius norms, from ×" + decimal(ratio.smallest(), 3) + " (" + ratio.smallestAt()
                        + ") to ×" + decimal(ratio.largest(), 3) + " (" + ratio.largestAt()
                        + "); median ratio of stable ranks ×" + decimal(rank.median(), 3),
                Map.of(
                        "median_frobenius_ratio",
                        ratio.median(),
                        "null_median_frobenius_ratio",
                        1.0,
                        "median_stable_rank_ratio",
                        rank.median(),
                        "null_median_stable_rank_ratio",
                        1.0));
    }

    private void coverage(List<Unmatched> unmatched) {
        long shapes = pairs.stream().filter(pair -> !pair.sameShape()).count();
        if (unmatched.isEmpty() && shapes == 0) {
            return;
        }
        add(
                "coverage",
                Verdict.INFORMATION,
                pairs.size() - shapes + " matched",
                "Not every matrix could be compared",
                unmatched.size() + " are in one model only, " + shapes + " have different shapes in the two",
                Map.of("unmatched", (double) unmatched.size(), "different_shapes", (double) shapes));
    }

    private List<TaskVector> differences() {
        return pairs.stream()
                .map(MatrixPair::taskVector)
                .filter(Objects::nonNull)
                .toList();
    }

    private void add(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        findings.add(new Finding(a + " → " + b, "", id, verdict, number, statement, detail, numbers));
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }

    /** Extremes and median of a value over the pairs that have it. */
    private record Summary(
            int count, double median, double smallest, String smallestAt, double largest, String largestAt) {
        static Summary of(List<MatrixPair> pairs, Function<MatrixPair, @Nullable Double> value) {
            record At(double value, String where) {}
            List<At> values = new ArrayList<>();
            for (MatrixPair pair : pairs) {
                Double number = value.apply(pair);
                if (number != null) {
                    values.add(new At(
                            number,
                            pair.id().matrix() + " in layer " + pair.id().layerText()));
                }
            }
            values.sort((x, y) -> Double.compare(x.value(), y.value()));
            int n = values.size();
            if (n == 0) {
                return new Summary(0, Double.NaN, Double.NaN, "", Double.NaN, "");
            }
            double median = n % 2 == 1
                    ? values.get(n / 2).value()
                    : (values.get(n / 2 - 1).value() + values.get(n / 2).value()) / 2;
            At first = values.get(0);
            At last = values.get(n - 1);
            return new Summary(n, median, first.value(), first.where(), last.value(), last.where());
        }

        boolean empty() {
            return count == 0;
        }
    }
}
