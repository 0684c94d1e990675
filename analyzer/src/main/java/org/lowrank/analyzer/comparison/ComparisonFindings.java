package org.lowrank.analyzer.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.comparison.Comparison.Unmatched;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Statements about two models that follow from the numbers by declared thresholds. */
final class ComparisonFindings {
    private final String models;
    private final List<MatrixPair> pairs;
    private final List<Finding> findings = new ArrayList<>();

    private ComparisonFindings(String models, List<MatrixPair> pairs) {
        this.models = models;
        this.pairs = pairs;
    }

    static List<Finding> of(String a, String b, List<MatrixPair> pairs, List<Unmatched> unmatched) {
        ComparisonFindings made = new ComparisonFindings(a + " → " + b, pairs);
        made.findings.addAll(TaskVectorFindings.of(made.models, pairs));
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

    private void overlap() {
        PairSummary rows = PairSummary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.rowSpaceOverlap();
        });
        if (rows.empty()) {
            return;
        }
        PairSummary columns = PairSummary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.columnSpaceOverlap();
        });
        PairSummary random = PairSummary.of(pairs, pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? null : (Double) overlap.randomRowSpaceOverlap();
        });
        PairSummary randomColumns = PairSummary.of(pairs, pair -> {
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
        PairSummary ratio = PairSummary.of(pairs, MatrixPair::frobeniusRatio);
        PairSummary rank = PairSummary.of(pairs, MatrixPair::stableRankRatio);
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

    static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private void add(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        findings.add(new Finding(models, "", id, verdict, number, statement, detail, numbers));
    }
}
