package org.lowrank.trainer.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

class MergeTest {
    private static ReluNetwork network(double... first) {
        return new ReluNetwork(new int[] {2, 2, 1}, new double[][] {first, {1, 1}});
    }

    @Test
    void mergedWeightsAreSums() {
        ReluNetwork merged = MergedNetwork.of(network(1, 2, 3, 4), network(10, 20, 30, 40));
        assertThat(merged.weights()[0]).containsExactly(11, 22, 33, 44);
        assertThat(merged.weights()[1]).containsExactly(2, 2);
    }

    @Test
    void stableRankOfIdentityIsTheRootOfItsDimension() {
        assertThat(NetworkMeasures.stableRanks(network(1, 0, 0, 1))[0]).isCloseTo(Math.sqrt(2), within(1e-12));
        assertThat(NetworkMeasures.stableRanks(network(1, 0, 0, 1))[1]).isEqualTo(1); // one row has rank 1
        assertThat(NetworkMeasures.stableRanks(network(1e-300, 0, 0, 1e-300))[0])
                .isCloseTo(Math.sqrt(2), within(1e-12)); // collapsed
        assertThat(NetworkMeasures.stableRanks(network(0, 0, 0, 0))[0]).isNaN();
    }

    @Test
    void fitCountsErrorsAndMargins() {
        // f(x) = φ(x1) + φ(x2): outputs 3, 0.5 and 0 with labels +1, −1, +1; sign(0) = +1.
        Task task = new Task(3, 2, new double[] {1, 2, 0.5, -1, -1, -1}, new double[] {1, -1, 1});
        NetworkMeasures.Fit fit = NetworkMeasures.fit(network(1, 0, 0, 1), task);
        assertThat(fit.error()).isEqualTo(1 / 3.0);
        assertThat(fit.marginError()).isEqualTo(2 / 3.0);
        double expected = (Math.log1p(Math.exp(-3)) + Math.log1p(Math.exp(0.5)) + Math.log(2)) / 3;
        assertThat(fit.loss()).isCloseTo(expected, within(1e-15));
    }

    @Test
    void alignmentOfAHomogeneousNetworkHasTheSignOfItsMargins() {
        // ⟨θ, −∇L⟩ = −(K/n) Σ ℓ′(y f) y f > 0 when every margin is positive (Euler's theorem).
        Task task = new Task(1, 2, new double[] {1, 2}, new double[] {1});
        double cosine = NetworkMeasures.alignment(network(1, 0, 0, 1), task);
        // ∇W1 = ℓ′·[1 2; 1 2], ∇w2 = ℓ′·(1, 2): ⟨θ, −∇L⟩/|ℓ′| = 1 + 2 + 3, ‖θ‖ = 2, ‖∇L‖/|ℓ′| = √15.
        assertThat(cosine).isCloseTo(6 / (2 * Math.sqrt(15)), within(1e-15));
    }
}
