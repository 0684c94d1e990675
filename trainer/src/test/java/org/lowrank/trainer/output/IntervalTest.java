package org.lowrank.trainer.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {
    /** Mean 3, s = √2.5, t_4 at 97.5 % = 2.776445 (scipy.stats.t.ppf(0.975, 4)): half width 2.776445·√(2.5/5) = 1.963243. */
    @Test
    void intervalIsStudents() {
        Interval interval = Interval.of(new double[] {1, 2, 3, 4, 5});
        assertThat(interval.mean()).isEqualTo(3);
        assertThat(interval.high()).isCloseTo(4.963243, within(1e-6));
        assertThat(interval.low()).isCloseTo(1.036757, within(1e-6));
        assertThat(interval.decides()).isTrue();
    }

    /** scipy.stats.t.ppf(1 - 0.025/3, 4) = 3.960755: half width 2.800677. */
    @Test
    void choosingAmongSeveralWidensIt() {
        assertThat(Interval.of(new double[] {1, 2, 3, 4, 5}, 3).high())
                .isCloseTo(3 + 3.960755 * Math.sqrt(0.5), within(1e-4));
    }

    @Test
    void ratiosHaveGeometricMeans() {
        Interval interval = Interval.geometric(new double[] {0.5, 2, 1, 1, 1});
        assertThat(interval.mean()).isCloseTo(1, within(1e-15));
        assertThat(interval.low() * interval.high()).isCloseTo(1, within(1e-12));
    }

    @Test
    void fewDrawsDecideNothing() {
        assertThat(Interval.of(new double[] {1, 2, 3, 4}).decides()).isFalse();
        assertThat(Interval.of(new double[] {1}).high()).isInfinite();
        assertThat(Interval.of(new double[] {1}).text()).isEqualTo("1.00");
        assertThat(Interval.of(new double[0]).mean()).isNaN();
    }

    /** A loss that is 42 times as large afterwards does not "fall 0.0238-fold". */
    @Test
    void changeIsToldInItsOwnDirection() {
        Interval rise = Interval.geometric(new double[] {4, 4, 4});
        assertThat(rise.change()).isEqualTo("rises 4.00 (4.00 to 4.00)-fold");
        assertThat(rise.inverse().change()).isEqualTo("falls 4.00 (4.00 to 4.00)-fold");
        assertThat(Interval.geometric(new double[] {0.5}).change()).isEqualTo("falls 2.00-fold");
        assertThat(new Interval(0.25, 0.2, 0.5, 5).change()).isEqualTo("falls 4.00 (2.00 to 5.00)-fold");
        assertThat(Interval.geometric(new double[0]).change())
                .doesNotContain("NaN")
                .doesNotContain("–");
    }
}
