package org.lowrank.analyzer.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** What the difference of two models is: none at all, how large, and of how low a stable rank. */
final class TaskVectorFindings {
    /** Distances are shares of the Gaussian baseline. */
    private static final Claim LOW_SHARE = new Claim(0.75, 0.90, 0.02);

    /** From this share of the distance of independent weights on, B is no change of A. */
    private static final double INDEPENDENT = 0.9;

    private final String models;
    private final List<MatrixPair> pairs;
    private final List<Finding> findings = new ArrayList<>();

    private TaskVectorFindings(String models, List<MatrixPair> pairs) {
        this.models = models;
        this.pairs = pairs;
    }

    /**
     * All that the pairs allow.
     *
     * @param models the two as a finding names them
     */
    static List<Finding> of(String models, List<MatrixPair> pairs) {
        TaskVectorFindings made = new TaskVectorFindings(models, pairs);
        made.identical();
        made.size();
        made.lowRank();
        return made.findings;
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
        PairSummary size = PairSummary.of(pairs, pair -> {
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
    private PairSummary independentSize() {
        return PairSummary.of(pairs, pair -> {
            Double ratio = pair.frobeniusRatio();
            return pair.taskVector() == null || ratio == null ? null : (Double) Math.sqrt(1 + ratio * ratio);
        });
    }

    private void lowRank() {
        PairSummary share = PairSummary.of(pairs, pair -> {
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
        PairSummary rank = PairSummary.of(pairs, pair -> {
            TaskVector vector = pair.taskVector();
            return vector == null ? null : vector.stableRank();
        });
        add(
                "task-vector-rank",
                verdict,
                ComparisonFindings.decimal(rank.median(), 2),
                statement,
                "median ‖Δ‖_F/‖Δ‖_2, which is " + percent(median)
                        + " of a random matrix's (median share; random ones have " + percent(none.value())
                        + "); lowest "
                        + ComparisonFindings.decimal(rank.smallest(), 2) + " (" + rank.smallestAt()
                        + "); ≤ 75 % holds, ≤ 90 % roughly",
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

    private List<TaskVector> differences() {
        return pairs.stream()
                .map(MatrixPair::taskVector)
                .filter(Objects::nonNull)
                .toList();
    }

    private void add(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        findings.add(new Finding(models, "", id, verdict, number, statement, detail, numbers));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }
}
