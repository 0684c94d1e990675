package org.lowrank.trainer.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/** Expected values: {@link PlainDescent}, the same descent in double without any saving. */
class LayeredDescentTest {
    private static ReluNetwork start(int d, String hidden) {
        int[] between =
                Arrays.stream(hidden.split(" ")).mapToInt(Integer::parseInt).toArray();
        int[] widths = new int[between.length + 2];
        widths[0] = d;
        System.arraycopy(between, 0, widths, 1, between.length);
        widths[widths.length - 1] = 1;
        return Initialisation.HE.draw(widths, new RandomStream(7));
    }

    private static Task task(int n, int d) {
        return SyntheticTasks.sphere(n, d, 0, d / 2, 3, new RandomStream(1), new RandomStream(2));
    }

    /**
     * One step at a time from the descent's own weights, as in {@link FusedDescentTest}. Steps at which rounding could decide a ReLU
     * are passed over; descent holds some units at the kink, so that these are many, but the others must be too.
     */
    @ParameterizedTest(name = "n {0}, d {1}, hidden {2}, η {3}, λ {4}, {5} steps")
    @CsvSource({
        "10, 30, 64, 0.5, 1e-4, 300", // one hidden layer, two blocks of lanes on most machines
        "33, 20, 50 7 9, 0.3, 1e-2, 400", // odd everything, several halvings of the scale
        "33, 20, 10 10 10 10, 0.3, 0, 300", // five layers, no decay
        "1, 8, 3 70 5, 0.1, 1e-3, 100", // one sample, a wide layer between narrow ones
        "7, 8, 5 3 4, 0.1, 0.5, 200", // collapse
        "20, 30, 40 12, 0.3, 1e-3, 300" // Figure 3's depth, which FusedDescent has too
    })
    void savingsChangeNothingBeyondRounding(int n, int d, String hidden, double eta, double lambda, int steps) {
        DescentSettings settings = new DescentSettings(eta, lambda);
        Task task = task(n, d);
        LayeredDescent layered = new LayeredDescent(start(d, hidden), task, settings);
        int compared = 0;
        for (int step = 0; step < steps; step++) {
            layered.advanceTo(step);
            ReluNetwork before = layered.network();
            if (!decided(before, task)) {
                continue;
            }
            compared++;
            PlainDescent plain = new PlainDescent(before, task, settings);
            layered.advanceTo(step + 1);
            plain.advanceTo(1);
            assertSame(layered.network(), plain.network(), step, n);
        }
        assertThat(compared).isGreaterThan(steps / 4);
    }

    /** Whether no pre-activation is 0 to the rounding of its sum in float; 0 itself is that of an input that no unit below sees. */
    private static boolean decided(ReluNetwork network, Task task) {
        double[][] h = network.activations(task);
        for (int k = 1; k < network.depth(); k++) {
            double[] z = network.product(k, h[k - 1]);
            double largest = Arrays.stream(z).map(Math::abs).max().orElseThrow();
            if (Arrays.stream(z).anyMatch(value -> value != 0 && Math.abs(value) < 1e-6 * largest)) {
                return false;
            }
        }
        return true;
    }

    private static void assertSame(ReluNetwork actual, ReluNetwork expected, int step, int samples) {
        for (int k = 0; k < expected.depth(); k++) {
            double[] w = expected.weights()[k];
            double largest = Arrays.stream(w).map(Math::abs).max().orElseThrow();
            // Half an ulp for the weight, and for each factor and sum of its gradient; the last layer's are rounded at
            // every sample.
            double rounding = (k + 1 < expected.depth() ? 8 : 8 + samples) * 0x1p-24 * largest;
            for (int i = 0; i < w.length; i++) {
                assertThat(actual.weights()[k][i])
                        .as("step %s, layer %s, entry %s", step, k + 1, i)
                        .isCloseTo(w[i], within(rounding));
            }
        }
    }

    @Test
    void restoredDescentGoesOnBitForBit() {
        DescentSettings settings = new DescentSettings(0.5, 1e-2);
        LayeredDescent whole = new LayeredDescent(start(20, "40 9 12"), task(12, 20), settings);
        whole.advanceTo(128);
        LayeredDescent resumed = new LayeredDescent(start(20, "40 9 12"), task(12, 20), settings);
        resumed.restore(whole.save());
        whole.advanceTo(500);
        Random chunks = new Random(1);
        for (long step = 128; step < 500; step += 1 + chunks.nextInt(90)) {
            resumed.advanceTo(step);
        }
        resumed.advanceTo(500);
        assertThat(resumed.network().weights()).isDeepEqualTo(whole.network().weights());
    }

    @Test
    void whatIsOrthogonalToTheInputsShrinksByTheFactorOfDecay() {
        // No input touches the second half of the coordinates: W1 there is (1 − 0.5·0.01)^100 of its start.
        LayeredDescent descent = new LayeredDescent(start(20, "40"), task(12, 20), new DescentSettings(0.5, 0.01));
        descent.advanceTo(100);
        for (int j = 0; j < 40; j++) {
            assertThat(descent.network().weights()[0][j * 20 + 15])
                    .isCloseTo(Math.pow(0.995, 100) * start(20, "40").weights()[0][j * 20 + 15], within(1e-14));
        }
    }

    @Test
    void anotherDimensionIsRefused() {
        assertThatThrownBy(() -> new LayeredDescent(start(20, "4"), task(12, 10), new DescentSettings(0.5, 0.01)))
                .hasMessage(
                        "descent: network of widths [20, 4, 1] for inputs of dimension 10: need a hidden layer and equal"
                                + " dimensions");
    }
}
