package org.lowrank.trainer.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/** Expected values: finite differences, the paper's network, and first steps by hand. */
class VariantTest {
    private static final int[] WIDTHS = {6, 5, 4, 1};

    private static Labelled task(int classes) {
        return Labelled.orthogonal(9, 6, 3, classes, 5, 0, 0);
    }

    private static Perceptron network(Variant variant) {
        int[] widths = WIDTHS.clone();
        widths[3] = variant.outputs();
        return Perceptron.uniform(widths, variant.biases(), new RandomStream(7));
    }

    private static double[][] gradient(Perceptron network, Labelled task) {
        double[][] gradient = Arrays.stream(network.parameters())
                .map(p -> new double[p.length])
                .toArray(double[][]::new);
        network.gradient(task, task.all(), gradient);
        return gradient;
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "BIASES", "CLASSES"})
    void gradientIsThatOfFiniteDifferences(Variant variant) {
        Labelled task = task(variant.classes());
        Perceptron network = network(variant);
        double[][] gradient = gradient(network, task);
        double h = 1e-6;
        for (int p = 0; p < gradient.length; p++) {
            for (int i = 0; i < gradient[p].length; i++) {
                double[] parameter = network.parameters()[p];
                double at = parameter[i];
                parameter[i] = at + h;
                double above = network.fit(task).loss();
                parameter[i] = at - h;
                double below = network.fit(task).loss();
                parameter[i] = at;
                assertThat(gradient[p][i]).isCloseTo((above - below) / (2 * h), within(1e-8));
            }
        }
    }

    /** Without biases and with one output it is the paper's network, from the same stream. */
    @Test
    void plainNetworkIsThePapers() {
        ReluNetwork paper = Initialisation.UNIFORM.draw(WIDTHS, new RandomStream(7));
        Perceptron own = network(Variant.PLAIN);
        Task task = SyntheticTasks.orthogonal(9, 6, 3, 5, 0).first();
        double[][] expected =
                Arrays.stream(paper.weights()).map(w -> new double[w.length]).toArray(double[][]::new);
        double loss = paper.gradient(task, expected);
        double[][] gradient = gradient(own, task(2));
        assertThat(own.fit(task(2)).loss()).isCloseTo(loss, within(1e-15));
        for (int k = 1; k <= 3; k++) {
            assertThat(own.weight(k)).isEqualTo(paper.weights()[k - 1]);
            assertThat(gradient[2 * (k - 1)]).containsExactly(expected[k - 1], within(1e-15));
        }
    }

    private static VariantDescent descent(Variant variant, double lambda) {
        return new VariantDescent(
                network(variant),
                task(variant.classes()),
                new DescentSettings(0.5, lambda),
                variant,
                new BatchOrder(9, 3));
    }

    /** Adam's first step is η/400 times the sign of every gradient that is far above ε; decay is beside it. */
    @Test
    void firstStepOfAdamIsASign() {
        Perceptron start = network(Variant.ADAMW);
        double[][] gradient = gradient(start, task(2));
        VariantDescent descent = descent(Variant.ADAMW, 0.1);
        descent.advanceTo(1);
        double[] w = descent.network().weight(2);
        for (int i = 0; i < w.length; i++) {
            double g = gradient[2][i];
            double expected = (1 - 0.05) * start.weight(2)[i] - 0.5 / 400 * g / (Math.abs(g) + 1e-8);
            assertThat(w[i]).isCloseTo(expected, within(1e-12));
        }
    }

    /** From v = 0: the first step is a tenth of descent's. */
    @Test
    void firstStepOfMomentumIsATenth() {
        Perceptron start = network(Variant.MOMENTUM);
        double[][] gradient = gradient(start, task(2));
        VariantDescent descent = descent(Variant.MOMENTUM, 0.1);
        descent.advanceTo(1);
        double[] w = descent.network().weight(1);
        for (int i = 0; i < w.length; i++) {
            double expected = start.weight(1)[i] - 0.05 * (gradient[0][i] + 0.1 * start.weight(1)[i]);
            assertThat(w[i]).isCloseTo(expected, within(1e-15));
        }
    }

    @ParameterizedTest
    @EnumSource
    void savedDescentGoesOnBitForBit(Variant variant) {
        VariantDescent whole = descent(variant, 1e-2);
        whole.advanceTo(23);
        VariantDescent half = descent(variant, 1e-2);
        half.advanceTo(10);
        VariantDescent other = descent(variant, 1e-2);
        other.restore(half.save());
        other.advanceTo(23);
        assertThat(other.save()).isEqualTo(whole.save());
        assertThat(other.network().fit(task(variant.classes())).loss())
                .isLessThan(network(variant).fit(task(variant.classes())).loss());
    }
}
