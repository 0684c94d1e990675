package org.lowrank.trainer.descent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/** Expected values: the plain double descent of the same network, one λ at a time. */
class StochasticSweepTest {
    private static final int[] WIDTHS = {12, 5, 4, 1}; // odd widths: the kernels pad them

    private static Task task() {
        return SyntheticTasks.sphere(43, 12, 0, 12, 10, new RandomStream(1), new RandomStream(2));
    }

    private static ReluNetwork start() {
        return Initialisation.UNIFORM.draw(WIDTHS, new RandomStream(3));
    }

    @Test
    void everyLaneFollowsThePlainDescentOfItsWeightDecay() {
        double[] lambdas = {0, 1e-7, 1e-3, 0.5};
        StochasticSweep sweep = new StochasticSweep(start(), task(), 0.1, lambdas, 10, new BatchOrder(43, 4));
        for (int e = 0; e < 4; e++) {
            sweep.epoch();
        }
        for (int l = 0; l < lambdas.length; l++) {
            PlainStochasticDescent plain = new PlainStochasticDescent(
                    start(), task(), new DescentSettings(0.1, lambdas[l]), 10, new BatchOrder(43, 4));
            for (int e = 0; e < 4; e++) {
                plain.epoch();
            }
            for (int k = 0; k < 3; k++) {
                assertThat(sweep.network(l).weights()[k])
                        .as("λ = %s, layer %s", lambdas[l], k + 1)
                        .containsExactly(plain.network(0).weights()[k], within(2e-6));
            }
        }
    }
}
