package org.lowrank.analyzer.output;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.overlap.Distribution;
import org.lowrank.analyzer.overlap.MergeBound;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.reports.CsvWriter;

/**
 * overlap.csv, one number a row: {@code model,revision,set,metric,parameter,value}. Set is {@code all} (every pair) or
 * {@code distinct} (tokens that occur in one text only); parameter is a level, a threshold, the middle of an interval of
 * the histogram, or {@code statistic lambda} and steps of a bound.
 */
public final class OverlapOutput {
    private OverlapOutput() {}

    /** The text of overlap.csv. */
    public static String csv(OverlapResult result) {
        CsvWriter rows = new CsvWriter(List.of("model", "revision", "set", "metric", "parameter", "value"));
        TextOverlap overlap = result.overlap();
        distribution(result, rows, "distinct", overlap.distinct());
        distribution(result, rows, "all", overlap.all());
        for (MergeBound bound : overlap.bounds()) {
            String parameter = bound.statistic() + " lambda " + CsvWriter.number(bound.lambda());
            add(result, rows, bound.set(), "corollary_1_limit", parameter, bound.limit());
            for (int i = 0; i < MergeBound.STEPS.size(); i++) {
                add(
                        result,
                        rows,
                        bound.set(),
                        "corollary_1_bound",
                        parameter + " step " + MergeBound.STEPS.get(i),
                        bound.bounds().get(i));
            }
        }
        return rows.toString();
    }

    private static void distribution(
            OverlapResult result, CsvWriter rows, String set, @Nullable Distribution distribution) {
        if (distribution == null) {
            return;
        }
        add(result, rows, set, "uses", "", distribution.uses());
        add(result, rows, set, "pairs", "", distribution.pairs());
        add(result, rows, set, "mean", "", distribution.mean());
        add(result, rows, set, "sd", "", distribution.sd());
        add(result, rows, set, "min", "", distribution.min());
        add(result, rows, set, "max", "", distribution.max());
        add(result, rows, set, "epsilon", "", distribution.epsilon());
        list(result, rows, set, "quantile", Distribution.LEVELS, distribution.quantiles());
        list(result, rows, set, "absolute_quantile", Distribution.ABSOLUTE_LEVELS, distribution.absoluteQuantiles());
        list(result, rows, set, "share_above", Distribution.THRESHOLDS, distribution.sharesAbove());
        for (int bin = 0; bin < distribution.histogram().length; bin++) {
            add(
                    result,
                    rows,
                    set,
                    "histogram",
                    CsvWriter.number(middle(bin, distribution.histogram().length)),
                    distribution.histogram()[bin]);
        }
    }

    /** Middle of an interval of the histogram over [−1, 1]. */
    static double middle(int bin, int bins) {
        return (2.0 * bin + 1 - bins) / bins;
    }

    private static void list(
            OverlapResult result,
            CsvWriter rows,
            String set,
            String metric,
            List<Double> parameters,
            List<Double> values) {
        for (int i = 0; i < parameters.size(); i++) {
            add(result, rows, set, metric, CsvWriter.number(parameters.get(i)), values.get(i));
        }
    }

    private static void add(
            OverlapResult result, CsvWriter rows, String set, String metric, String parameter, double value) {
        boolean whole = metric.equals("uses") || metric.equals("pairs");
        rows.add(List.of(
                result.model().model(),
                result.model().revision(),
                set,
                metric,
                parameter,
                whole ? Long.toString((long) value) : CsvWriter.number(value)));
    }
}
