package org.lowrank.trainer.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FateTest {
    private static final long[] STEPS = {0, 10, 100};

    private static Fate of(double lambda, double loss, double before, double after) {
        return Fate.of(lambda, STEPS, new double[] {0.7, 0.5, loss}, new double[] {1, before, after});
    }

    /** 0.99 ln 2 = 0.68622 is the boundary. */
    @Test
    void lossOfLn2IsCollapse() {
        assertThat(of(0.1, 0.6863, 1, 1)).isEqualTo(Fate.COLLAPSED);
        assertThat(of(0.1, 0.6861, 1, 1)).isEqualTo(Fate.FITTED);
        assertThat(of(0.1, Double.NaN, 1, 1)).isEqualTo(Fate.COLLAPSED);
    }

    /** Between steps 10 and 100 ln(step) grows by 2.303, so 0.02 a unit is a factor of e^0.04605 = 1.0471. */
    @Test
    void normThatChangesIsMoving() {
        assertThat(of(0.1, 0.1, 1, 1.046)).isEqualTo(Fate.FITTED);
        assertThat(of(0.1, 0.1, 1, 1.048)).isEqualTo(Fate.MOVING);
        assertThat(of(0.1, 0.1, 1.048, 1)).isEqualTo(Fate.MOVING);
    }

    @Test
    void nothingRestsWithoutDecay() {
        assertThat(of(0, 0.1, 1, 1)).isEqualTo(Fate.MOVING);
    }

    @Test
    void pairHasTheWorseFateAndCountsAreSaid() {
        List<Fate> pair = Fate.worse(
                List.of(Fate.FITTED, Fate.FITTED, Fate.MOVING), List.of(Fate.FITTED, Fate.COLLAPSED, Fate.FITTED));
        assertThat(pair).containsExactly(Fate.FITTED, Fate.COLLAPSED, Fate.MOVING);
        assertThat(Fate.counts(pair)).isEqualTo("1 fitted, 1 still moving, 1 collapsed");
        assertThat(Fate.only(new double[] {1, 2, 3}, pair, Fate.FITTED)).containsExactly(1, Double.NaN, Double.NaN);
    }
}
