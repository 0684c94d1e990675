package org.lowrank.trainer.theory.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

class NetworkTest {
    private static final double[] X = {0.3, -0.5, 0.2, 0.7};

    /** Central differences with h = 1e-6 are exact to about h² and 1e-16/h: 1e-8 leaves room for both. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void gradientAgreesWithFiniteDifferences(Activation activation) {
        Random random = new Random(7);
        Network network = new Network(activation, 4, 5, 3, 1);
        Sample sample = Samples.separable(6, 4, 0, 4, random);
        double[] theta = Starts.gaussian(network, 1.5, random);
        double[] gradient = new double[theta.length];

        double loss = network.gradient(theta, sample, gradient);

        assertThat(loss).isCloseTo(network.loss(theta, sample), within(1e-15));
        assertThat(Vectors.norm(gradient)).isGreaterThan(1e-3);
        for (int i = 0; i < theta.length; i++) {
            double h = 1e-6;
            double[] up = theta.clone();
            double[] down = theta.clone();
            up[i] += h;
            down[i] -= h;
            double difference = (network.loss(up, sample) - network.loss(down, sample)) / (2 * h);
            assertThat(gradient[i]).as("component %d", i).isCloseTo(difference, within(1e-8));
        }
    }

    /** f_{aθ} = a^{1 + p + p²} f_θ for three layers and σ of degree p: a factor from each layer, through the σ above it. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void outputIsHomogeneousInTheParameters(Activation activation) {
        Network network = new Network(activation, 4, 5, 3, 1);
        double[] theta = Starts.gaussian(network, 1.5, new Random(3));
        int p = activation.degree();

        double scaled = network.output(Vectors.times(1.3, theta), X);

        assertThat(network.output(theta, X)).isNotZero();
        assertThat(scaled).isCloseTo(Math.pow(1.3, 1 + p + p * p) * network.output(theta, X), within(1e-12));
    }

    @Test
    void endToEndVectorOfALinearNetworkGivesItsOutput() {
        Network network = Network.of(Activation.IDENTITY, 3, 4, 5);
        double[] theta = Starts.gaussian(network, 1, new Random(1));

        assertThat(Vectors.dot(network.endToEnd(theta), X)).isCloseTo(network.output(theta, X), within(1e-14));
    }

    /** σ′(0) = 0: a zero network does not move. */
    @Test
    void zeroIsStationaryForRelu() {
        Network network = Network.of(Activation.RELU, 2, 4, 3);
        double[] gradient = new double[network.parameters()];

        double loss = network.gradient(
                new double[network.parameters()], new Sample(new double[][] {X}, new double[] {1}), gradient);

        assertThat(loss).isCloseTo(Math.log(2), within(1e-15));
        assertThat(gradient).containsOnly(0);
    }

    /** ln(1 + e^{−z}) ≈ −z for z → −∞ and e^{−z} for z → ∞; naive evaluation overflows at 1000. */
    @Test
    void logisticLossDoesNotOverflow() {
        assertThat(LogisticLoss.of(-1000)).isEqualTo(1000);
        assertThat(LogisticLoss.of(40)).isCloseTo(Math.exp(-40), within(1e-30));
        assertThat(LogisticLoss.derivative(-1000)).isEqualTo(-1);
        assertThat(LogisticLoss.derivative(1000)).isZero();
        assertThat(LogisticLoss.derivative(0)).isEqualTo(-0.5);
    }

    /** Two implementations that share no line: this one and that of the experiments. */
    @Test
    void lossAndGradientAreThoseOfTheExperimentsNetwork() {
        Random random = new Random(3);
        Network network = new Network(Activation.RELU, 4, 5, 3, 1);
        Sample sample = Samples.separable(6, 4, 0, 4, random);
        double[] theta = Starts.gaussian(network, 1.5, random);
        double[][] weights = {network.layer(theta, 1), network.layer(theta, 2), network.layer(theta, 3)};
        double[] inputs = java.util.Arrays.stream(sample.inputs())
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
        Task task = new Task(6, 4, inputs, sample.labels());
        double[][] other = {new double[20], new double[15], new double[3]};
        double[] gradient = new double[theta.length];

        double otherLoss = new ReluNetwork(new int[] {4, 5, 3, 1}, weights).gradient(task, other);

        assertThat(network.gradient(theta, sample, gradient)).isCloseTo(otherLoss, within(1e-15));
        double[] joined = java.util.Arrays.stream(other)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
        assertThat(Vectors.distance(gradient, joined) / Vectors.norm(gradient)).isLessThan(1e-14);
    }
}
