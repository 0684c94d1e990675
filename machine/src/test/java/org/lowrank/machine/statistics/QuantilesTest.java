package org.lowrank.machine.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class QuantilesTest {
    /** numpy.quantile([4, 1, 3, 2], [0, 0.5, 0.9]) = 1, 2.5, 3.7; numpy.percentile([3, 1, 4, 1, 5], [10, 50, 90]) = 1, 3, 4.6. */
    @Test
    void quantilesAreNumpys() {
        double[] four = {4, 1, 3, 2};
        assertThat(Quantiles.of(0, four)).isEqualTo(1);
        assertThat(Quantiles.of(0.5, four)).isEqualTo(2.5);
        assertThat(Quantiles.of(0.9, four)).isCloseTo(3.7, within(1e-15));
        assertThat(Quantiles.of(0.1, 3, 1, 4, 1, 5)).isEqualTo(1);
        assertThat(Quantiles.of(0.9, 3, 1, 4, 1, 5)).isCloseTo(4.6, within(1e-15));
    }

    @Test
    void whatIsNoNumberIsLeftOut() {
        assertThat(Quantiles.of(0.5, 3, Double.NaN, 1, 4, 1, 5)).isEqualTo(3);
        assertThat(Quantiles.of(0.5)).isNaN();
    }

    /** Infinite values have neighbours too: ∞ − ∞ is no number, the value itself is. */
    @Test
    void infiniteValueIsItsOwnQuantile() {
        double infinite = Double.POSITIVE_INFINITY;
        assertThat(Quantiles.of(0.5, 1, infinite, infinite)).isEqualTo(infinite);
        assertThat(Quantiles.of(1, 1, infinite)).isEqualTo(infinite);
        assertThat(Quantiles.of(0, 1, infinite)).isEqualTo(1);
    }
}
