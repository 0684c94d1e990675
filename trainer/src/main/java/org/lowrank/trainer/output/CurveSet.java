package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.Moments;
import org.lowrank.trainer.experiment.Metric;

/** Curves by condition, λ and metric, for statistics over draws. */
final class CurveSet {
    private record Key(String condition, double lambda, String metric) {}

    /** One quantity: {@code values[draw][record]} at {@code steps[record]}. */
    record Draws(long[] steps, double[][] values) {
        /** Record by record. */
        Draws combine(Draws other, DoubleBinaryOperator operator) {
            double[][] combined = new double[values.length][steps.length];
            for (int d = 0; d < values.length; d++) {
                for (int i = 0; i < steps.length; i++) {
                    combined[d][i] = operator.applyAsDouble(values[d][i], other.values[d][i]);
                }
            }
            return new Draws(steps, combined);
        }

        /** The draws' values at one record. */
        double[] at(int record) {
            return Arrays.stream(values).mapToDouble(draw -> draw[record]).toArray();
        }

        double mean(int record) {
            return Moments.of(at(record)).mean();
        }

        /** Sample standard deviation; NaN for a single draw. */
        double sd(int record) {
            return Moments.of(at(record)).sd();
        }

        int last() {
            return steps.length - 1;
        }
    }

    private final Map<Key, List<Curve>> curves = new LinkedHashMap<>();

    CurveSet(List<Curve> all) {
        for (Curve curve : all) {
            curves.computeIfAbsent(new Key(curve.condition(), curve.lambda(), curve.metric()), key -> new ArrayList<>())
                    .add(curve);
        }
    }

    /** Whether a quantity was recorded. */
    boolean has(String condition, double lambda, Metric metric) {
        return curves.containsKey(new Key(condition, lambda, metric.text()));
    }

    /** The draws of a quantity; it must be there. */
    Draws get(String condition, double lambda, Metric metric) {
        return get(condition, lambda, metric.text());
    }

    /** The same by its name in curves.csv, of an experiment that has metrics of its own. */
    Draws get(String condition, double lambda, String metric) {
        List<Curve> found = curves.get(new Key(condition, lambda, metric));
        if (found == null) {
            throw new IllegalArgumentException(
                    "result: no curve of " + metric + " for " + condition + " and weight decay " + lambda);
        }
        return new Draws(found.get(0).steps(), found.stream().map(Curve::values).toArray(double[][]::new));
    }

    /** The curves of a quantity at every λ; none where it was not recorded. */
    List<Curve> at(String condition, Metric metric) {
        return curves.entrySet().stream()
                .filter(entry -> entry.getKey().condition.equals(condition)
                        && entry.getKey().metric.equals(metric.text()))
                .flatMap(entry -> entry.getValue().stream())
                .toList();
    }

    /** Mean over both networks, or of the merged one over both tasks. */
    Draws both(String condition, double lambda, Metric metric) {
        return get(condition, lambda, metric.of(metric.subject().first()))
                .combine(get(condition, lambda, metric.of(metric.subject().second())), (a, b) -> (a + b) / 2);
    }
}
