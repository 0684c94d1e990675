package org.lowrank.trainer.theory.merging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.trainer.theory.flow.Effort;
import org.lowrank.trainer.theory.flow.OneNeuron;

class CollapseEdgeTest {
    private static final Effort EFFORT = new Effort(1e-9, 1_000_000);
    private static final double STEP = 0.02;

    private static double infimum(int layers, int k, double time) {
        return new CollapseEdge(layers, k, EFFORT).infimum(time);
    }

    /** r at the time and, as γ, its smallest value over a time ten times as long, by Heun's method. */
    private static double[] weights(int layers, double lambda, double time) {
        double r = 1.2;
        double then = r;
        double smallest = r;
        for (int i = 0; i < Math.round(10 * time / STEP); i++) {
            then = i == Math.round(time / STEP) ? r : then;
            double slope = slope(r, layers, lambda);
            r += STEP / 2 * (slope + slope(r + STEP * slope, layers, lambda));
            smallest = Math.min(smallest, r);
        }
        return new double[] {then, smallest};
    }

    private static double slope(double r, int layers, double lambda) {
        return -lambda * r + Math.pow(r, layers - 1) / (1 + Math.exp(Math.pow(r, layers)));
    }

    /** Over 1,000 λ of [0, 1], each with the smallest activation that its own run has. */
    @ParameterizedTest
    @CsvSource({"2, 1", "3, 1", "3, 2", "4, 3"})
    void noLambdaOfAGridHasLessAndOneHasNearlyIt(int layers, int k) {
        double time = 60;
        double threshold = Math.sqrt(Math.log1p(Math.exp(-Math.pow(1.2, layers))) / time);
        double least = Double.POSITIVE_INFINITY;
        for (int i = 1; i <= 1000; i++) {
            double lambda = i / 1000.0;
            double[] r = weights(layers, lambda, time);
            if (lambda * r[1] > threshold) {
                least = Math.min(least, Math.pow(r[0], 2 * k));
            }
        }
        double infimum = infimum(layers, k, time);

        assertThat(least).isGreaterThan(infimum).isCloseTo(infimum, within(0.1 * infimum));
    }

    @Test
    void tendsToZeroLikeOneOverTimeWithTwoLayers() {
        assertThat(1e4 * infimum(2, 1, 1e4)).isCloseTo(1e3 * infimum(2, 1, 1e3), within(0.02));
    }

    @Test
    void staysAboveTheJumpWithMoreLayers() {
        for (int layers : new int[] {3, 4}) {
            double jump = Math.pow(OneNeuron.edge(layers).r(), 2);
            assertThat(infimum(layers, 1, 1e3)).isGreaterThan(jump);
            assertThat(infimum(layers, 1, 1e4)).isBetween(jump, 1.001 * jump);
        }
    }

    /** √(C/t) is above every λ γ_k. */
    @Test
    void thereIsNoneWhereNoLambdaIsAdmitted() {
        assertThat(infimum(3, 1, 0.5)).isNaN();
    }
}
