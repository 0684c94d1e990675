package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.CsvWriter;
import org.lowrank.trainer.curve.CurvePoint;
import org.lowrank.trainer.curve.Moments;

/** {@code curves.csv} and {@code summary.csv} of an experiment. */
public final class CurveTables {
    private CurveTables() {}

    /**
     * Mean and sample standard deviation (divisor n − 1, none for a single draw: an empty cell) over the draws whose value is defined.
     *
     * @param draws how many those are
     */
    public record SummaryRow(
            String experiment,
            String condition,
            double lambda,
            long step,
            String metric,
            double mean,
            double sd,
            int draws) {}

    /** All points as {@code experiment,condition,draw,lambda,step,metric,value}. */
    public static String curves(List<CurvePoint> points) {
        CsvWriter csv = new CsvWriter(List.of("experiment", "condition", "draw", "lambda", "step", "metric", "value"));
        for (CurvePoint point : points) {
            csv.add(List.of(
                    point.experiment(),
                    point.condition(),
                    Integer.toString(point.draw()),
                    CsvWriter.number(point.lambda()),
                    Long.toString(point.step()),
                    point.metric(),
                    CsvWriter.number(point.value())));
        }
        return csv.toString();
    }

    /** Rows of the summary, in the order in which their first points come. */
    public static List<SummaryRow> summarise(List<CurvePoint> points) {
        record Key(String experiment, String condition, double lambda, long step, String metric) {}
        Map<Key, List<Double>> groups = new LinkedHashMap<>();
        for (CurvePoint p : points) {
            groups.computeIfAbsent(
                            new Key(p.experiment(), p.condition(), p.lambda(), p.step(), p.metric()),
                            key -> new ArrayList<>())
                    .add(p.value());
        }
        List<SummaryRow> rows = new ArrayList<>();
        groups.forEach((key, all) -> {
            Moments moments =
                    Moments.of(all.stream().mapToDouble(Double::doubleValue).toArray());
            rows.add(new SummaryRow(
                    key.experiment(),
                    key.condition(),
                    key.lambda(),
                    key.step(),
                    key.metric(),
                    moments.mean(),
                    moments.sd(),
                    moments.count()));
        });
        return rows;
    }

    /** The summary as {@code experiment,condition,lambda,step,metric,mean,sd,draws}. */
    public static String summary(List<SummaryRow> rows) {
        CsvWriter csv =
                new CsvWriter(List.of("experiment", "condition", "lambda", "step", "metric", "mean", "sd", "draws"));
        for (SummaryRow row : rows) {
            csv.add(List.of(
                    row.experiment(),
                    row.condition(),
                    CsvWriter.number(row.lambda()),
                    Long.toString(row.step()),
                    row.metric(),
                    CsvWriter.number(row.mean()),
                    CsvWriter.number(row.sd()),
                    Integer.toString(row.draws())));
        }
        return csv.toString();
    }
}
