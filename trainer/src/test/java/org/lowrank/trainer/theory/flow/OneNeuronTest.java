package org.lowrank.trainer.theory.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneNeuronTest {
    /** λ = r^{K−2}/(1 + e^{r^K}) is where λθ = −∇L, for every r: here against the gradient of the network itself. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8})
    void restsAtItsLambda(int layers) {
        for (double r : new double[] {0.1, 0.7, 1.2}) {
            assertThat(new OneNeuron(r, layers).misalignment(Activation.RELU, 0))
                    .isLessThan(1e-12);
            assertThat(new OneNeuron(r, layers).misalignment(Activation.IDENTITY, 1))
                    .isLessThan(1e-12);
        }
    }

    /** K = 2: r² = ln(1/λ − 1). */
    @Test
    void pointOfRestOfALambdaIsFound() {
        assertThat(OneNeuron.at(0.1, 2).orElseThrow().r()).isCloseTo(Math.sqrt(Math.log(9)), within(1e-9));
        assertThat(OneNeuron.at(0.05, 3).orElseThrow().lambda()).isCloseTo(0.05, within(1e-12));
        assertThat(OneNeuron.at(0.9, 3)).isEmpty();
    }

    /** With two layers λ tends to 1/2 as r does to 0; with more the largest λ has a point of rest. */
    @Test
    void largestLambdaWithAPointOfRest() {
        assertThat(OneNeuron.edge(2).r()).isZero();
        assertThat(OneNeuron.edge(2).lambda()).isEqualTo(0.5);
        for (int layers : new int[] {3, 4, 8}) {
            OneNeuron edge = OneNeuron.edge(layers);
            for (double factor : new double[] {0.5, 0.999, 1.001, 2}) {
                assertThat(new OneNeuron(factor * edge.r(), layers).lambda()).isLessThan(edge.lambda());
            }
        }
    }
}
