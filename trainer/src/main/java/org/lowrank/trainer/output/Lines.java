package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/**
 * Lines over draws: means with bands of one standard deviation, for logarithmic axes medians with bands of quantiles, every draw
 * thinly beside them; and panels of them.
 */
final class Lines {
    /** More than these are a grey haze. */
    private static final int MOST_DRAWN = 12;

    private Lines() {}

    /** Mean and standard deviation over the recorded steps, and thinly every draw; step 0 has no place on a logarithmic axis. */
    static List<Series> overSteps(String name, CurveSet.Draws draws, Style style) {
        int[] records = records(draws);
        double[] x = IntStream.of(records).mapToDouble(i -> draws.steps()[i]).toArray();
        return withDraws(
                new Series(
                        name,
                        x,
                        IntStream.of(records).mapToDouble(draws::mean).toArray(),
                        IntStream.of(records).mapToDouble(draws::sd).toArray(),
                        style),
                IntStream.of(records).mapToObj(draws::at).toList());
    }

    /** Likewise of the last recorded step of each λ. */
    static List<Series> overLambda(String name, List<Double> lambdas, List<CurveSet.Draws> draws, Style style) {
        return withDraws(
                new Series(
                        name,
                        abscissae(lambdas),
                        draws.stream().mapToDouble(d -> d.mean(d.last())).toArray(),
                        draws.stream().mapToDouble(d -> d.sd(d.last())).toArray(),
                        style),
                last(draws));
    }

    /** Median and quantiles over the recorded steps: what a logarithmic axis is for has no mean worth drawing. */
    static List<Series> medians(String name, CurveSet.Draws draws, Style style) {
        int[] records = records(draws);
        return medians(
                name,
                IntStream.of(records).mapToDouble(i -> draws.steps()[i]).toArray(),
                IntStream.of(records).mapToObj(draws::at).toList(),
                style);
    }

    /** Likewise of the last recorded step of each λ. */
    static List<Series> mediansOverLambda(String name, List<Double> lambdas, List<CurveSet.Draws> draws, Style style) {
        return medians(name, abscissae(lambdas), last(draws), style);
    }

    /**
     * A line of medians with a band from the 10 % to the 90 % quantile, and thinly every draw.
     *
     * @param values at each abscissa those of the draws
     */
    static List<Series> medians(String name, double[] x, List<double[]> values, Style style) {
        return withDraws(
                new Series(name, x, quantile(values, 0.5), null, style)
                        .between(quantile(values, 0.1), quantile(values, 0.9)),
                values);
    }

    /** Several lines with what belongs to each. */
    @SafeVarargs
    static List<Series> together(List<Series>... lines) {
        List<Series> all = new ArrayList<>();
        for (List<Series> line : lines) {
            all.addAll(line);
        }
        return all;
    }

    static List<double[]> last(List<CurveSet.Draws> draws) {
        return draws.stream().map(d -> d.at(d.last())).toList();
    }

    private static int[] records(CurveSet.Draws draws) {
        return IntStream.range(0, draws.steps().length)
                .filter(i -> draws.steps()[i] > 0)
                .toArray();
    }

    private static double[] quantile(List<double[]> values, double share) {
        return values.stream().mapToDouble(at -> Quantiles.of(share, at)).toArray();
    }

    /** Where the draws are not the same at every abscissa, they make no lines. */
    private static List<Series> withDraws(Series line, List<double[]> values) {
        List<Series> all = new ArrayList<>(List.of(line));
        int draws = values.isEmpty() ? 0 : values.get(0).length;
        if (draws > 1 && draws <= MOST_DRAWN && values.stream().allMatch(at -> at.length == draws)) {
            for (int draw = 0; draw < draws; draw++) {
                int own = draw;
                double[] y = values.stream().mapToDouble(at -> at[own]).toArray();
                all.add(new Series(line.name(), line.x(), y, null, Style.THIN));
            }
        }
        return all;
    }

    /** A horizontal rule at 1 under ratios. */
    static Series one(List<Double> lambdas) {
        double[] x = abscissae(lambdas);
        return new Series(
                "1: as good as alone",
                x,
                DoubleStream.generate(() -> 1).limit(x.length).toArray(),
                null,
                Style.DOTTED);
    }

    static Panel panel(String id, String title, Axis x, Axis y, List<Series> series) {
        return new Panel(id, title, x, y, series);
    }

    /** λ = 0 stands one decade below the smallest positive λ. */
    static double[] abscissae(List<Double> lambdas) {
        double zero = zero(lambdas);
        return lambdas.stream().mapToDouble(l -> l > 0 ? l : zero).toArray();
    }

    private static double zero(List<Double> lambdas) {
        return lambdas.stream().mapToDouble(l -> l).filter(l -> l > 0).min().orElse(1) / 10;
    }

    static Axis lambdaAxis(List<Double> lambdas) {
        String zero = lambdas.contains(0.0) ? " (0 drawn at " + NumberText.exact(zero(lambdas)) + ")" : "";
        return new Axis("weight decay λ" + zero, true, false);
    }
}
