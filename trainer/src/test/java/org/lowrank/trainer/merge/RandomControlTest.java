package org.lowrank.trainer.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.TaskPair;

/** Expected values: what an orthogonal matrix keeps, and the triangle inequality. */
class RandomControlTest {
    private static ReluNetwork network(long seed) {
        return Initialisation.HE.draw(new int[] {10, 7, 5, 1}, new RandomStream(seed));
    }

    private static double squares(double[] a) {
        double sum = 0;
        for (double x : a) {
            sum += x * x;
        }
        return sum;
    }

    /** Of an orthogonal Q, QᵀQ = I: rotating the identity gives orthonormal columns. */
    @Test
    void rotationIsOrthogonal() {
        int n = 6;
        double[] q = new double[n * n];
        for (int i = 0; i < n; i++) {
            q[i * n + i] = 1;
        }
        RandomControl.rotate(q, n, n, new RandomStream(3));
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                double product = 0;
                for (int i = 0; i < n; i++) {
                    product += q[i * n + a] * q[i * n + b];
                }
                assertThat(product).isCloseTo(a == b ? 1 : 0, within(1e-13));
            }
        }
    }

    /** The mean of an entry of a uniformly random orthogonal matrix is 0 and of its square 1/n. */
    @Test
    void rotationsAreUniform() {
        int n = 4;
        double[] mean = new double[n * n];
        double[] square = new double[n * n];
        int draws = 4000;
        RandomStream random = new RandomStream(9);
        for (int t = 0; t < draws; t++) {
            double[] q = new double[n * n];
            for (int i = 0; i < n; i++) {
                q[i * n + i] = 1;
            }
            RandomControl.rotate(q, n, n, random);
            for (int i = 0; i < q.length; i++) {
                mean[i] += q[i] / draws;
                square[i] += q[i] * q[i] / draws;
            }
        }
        // Standard errors: 0.5/√4000 = 0.008 and below 0.25/√4000 = 0.004; five of each.
        assertThat(mean).containsExactly(new double[n * n], within(0.04));
        for (double s : square) {
            assertThat(s).isCloseTo(0.25, within(0.02));
        }
    }

    @Test
    void rotatedMatricesKeepTheirRankAndNormAndTheFirstOneItself() {
        ReluNetwork network = network(1);
        double[] w = network.weights()[1]; // 5 x 7, made of rank one: 2 a bᵀ
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 7; j++) {
                w[i * 7 + j] = 2 * Math.sin(i + 1) * Math.cos(j);
            }
        }
        ReluNetwork rotated = RandomControl.rotated(network, new RandomStream(4));
        assertThat(rotated.weights()[0]).isEqualTo(network.weights()[0]);
        for (int k = 1; k < 3; k++) {
            assertThat(squares(rotated.weights()[k])).isCloseTo(squares(network.weights()[k]), within(1e-12));
            assertThat(rotated.weights()[k]).isNotEqualTo(network.weights()[k]);
        }
        double[] r = rotated.weights()[1];
        for (int i = 1; i < 5; i++) {
            for (int j = 1; j < 7; j++) {
                assertThat(r[0] * r[i * 7 + j] - r[j] * r[i * 7])
                        .as("2 x 2 minor")
                        .isCloseTo(0, within(1e-12));
            }
        }
        assertThat(squares(RandomControl.gaussian(network, new RandomStream(4)).weights()[1]))
                .isCloseTo(squares(w), within(1e-12));
    }

    @Test
    void gapIsWithinItsBounds() {
        for (int seed = 0; seed < 20; seed++) {
            TaskPair tasks = SyntheticTasks.orthogonal(12, 10, 1, seed, 0);
            ReluNetwork own = network(seed);
            ReluNetwork other = network(100 + seed);
            ReluNetwork merged = MergedNetwork.of(own, other);
            double gap = MergeMechanism.of(own, other, merged, tasks.first(), tasks.second())
                    .outputGap();
            GapBound bound = GapBound.of(own, other, merged, tasks.first());
            assertThat(gap).isLessThanOrEqualTo(bound.measured());
            assertThat(bound.measured()).isLessThanOrEqualTo(bound.norms() * (1 + 1e-12));
        }
    }

    /** One neuron a layer, W = a and W′ = b positive, x > 0: f = a1 a2 x, the bound (a2 + b2) b1 x + b2 a1 x is the gap itself. */
    @Test
    void boundIsMetByOneNeuron() {
        ReluNetwork own = new ReluNetwork(new int[] {1, 1, 1}, new double[][] {{2}, {3}});
        ReluNetwork other = new ReluNetwork(new int[] {1, 1, 1}, new double[][] {{0.5}, {0.25}});
        org.lowrank.trainer.task.Task task =
                new org.lowrank.trainer.task.Task(1, 1, new double[] {1}, new double[] {1});
        GapBound bound = GapBound.of(own, other, MergedNetwork.of(own, other), task);
        assertThat(bound.measured()).isCloseTo((3.25 * 0.5 + 0.25 * 2) / 6, within(1e-12));
        assertThat((2.5 * 3.25 - 6) / 6).isCloseTo(bound.measured(), within(1e-12));
    }
}
