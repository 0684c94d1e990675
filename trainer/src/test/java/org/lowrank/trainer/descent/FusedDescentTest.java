package org.lowrank.trainer.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/** Expected values: {@link PlainDescent}, the same descent in double without any saving. */
class FusedDescentTest {
    private static ReluNetwork start(int d, int h1, int h2) {
        return Initialisation.UNIFORM.draw(new int[] {d, h1, h2, 1}, new RandomStream(7));
    }

    private static Task task(int n, int d) {
        return SyntheticTasks.sphere(n, d, 0, d / 2, 3, new RandomStream(1), new RandomStream(2));
    }

    /**
     * One step at a time from the fused descent's own weights: two long descents part ways by rounding alone, in float as
     * in double. Within a step rounding shows beyond its size only where it decides a ReLU; a unit whose pre-activation on
     * some input is 0 to float's precision (descent drives units to the kink and holds them there) may move by that
     * input's share of its gradient.
     */
    @ParameterizedTest(name = "n {0}, d {1}, widths {2} and {3}, η {4}, λ {5}, {6} steps, every {7}th compared")
    @CsvSource({
        "10, 30, 64, 12, 0.5, 1e-4, 300, 1", // fewer samples than dimensions of their space
        "33, 20, 50, 7, 0.3, 1e-2, 400, 1", // odd everything, several halvings of the scale
        "33, 20, 50, 7, 0.3, 0, 200, 1", // no decay
        "1, 8, 33, 130, 0.1, 1e-3, 100, 1", // one sample, more second-layer units than a kernel sums at once
        "7, 8, 5, 3, 0.1, 0.5, 200, 1", // collapse
        "100, 100, 1000, 100, 1, 1e-4, 900, 300" // Figure 3's shapes
    })
    void savingsChangeNothingBeyondRounding(
            int n, int d, int h1, int h2, double eta, double lambda, int steps, int every) {
        DescentSettings settings = new DescentSettings(eta, lambda);
        FusedDescent fused = new FusedDescent(start(d, h1, h2), task(n, d), settings);
        for (int step = 0; step < steps; step += every) {
            fused.advanceTo(step);
            ReluNetwork before = fused.network();
            PlainDescent plain = new PlainDescent(before, task(n, d), settings);
            fused.advanceTo(step + 1);
            plain.advanceTo(1);
            assertSame(fused.network(), plain.network(), undecided(before, task(n, d), eta), n, step);
        }
    }

    private static void assertSame(
            ReluNetwork actual, ReluNetwork expected, double[] undecided, int samples, int step) {
        for (int k = 0; k < 3; k++) {
            double[] w = expected.weights()[k];
            double largest = Arrays.stream(w).map(Math::abs).max().orElseThrow();
            // Roundings to float, of half an ulp each: the weight's, its gradient's factors and sums; the third layer's
            // weights are rounded once for every sample.
            double rounding = (k < 2 ? 8 : 8 + samples) * 0x1p-24 * largest;
            for (int i = 0; i < w.length; i++) {
                double difference = Math.abs(actual.weights()[k][i] - w[i]);
                double allowed = rounding + (k == 0 ? undecided[i / expected.widths()[0]] : 0);
                if (difference > allowed) {
                    fail("step %s, layer %s, entry %s: off by %s", step, k + 1, i, difference);
                }
            }
        }
    }

    /**
     * For each first-layer unit j: Σ η |∂L/∂h_ij| ‖x_i‖, ‖x_i‖ = 1, over the samples i with |z_ij| below 1e-7 times
     * ‖w_j‖ (half an ulp of float is 6e-8).
     */
    private static double[] undecided(ReluNetwork network, Task task, double eta) {
        int d = task.dimension();
        int h1 = network.widths()[1];
        int h2 = network.widths()[2];
        double[] move = new double[h1];
        for (int i = 0; i < task.samples(); i++) {
            double[] z1 = times(network.weights()[0], h1, d, Arrays.copyOfRange(task.inputs(), i * d, (i + 1) * d));
            double[] relu = Arrays.stream(z1).map(z -> Math.max(z, 0)).toArray();
            double[] z2 = times(network.weights()[1], h2, h1, relu);
            double f = 0;
            for (int k = 0; k < h2; k++) {
                f += network.weights()[2][k] * Math.max(z2[k], 0);
            }
            double g = LogisticLoss.derivative(task.labels()[i] * f) / task.samples();
            for (int j = 0; j < h1; j++) {
                double norm = Math.sqrt(squares(network.weights()[0], j * d, d));
                if (Math.abs(z1[j]) < 1e-7 * norm) {
                    double below = 0;
                    for (int k = 0; k < h2; k++) {
                        below += z2[k] > 0 ? network.weights()[2][k] * network.weights()[1][k * h1 + j] : 0;
                    }
                    move[j] += eta * Math.abs(g * below);
                }
            }
        }
        return move;
    }

    private static double[] times(double[] matrix, int rows, int cols, double[] x) {
        double[] y = new double[rows];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                y[r] += matrix[r * cols + c] * x[c];
            }
        }
        return y;
    }

    private static double squares(double[] values, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += values[i] * values[i];
        }
        return sum;
    }

    @Test
    void chunksOfStepsDoNotMatter() {
        DescentSettings settings = new DescentSettings(0.5, 1e-2);
        FusedDescent whole = new FusedDescent(start(20, 40, 9), task(12, 20), settings);
        FusedDescent parts = new FusedDescent(start(20, 40, 9), task(12, 20), settings);
        whole.advanceTo(300);
        for (int step : new int[] {1, 63, 64, 65, 200, 300}) {
            parts.advanceTo(step);
        }
        assertThat(parts.network().weights()).isDeepEqualTo(whole.network().weights());
    }

    @Test
    void restoredDescentGoesOnBitForBit() {
        DescentSettings settings = new DescentSettings(0.5, 1e-2);
        FusedDescent whole = new FusedDescent(start(20, 40, 9), task(12, 20), settings);
        whole.advanceTo(128);
        FusedDescent resumed = new FusedDescent(start(20, 40, 9), task(12, 20), settings);
        resumed.restore(whole.save());
        whole.advanceTo(500);
        resumed.advanceTo(500);
        assertThat(resumed.network().weights()).isDeepEqualTo(whole.network().weights());
    }

    /** Weights of dead units decay without end; products of what is left of them would be denormal and slow. */
    @Test
    void negligibleWeightsBecomeZero() {
        FusedDescent descent = new FusedDescent(start(20, 40, 9), task(12, 20), new DescentSettings(1, 1e-2));
        descent.advanceTo(5056);
        double[] second = descent.network().weights()[1];
        assertThat(second).contains(0);
        assertThat(Arrays.stream(second).map(Math::abs).filter(w -> w > 0).min().orElseThrow())
                .isGreaterThan(0x1p-46);
        assertThat(Arrays.stream(second).map(Math::abs).max().orElseThrow()).isGreaterThan(0x1p-12);
    }

    @Test
    void whatIsOrthogonalToTheInputsShrinksByTheFactorOfDecay() {
        // No input touches the second half of the coordinates: W1 there is (1 − 0.5·0.01)^100 of its start.
        FusedDescent descent = new FusedDescent(start(20, 40, 9), task(12, 20), new DescentSettings(0.5, 0.01));
        descent.advanceTo(100);
        double factor = Math.pow(0.995, 100);
        for (int j = 0; j < 40; j++) {
            assertThat(descent.network().weights()[0][j * 20 + 15])
                    .isCloseTo(factor * start(20, 40, 9).weights()[0][j * 20 + 15], within(1e-14));
        }
    }
}
