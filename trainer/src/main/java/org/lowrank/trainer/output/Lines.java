package org.lowrank.trainer.output;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.trainer.curve.Moments;

/** Series with bands of one standard deviation, medians with quantiles for logarithmic axes, and panels of them. */
final class Lines {
    private Lines() {}

    /** Over the recorded steps; step 0 has no place on a logarithmic axis. */
    static Series overSteps(String name, CurveSet.Draws draws, Style style) {
        int[] records = IntStream.range(0, draws.steps().length)
                .filter(i -> draws.steps()[i] > 0)
                .toArray();
        return new Series(
                name,
                IntStream.of(records).mapToDouble(i -> draws.steps()[i]).toArray(),
                IntStream.of(records).mapToDouble(draws::mean).toArray(),
                IntStream.of(records).mapToDouble(draws::sd).toArray(),
                style);
    }

    /** The last recorded step of each λ. */
    static Series overLambda(String name, List<Double> lambdas, List<CurveSet.Draws> draws, Style style) {
        return new Series(
                name,
                abscissae(lambdas),
                draws.stream().mapToDouble(d -> d.mean(d.last())).toArray(),
                draws.stream().mapToDouble(d -> d.sd(d.last())).toArray(),
                style);
    }

    /** The median over draws at the recorded steps: what a logarithmic axis is for has no mean worth drawing. */
    static Series medians(String name, CurveSet.Draws draws, Style style) {
        return quantile(name, draws, 0.5, style);
    }

    /** A quantile over draws at the recorded steps, without step 0. */
    static Series quantile(String name, CurveSet.Draws draws, double share, Style style) {
        int[] records = IntStream.range(0, draws.steps().length)
                .filter(i -> draws.steps()[i] > 0)
                .toArray();
        return new Series(
                name,
                IntStream.of(records).mapToDouble(i -> draws.steps()[i]).toArray(),
                IntStream.of(records)
                        .mapToDouble(i -> Moments.quantile(draws.at(i), share))
                        .toArray(),
                null,
                style);
    }

    /** A quantile over draws at the last recorded step of each λ. */
    static Series quantileOverLambda(
            String name, List<Double> lambdas, List<CurveSet.Draws> draws, double share, Style style) {
        return new Series(
                name,
                abscissae(lambdas),
                draws.stream()
                        .mapToDouble(d -> Moments.quantile(d.at(d.last()), share))
                        .toArray(),
                null,
                style);
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
