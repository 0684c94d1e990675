package org.lowrank.trainer.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CurveStatisticsTest {
    @Test
    void oneRecordIsTheLastStep() {
        assertThat(RecordedSteps.logarithmic(1000, 1)).containsExactly(0, 1000);
        assertThat(RecordedSteps.logarithmic(1, 1)).containsExactly(0, 1);
    }

    @Test
    void recordsAreLogSpacedAndEndAtTheLast() {
        assertThat(RecordedSteps.logarithmic(1000, 4)).containsExactly(0, 1, 10, 100, 1000);
        assertThat(RecordedSteps.between(100, 800, 3)).containsExactly(200, 400, 800);
        assertThat(RecordedSteps.between(1, 2, 5)).containsExactly(2);
    }

    /** 1, 2, 3, 4: mean 2.5, sum of squares 5, divisor 3. */
    @Test
    void deviationHasDivisorNMinusOneAndLeavesUndefinedValuesOut() {
        Moments moments = Moments.of(new double[] {1, Double.NaN, 2, 3, 4});
        assertThat(moments.mean()).isEqualTo(2.5);
        assertThat(moments.sd()).isCloseTo(Math.sqrt(5.0 / 3), within(1e-15));
        assertThat(moments.count()).isEqualTo(4);
    }

    @Test
    void oneValueHasNoDeviation() {
        assertThat(Moments.of(new double[] {7}).sd()).isNaN();
        assertThat(Moments.of(new double[0]).mean()).isNaN();
    }
}
