package org.lowrank.trainer.theory.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GradientFlowTest {
    private static final double[] TIMES = {0, 1, 7, 40};

    private final Network network = Network.of(Activation.IDENTITY, 3, 6, 4);
    private final Sample sample = Samples.separable(4, 6, 0, 5, new Random(2));

    private static final Effort EFFORT = new Effort(1e-10, 1_000_000);

    /** Column d of W_1 sees no input, so it decays exactly like e^{−λt}. */
    @Test
    void whatNoInputSeesDecaysLikeExpMinusLambdaT() {
        double[] start = Starts.gaussian(network, 1, new Random(5));

        double[][] path = GradientFlow.solve(network, sample, 0.3, start, TIMES, EFFORT);

        for (int i = 0; i < TIMES.length; i++) {
            assertThat(path[i][5] / (start[5] * Math.exp(-0.3 * TIMES[i]))).isCloseTo(1, within(1e-7));
        }
    }

    /** Far below the tolerance's absolute floor too, once all else rests: a step of the length that rest allows would lose it. */
    @Test
    void whatDecaysKeepsItsDigitsAtRest() {
        Network one = new Network(Activation.IDENTITY, 6, 1);
        double[] start = Starts.gaussian(one, 1, new Random(5));
        double[] times = {0, 100, 200};

        double[][] path = GradientFlow.solve(one, sample, 0.2, start, times, new Effort(1e-7, 1_000_000));

        assertThat(path[2][5] / (start[5] * Math.exp(-40))).isCloseTo(1, within(1e-6));
    }

    /** W_{k+1}ᵀW_{k+1} − W_kW_kᵀ decays like e^{−2λt} along the flow, so a balanced start stays balanced. */
    @Test
    void balancedStartStaysBalanced() {
        double[] start = Starts.balanced(network, 1, new Random(5));
        assertThat(Starts.imbalance(network, start)).isLessThan(1e-14);

        double[][] path = GradientFlow.solve(network, sample, 0.05, start, TIMES, EFFORT);

        assertThat(Starts.imbalance(network, path[3])).isLessThan(1e-7);
        assertThat(Vectors.distance(path[3], start)).isGreaterThan(0.1);
    }

    /** Gradient descent with a small step follows the flow: the error of Euler's method is of the order of the step. */
    @Test
    void descentWithASmallStepFollowsTheFlow() {
        double[] start = Starts.gaussian(network, 1, new Random(9));

        double[] flow = GradientFlow.solve(network, sample, 0.1, start, TIMES, EFFORT)[2];
        double[] descent = new GradientDescent(network, sample, 1e-3, 0.1, 3, start).until(7000);
        double[] euler = GradientFlow.euler(
                network, sample, 0.1, start, 0, (theta, loss, gradient) -> new double[0], TIMES, 1e-3, 1_000_000)[2];

        assertThat(Vectors.distance(flow, descent)).isBetween(1e-9, 5e-3);
        assertThat(Vectors.distance(euler, descent)).isLessThan(1e-10);
    }

    @Test
    void integralsAreIntegratedWithTheFlow() {
        double[] start = Starts.gaussian(network, 1, new Random(9));

        double[][] path = GradientFlow.solve(
                network, sample, 0.1, start, 1, (theta, loss, gradient) -> new double[] {2}, TIMES, EFFORT);

        assertThat(path[3][start.length]).isCloseTo(80, within(1e-9)); // ∫ 2 dt over 40
    }

    /** Lemma 5 fixes the output layer. */
    @Test
    void layersThatAreNotTrainedDoNotMove() {
        double[] start = Starts.gaussian(network, 1, new Random(9));

        double[] end = new GradientDescent(network, sample, 0.1, 0.1, 2, start).until(10);

        assertThat(network.layer(end, 3)).isEqualTo(network.layer(start, 3));
        assertThat(network.layer(end, 2)).isNotEqualTo(network.layer(start, 2));
    }

    /** 200 evaluations do not reach time 40: what is not known is not given. */
    @Test
    void pathEndsWhereTheEffortDoes() {
        double[] start = Starts.gaussian(network, 1, new Random(9));

        double[][] path = GradientFlow.solve(network, sample, 0.1, start, TIMES, new Effort(1e-10, 200));

        assertThat(path.length).isBetween(1, TIMES.length - 1);
        assertThat(path[0]).containsExactly(start);
    }
}
