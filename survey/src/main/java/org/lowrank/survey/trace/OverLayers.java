package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.analyzer.output.LayerFigures;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.Report.Series;

/** A quantity of each kind of matrix over steps: the median of the layers, and between which values most of them lie. */
final class OverLayers {
    /** A band is from this quantile to one less it. */
    private static final double FROM = 0.1;

    private final Map<String, TreeMap<Long, List<Double>>> kinds = new LinkedHashMap<>();

    /** A layer's value; one that is no number is left out. */
    void add(String kind, long step, double value) {
        if (Double.isFinite(value)) {
            kinds.computeIfAbsent(kind, k -> new TreeMap<>())
                    .computeIfAbsent(step, s -> new ArrayList<>())
                    .add(value);
        }
    }

    /** A line for each kind, in the order in which they came. */
    List<Series> lines() {
        List<Series> lines = new ArrayList<>();
        kinds.forEach((kind, steps) -> lines.add(line(kind, steps)));
        return lines;
    }

    private static Series line(String kind, TreeMap<Long, List<Double>> steps) {
        Series means = LayerFigures.line(kind, steps);
        Series medians = new Series(kind, means.x(), over(steps, Medians::of), null, means.style());
        return means.band() == null
                ? medians
                : medians.between(
                        over(steps, layers -> Quantiles.of(FROM, layers)),
                        over(steps, layers -> Quantiles.of(1 - FROM, layers)));
    }

    private static double[] over(TreeMap<Long, List<Double>> steps, ToDoubleFunction<double[]> statistic) {
        return steps.values().stream()
                .map(layers -> layers.stream().mapToDouble(Double::doubleValue).toArray())
                .mapToDouble(statistic)
                .toArray();
    }
}
