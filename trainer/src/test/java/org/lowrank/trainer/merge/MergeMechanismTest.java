package org.lowrank.trainer.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

class MergeMechanismTest {
    private static final Task FIRST = new Task(1, 2, new double[] {1, 0}, new double[] {1});
    private static final Task SECOND = new Task(1, 2, new double[] {0, 1}, new double[] {1});

    private static ReluNetwork network(double[] w1, double[] w2, double[] w3) {
        return new ReluNetwork(new int[] {2, 2, 2, 1}, new double[][] {w1, w2, w3});
    }

    /**
     * One neuron a layer, r = 2, Theorem 2's counterexample: x = e_1, x′ = e_2, W_1 = 2 e_1ᵀ, W′_1 = 2 e_2ᵀ; h_1 = 2 merged or not,
     * h_2 = 4 alone and 8 merged, f = 8 alone and 32 merged.
     */
    @Test
    void sharedNeuronChangesTheSecondLayerAndTheOutput() {
        ReluNetwork own = network(new double[] {2, 0, 0, 0}, new double[] {2, 0, 0, 0}, new double[] {2, 0});
        ReluNetwork other = network(new double[] {0, 2, 0, 0}, new double[] {2, 0, 0, 0}, new double[] {2, 0});

        MergeMechanism of = MergeMechanism.of(own, other, MergedNetwork.of(own, other), FIRST, SECOND);

        assertThat(of.activationGaps()).containsExactly(0, 1);
        assertThat(of.outputGap()).isEqualTo(3);
        assertThat(of.signedGap()).isEqualTo(3);
        assertThat(of.cosines()).containsExactly(1, 1);
        assertThat(of.projections()).containsExactly(0, 1, 1);
    }

    /** The same with a neuron each: orthogonal activations, nothing changes. */
    @Test
    void separateNeuronsChangeNothing() {
        ReluNetwork own = network(new double[] {2, 0, 0, 0}, new double[] {2, 0, 0, 0}, new double[] {2, 0});
        ReluNetwork other = network(new double[] {0, 0, 0, 2}, new double[] {0, 0, 0, 2}, new double[] {0, 2});

        MergeMechanism of = MergeMechanism.of(own, other, MergedNetwork.of(own, other), FIRST, SECOND);

        assertThat(of.activationGaps()).containsExactly(0, 0);
        assertThat(of.outputGap()).isEqualTo(0);
        assertThat(of.cosines()).containsExactly(0, 0);
        assertThat(of.projections()).containsExactly(0, 0, 0);
    }

    @Test
    void meanOfNetworksIsTheScaledSum() {
        ReluNetwork own = network(new double[] {2, 0, 0, 0}, new double[] {2, 0, 0, 0}, new double[] {2, 0});
        assertThat(MergedNetwork.scaled(MergedNetwork.of(own, own), 0.5).weights()[1][0])
                .isCloseTo(2, within(0.0));
    }
}
