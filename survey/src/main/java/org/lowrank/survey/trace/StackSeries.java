package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.analyzer.measurement.NullModel;

/**
 * A stack of layers over the checkpoints that were measured.
 *
 * @param steps ascending
 * @param summaries of the stack at each
 * @param rows its matrices at each
 * @param movement of its matrices at each
 */
record StackSeries(
        String stack,
        List<Long> steps,
        List<ModelSummary> summaries,
        List<List<MatrixMeasurement>> rows,
        List<Map<MatrixId, TraceResult.Movement>> movement) {
    /** The stacks of a run, in the order met. */
    static List<StackSeries> of(TraceResult result) {
        Set<String> names = new LinkedHashSet<>();
        result.measured().forEach(one -> one.matrices().forEach(row -> names.add(row.stack())));
        List<StackSeries> all = new ArrayList<>();
        for (String name : names) {
            StackSeries series =
                    new StackSeries(name, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            result.measured().forEach(checkpoint -> series.add(checkpoint));
            if (!series.steps.isEmpty()) {
                all.add(series);
            }
        }
        return all;
    }

    /** Heads and tensors without a role are no matrices of a layer's kinds. */
    private void add(TraceResult.Checkpoint checkpoint) {
        List<MatrixMeasurement> own = checkpoint.matrices().stream()
                .filter(row -> row.stack().equals(stack))
                .filter(row -> row.id().member().type() != MatrixId.Member.Type.HEAD)
                .toList();
        List<ModelSummary> summary = ModelSummary.of(own);
        if (summary.isEmpty() || summary.get(0).ranks().matrices() == 0) {
            return;
        }
        Map<MatrixId, TraceResult.Movement> moved = new LinkedHashMap<>();
        checkpoint.movement().stream()
                .filter(one -> one.id().stack().equals(stack))
                .forEach(one -> moved.put(one.id(), one));
        steps.add(checkpoint.step());
        summaries.add(summary.get(0));
        rows.add(own);
        movement.add(moved);
    }

    int size() {
        return steps.size();
    }

    int last() {
        return steps.size() - 1;
    }

    /** Kinds that every checkpoint has, in the order of the last. */
    List<String> kinds() {
        List<String> kinds = new ArrayList<>();
        for (String kind : summaries.get(last()).ranks().shareByKind().keySet()) {
            if (Arrays.stream(shares(kind)).noneMatch(Double::isNaN)) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    /** Median stable rank of a kind over the Gaussian baseline, at each step. */
    double[] shares(String kind) {
        return summaries.stream()
                .mapToDouble(one -> one.ranks().shareByKind().getOrDefault(kind, Double.NaN))
                .toArray();
    }

    /** What that median is for random matrices of the kind's shapes. */
    NullModel.Value randomShare(String kind) {
        return NullModel.medianShare(rows.get(last()).stream()
                .filter(row -> row.kind().equals(kind))
                .map(row -> new long[] {row.rows(), row.cols()})
                .toList());
    }

    /** Median over the matrices that have both, of movement over √(‖W_t‖² + ‖W_{t−1}‖²): 1 for unrelated random weights. */
    double relativeMovement(int at) {
        Map<MatrixId, Double> before = norms(at - 1);
        Map<MatrixId, Double> now = norms(at);
        return median(movement.get(at).values().stream()
                .mapToDouble(one -> ratio(one.sincePrevious(), before.get(one.id()), now.get(one.id()))));
    }

    /** Median over the matrices of the distance to the last checkpoint over √(‖W_t‖² + ‖W_T‖²). */
    double relativeDistance(int at) {
        Map<MatrixId, Double> now = norms(at);
        Map<MatrixId, Double> end = norms(last());
        return median(movement.get(at).values().stream()
                .mapToDouble(one -> ratio(one.toLast(), now.get(one.id()), end.get(one.id()))));
    }

    /** Median over the matrices of ‖W_T − W_0‖ over the sum of all movements: 1 on a straight way. */
    double directness() {
        Map<MatrixId, Double> lengths = new LinkedHashMap<>();
        for (int at = 1; at < size(); at++) {
            movement.get(at)
                    .values()
                    .forEach(one -> lengths.merge(
                            one.id(), one.sincePrevious() == null ? Double.NaN : one.sincePrevious(), Double::sum));
        }
        return median(movement.get(0).values().stream()
                .filter(one -> one.toLast() != null)
                .mapToDouble(one -> Objects.requireNonNull(one.toLast()) / lengths.getOrDefault(one.id(), Double.NaN)));
    }

    private Map<MatrixId, Double> norms(int at) {
        Map<MatrixId, Double> norms = new LinkedHashMap<>();
        rows.get(at).forEach(row -> norms.put(row.id(), row.frobeniusNorm()));
        return norms;
    }

    private static double ratio(@Nullable Double distance, @Nullable Double a, @Nullable Double b) {
        return distance == null || a == null || b == null ? Double.NaN : distance / Math.hypot(a, b);
    }

    private static double median(DoubleStream values) {
        return Medians.of(values.toArray());
    }
}
