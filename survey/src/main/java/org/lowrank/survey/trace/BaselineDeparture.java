package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * Where matrices leave the Gaussian baseline: the first checkpoint from which on a matrix's stable rank stays below that of a random
 * matrix of its shape, by more than 2 % and four of its standard deviations.
 */
final class BaselineDeparture {
    private static final double LEAST = 0.02;

    /** Distances are the share of matrices that have not left. */
    private static final Claim LEFT = new Claim(0.10, 0.50, 0.02);

    private final StackSeries series;
    private final Map<String, Double> thresholds = new HashMap<>();

    /** A matrix and the index of the checkpoint at which it leaves. */
    private record Departure(MatrixId id, int at) {}

    private BaselineDeparture(StackSeries series) {
        this.series = series;
    }

    static Finding finding(String model, StackSeries series) {
        return new BaselineDeparture(series).finding(model);
    }

    private Finding finding(String model) {
        List<Departure> left = departures();
        int matrices = series.rows().get(series.last()).size();
        double stay = 1 - (double) left.size() / matrices;
        Verdict verdict = left.isEmpty() ? Verdict.INDISTINGUISHABLE : LEFT.judge(stay, new NullModel.Value(1, 0));
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("matrices_left", (double) left.size());
        numbers.put("null_matrices_left", 0.0);
        numbers.put("matrices", (double) matrices);
        String of = left.size() + " of " + matrices;
        String statement = "No matrix leaves the Gaussian baseline";
        String detail = "";
        if (!left.isEmpty()) {
            Departure first = left.get(0);
            Departure middle = left.get((left.size() - 1) / 2);
            numbers.put("first_step", (double) step(first));
            numbers.put("median_step", (double) step(middle));
            statement = of + " matrices leave the Gaussian baseline: " + first.id.matrix() + " in layer "
                    + first.id.layerText() + " first" + others(left, first) + ", at step "
                    + TraceFindings.count(step(first))
                    + ", half of them by step "
                    + TraceFindings.count(step(middle));
            Departure last = left.get(left.size() - 1);
            detail = "the last is " + last.id.matrix() + " in layer " + last.id.layerText() + others(left, last)
                    + ", at step " + TraceFindings.count(step(last)) + "; ";
        }
        return new Finding(
                model,
                series.stack(),
                "leaves-baseline",
                verdict,
                of,
                statement,
                detail
                        + "a matrix has left from the first checkpoint on at which its stable rank stays below that of a random matrix of "
                        + "its shape, by more than 2 % and four standard deviations; of random weights none does; from 90 % of the "
                        + "matrices holds, from half roughly",
                numbers);
    }

    /** How many leave at the same checkpoint as one that is named. */
    private static String others(List<Departure> left, Departure named) {
        long with = left.stream().filter(one -> one.at == named.at).count() - 1;
        return with == 0 ? "" : ", with " + with + (with == 1 ? " other" : " others");
    }

    private long step(Departure departure) {
        return series.steps().get(departure.at);
    }

    /** The earliest first, at the same step in the order of the matrices. */
    private List<Departure> departures() {
        List<Map<MatrixId, MatrixMeasurement>> byMatrix = new ArrayList<>();
        for (List<MatrixMeasurement> rows : series.rows()) {
            Map<MatrixId, MatrixMeasurement> map = new HashMap<>();
            rows.forEach(row -> map.put(row.id(), row));
            byMatrix.add(map);
        }
        List<Departure> left = new ArrayList<>();
        for (MatrixMeasurement row : series.rows().get(series.last())) {
            int at = series.size();
            while (at > 0 && isBelow(byMatrix.get(at - 1).get(row.id()))) {
                at--;
            }
            if (at < series.size()) {
                left.add(new Departure(row.id(), at));
            }
        }
        left.sort(Comparator.comparingInt(Departure::at));
        return left;
    }

    private boolean isBelow(@Nullable MatrixMeasurement row) {
        return row != null && row.stableRank() != null && row.shareOfGaussian() < threshold(row.rows(), row.cols());
    }

    private double threshold(long rows, long cols) {
        return thresholds.computeIfAbsent(rows + "x" + cols, shape -> {
            NullModel.Value random = NullModel.medianShare(List.of(new long[] {rows, cols}));
            return random.value() - Math.max(LEAST, 4 * random.sd());
        });
    }
}
