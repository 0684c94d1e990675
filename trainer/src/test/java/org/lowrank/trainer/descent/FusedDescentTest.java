package org.lowrank.trainer.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.trainer.network.Initialisation;
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
     * One step at a time from the fused descent's own weights: rounding that flips a unit whose pre-activation is nearly 0
     * makes two long descents part ways, in float as in double, and says nothing about the step.
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
            PlainDescent plain = new PlainDescent(fused.network(), task(n, d), settings);
            fused.advanceTo(step + 1);
            plain.advanceTo(1);
            for (int k = 0; k < 3; k++) {
                // Weights are below 2 and float rounds those to 6e-8; sums of up to 1000 products of them to a few
                // 1e-7.
                double[] expected = plain.network().weights()[k];
                double[] actual = fused.network().weights()[k];
                for (int i = 0; i < expected.length; i++) {
                    if (Math.abs(actual[i] - expected[i]) >= 1e-6)
                        assertThat(Math.abs(actual[i] - expected[i]))
                                .as("step %s, layer %s, entry %s", step, k + 1, i)
                                .isLessThan(1e-6);
                }
            }
        }
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
