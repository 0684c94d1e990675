package org.lowrank.trainer.output;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.FinetuningSettings.Optimizer;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/** The numbers of one optimiser at the last step, one a draw, means over both tasks. */
final class FinetuningCurves {
    private static final List<String> CONDITIONS = List.of(FinetuningSettings.DISJOINT, FinetuningSettings.SHARED);

    private final FinetuningSettings settings;
    private final CurveSet curves;
    private final Optimizer optimizer;

    FinetuningCurves(FinetuningSettings settings, CurveSet curves, Optimizer optimizer) {
        this.settings = settings;
        this.curves = curves;
        this.optimizer = optimizer;
    }

    private double[] last(String condition, double lambda, Metric metric) {
        CurveSet.Draws draws = curves.get(optimizer.condition(condition), lambda, metric);
        return draws.at(draws.last());
    }

    private double[] both(String condition, double lambda, Metric metric) {
        CurveSet.Draws draws = curves.both(optimizer.condition(condition), lambda, metric);
        return draws.at(draws.last());
    }

    /** Losses of the networks alone. */
    double[] alone(String condition, double lambda) {
        return both(condition, lambda, Quantity.LOSS.alone());
    }

    /** Losses of the merged network. */
    double[] merged(String condition, double lambda) {
        return both(condition, lambda, Quantity.LOSS.of(Subject.MERGED));
    }

    /** Merged over individual loss. */
    double[] ratios(String condition, double lambda) {
        return over(merged(condition, lambda), alone(condition, lambda));
    }

    /** ln 2 over individual loss: what an encoder has whose output is 0. */
    double[] untrained(String condition, double lambda) {
        return Arrays.stream(alone(condition, lambda))
                .map(loss -> Math.log(2) / loss)
                .toArray();
    }

    double[] stableRanks(String condition, double lambda) {
        return both(condition, lambda, Quantity.TASK_VECTOR_RANK.alone());
    }

    /** Mean of a metric over both tasks and the draws. */
    double mean(String condition, double lambda, Metric metric) {
        return Interval.of(both(condition, lambda, metric)).mean();
    }

    /** Mean over the draws of what belongs to the pair. */
    double mean(String condition, double lambda, Quantity quantity) {
        return Interval.of(last(condition, lambda, quantity.alone())).mean();
    }

    static double[] over(double[] above, double[] below) {
        double[] ratios = new double[above.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = above[i] / below[i];
        }
        return ratios;
    }

    /** A predicted quantity against the logarithm of the loss ratio, both conditions together. */
    RankCorrelation correlation(Quantity metric) {
        return correlation(metric, CONDITIONS);
    }

    /** The same within one condition. */
    RankCorrelation correlation(Quantity metric, String condition) {
        return correlation(metric, List.of(condition));
    }

    private RankCorrelation correlation(Quantity metric, List<String> conditions) {
        DoubleStream x = DoubleStream.empty();
        DoubleStream y = DoubleStream.empty();
        for (String condition : conditions) {
            x = DoubleStream.concat(x, DoubleStream.of(overLambda(condition, metric)));
            y = DoubleStream.concat(y, DoubleStream.of(lost(condition)));
        }
        return RankCorrelation.of(x.toArray(), y.toArray());
    }

    /** One draw's networks at several λ are no independent ones: their mean is one point. */
    private double[] overLambda(String condition, Quantity metric) {
        double[] sums = new double[0];
        for (double lambda : settings.training().weightDecays()) {
            sums = plus(sums, last(condition, lambda, metric.alone()));
        }
        return sums;
    }

    private double[] lost(String condition) {
        double[] sums = new double[0];
        for (double lambda : settings.training().weightDecays()) {
            sums = plus(
                    sums,
                    Arrays.stream(ratios(condition, lambda)).map(Math::log).toArray());
        }
        return sums;
    }

    private static double[] plus(double[] sums, double[] values) {
        double[] result = values.clone();
        for (int i = 0; i < sums.length; i++) {
            result[i] += sums[i];
        }
        return result;
    }

    /** Points of one λ: a predicted quantity and the loss ratio, draw by draw. */
    double[][] points(String condition, double lambda, Quantity metric) {
        return new double[][] {last(condition, lambda, metric.alone()), ratios(condition, lambda)};
    }
}
