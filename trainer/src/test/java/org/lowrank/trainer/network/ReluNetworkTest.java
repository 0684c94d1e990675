package org.lowrank.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

class ReluNetworkTest {
    private static double loss(ReluNetwork network, Task task) {
        double[] f = network.outputs(task);
        double sum = 0;
        for (int i = 0; i < f.length; i++) {
            sum += LogisticLoss.of(task.labels()[i] * f[i]);
        }
        return sum / f.length;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void gradientIsTheFiniteDifferenceOfTheLoss(int depth) {
        int[] widths = new int[depth + 1];
        Arrays.fill(widths, 6);
        widths[0] = 9;
        widths[depth] = 1;
        Task task = SyntheticTasks.sphere(7, 9, 0, 9, 3, new RandomStream(1), new RandomStream(2));
        ReluNetwork network = Initialisation.HE.draw(widths, new RandomStream(depth));
        double[][] gradient =
                Arrays.stream(network.weights()).map(w -> new double[w.length]).toArray(double[][]::new);
        assertThat(network.gradient(task, gradient)).isCloseTo(loss(network, task), within(1e-15));
        double h = 1e-6;
        for (int k = 0; k < depth; k++) {
            double[] w = network.weights()[k];
            for (int i = 0; i < w.length; i++) {
                double at = w[i];
                w[i] = at + h;
                double above = loss(network, task);
                w[i] = at - h;
                double below = loss(network, task);
                w[i] = at;
                // Central differences: error h²·f‴/6 + 2⁻⁵²/h, about 2e-10.
                assertThat(gradient[k][i]).isCloseTo((above - below) / (2 * h), within(2e-9));
            }
        }
    }

    @Test
    void derivativeOfReluAtZeroIsZero() {
        // h1 = φ(0·x) = 0: no gradient passes, so W1's and W2's vanish.
        ReluNetwork network = new ReluNetwork(new int[] {1, 1, 1}, new double[][] {{0}, {1}});
        double[][] gradient = {{5}, {5}};
        double loss = network.gradient(new Task(1, 1, new double[] {1}, new double[] {1}), gradient);
        assertThat(loss).isEqualTo(Math.log(2), within(1e-16)); // f = 0
        assertThat(gradient[0][0]).isZero();
        assertThat(gradient[1][0]).isZero();
    }

    @Test
    void logisticLossNeitherOverflowsNorCancels() {
        assertThat(LogisticLoss.of(-1000)).isEqualTo(1000); // ln(1 + e^1000) = 1000 + e^−1000
        assertThat(LogisticLoss.of(40)).isEqualTo(StrictMath.exp(-40), within(1e-33)); // ln(1 + q) = q − q²/2
        assertThat(LogisticLoss.derivative(0)).isEqualTo(-0.5);
        assertThat(LogisticLoss.derivative(-1000)).isEqualTo(-1);
        assertThat(LogisticLoss.derivative(1000)).isEqualTo(-0.0);
    }
}
