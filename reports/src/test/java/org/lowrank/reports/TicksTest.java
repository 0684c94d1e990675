package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TicksTest {
    @Test
    void linearTicksAreFormattedAlike() {
        assertThat(Ticks.linear(0, 1, 0.25).labels()).containsExactly("0.00", "0.25", "0.50", "0.75", "1.00");
        assertThat(Ticks.linear(-10, 10, 10).labels()).containsExactly("−10", "0", "10");
    }

    @Test
    void layersHaveWholeTicks() {
        // six layers with room for twenty ticks
        AxisScale axis = AxisScale.horizontal(List.of(new double[] {0, 1, 2, 3, 4, 5}), false, 20);
        assertThat(axis.ticks().labels()).containsExactly("0", "1", "2", "3", "4", "5");
    }

    /** Bars from 0.6 to 1.9, a fifth of a unit from the next tick at both ends. */
    @Test
    void barsAroundWholeNumbersAreMarkedAtThose() {
        List<double[]> edges = List.of(
                new double[] {0.6, 1.4}, new double[] {1.6, 2.4}, new double[] {2.6, 3.4}, new double[] {3.6, 4.4});
        assertThat(AxisScale.horizontal(edges, false, 8).ticks().labels()).containsExactly("1", "2", "3", "4");
    }

    @Test
    void horizontalAxisThatEndsBetweenTicksHasThreeOfThem() {
        AxisScale axis = AxisScale.horizontal(List.of(new double[] {0.6, 1.9}), false, 3);
        assertThat(axis.ticks().labels()).containsExactly("0.75", "1.00", "1.25", "1.50", "1.75");
        assertThat(AxisScale.horizontal(List.of(new double[] {1, 2}), false, 3)
                        .ticks()
                        .labels())
                .containsExactly("1", "2");
    }

    @Test
    void manyDecadesAreMarkedByPowers() {
        assertThat(Ticks.logarithmic(1e-8, 1e-1, 10).labels())
                .containsExactly("10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹");
    }

    @Test
    void underTwoDecadesTheTicksAreOneTwoFive() {
        assertThat(Ticks.logarithmic(4, 25, 8).labels()).containsExactly("5", "10", "20");
    }

    @Test
    void narrowLogarithmicAxisStillHasTicks() {
        assertThat(Ticks.logarithmic(51, 59, 5).values()).hasSizeGreaterThan(2);
    }

    @Test
    void axisOfNothingHasARange() {
        AxisScale axis = AxisScale.vertical(List.of(new double[] {Double.NaN}), true, 5);
        assertThat(axis.from()).isLessThan(axis.to());
        assertThat(axis.logarithmic()).isFalse();
    }

    @Test
    void axisOverAllNumbersEnds() {
        AxisScale axis = AxisScale.vertical(List.of(new double[] {1e-199, 1e300}), true, 5);
        assertThat(axis.to()).isFinite();
        assertThat(axis.from()).isPositive();
        assertThat(axis.ticks().values()).hasSizeBetween(2, 8);
        assertThat(axis.pixel(1e300)).isBetween(0.0, axis.pixel(1e-199));
    }

    @Test
    void axisOfOneValueHasARange() {
        AxisScale axis = AxisScale.vertical(List.of(new double[] {3, 3}), false, 5);
        assertThat(axis.from()).isLessThan(3);
        assertThat(axis.to()).isGreaterThan(3);
    }
}
