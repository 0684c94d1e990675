package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Numbers of pairs of matrices as lines over layers, and what the figures of a comparison share. */
final class PairSeries {
    static final Axis LAYER = new Axis("Layer", false, false);

    private PairSeries() {}

    /** A value of the task vector, NaN where there is none. */
    static ToDoubleFunction<MatrixPair> vector(ToDoubleFunction<TaskVector> value) {
        return pair -> {
            TaskVector vector = pair.taskVector();
            return vector == null ? Double.NaN : value.applyAsDouble(vector);
        };
    }

    /** A value of the overlap, NaN where there is none. */
    static ToDoubleFunction<MatrixPair> overlap(ToDoubleFunction<SubspaceOverlap> value) {
        return pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? Double.NaN : value.applyAsDouble(overlap);
        };
    }

    /** Each stack with the prefix of its titles, which is empty where there is one stack only. */
    static void byStack(List<MatrixPair> pairs, BiConsumer<String, List<MatrixPair>> action) {
        Map<String, List<MatrixPair>> stacks = new LinkedHashMap<>();
        pairs.forEach(pair -> stacks.computeIfAbsent(pair.id().stack(), k -> new ArrayList<>())
                .add(pair));
        stacks.forEach((stack, members) -> action.accept(stacks.size() > 1 ? stack + " · " : "", members));
    }

    /** A line per kind over layers; the mean with a band where a layer has experts. */
    static List<Series> lines(List<MatrixPair> pairs, ToDoubleFunction<MatrixPair> value) {
        Map<String, TreeMap<Integer, List<Double>>> kinds = new LinkedHashMap<>();
        for (MatrixPair pair : pairs) {
            kinds.computeIfAbsent(pair.kind(), k -> new TreeMap<>())
                    .computeIfAbsent(pair.id().layer(), l -> new ArrayList<>())
                    .add(value.applyAsDouble(pair));
        }
        List<Series> series = new ArrayList<>();
        kinds.forEach((kind, layers) -> series.add(LayerFigures.line(kind, layers)));
        return series;
    }

    /** One dotted line per distinct value, named after the kinds that share it. */
    static List<Series> baselines(List<MatrixPair> pairs, ToDoubleFunction<MatrixPair> value) {
        Map<Double, List<String>> kindsAt = new LinkedHashMap<>();
        for (MatrixPair pair : pairs) {
            double at = value.applyAsDouble(pair);
            if (!Double.isNaN(at)) {
                List<String> kinds = kindsAt.computeIfAbsent(at, k -> new ArrayList<>());
                if (!kinds.contains(pair.kind())) {
                    kinds.add(pair.kind());
                }
            }
        }
        int first = pairs.stream().mapToInt(pair -> pair.id().layer()).min().orElse(0);
        int last = pairs.stream().mapToInt(pair -> pair.id().layer()).max().orElse(0);
        List<Series> series = new ArrayList<>();
        kindsAt.forEach((at, kinds) -> series.add(new Series(
                "Random " + String.join(", ", kinds),
                new double[] {first, last},
                new double[] {at, at},
                null,
                Style.DOTTED)));
        return series;
    }
}
