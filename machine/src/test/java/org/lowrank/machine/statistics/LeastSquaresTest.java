package org.lowrank.machine.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LeastSquaresTest {
    /** numpy.polyfit([1, 2, 4, 5], [1, 3, 2, 4], 1) = 0.5, 1. */
    @Test
    void lineIsNumpys() {
        LeastSquares line = LeastSquares.through(new double[] {1, 2, 4, 5}, new double[] {1, 3, 2, 4});
        assertThat(line.slope()).isCloseTo(0.5, within(1e-15));
        assertThat(line.intercept()).isCloseTo(1, within(1e-15));
    }

    @Test
    void oneColumnOfPointsHasNoLine() {
        assertThat(LeastSquares.through(new double[] {2, 2}, new double[] {1, 3})
                        .slope())
                .isNaN();
        assertThatIllegalArgumentException().isThrownBy(() -> LeastSquares.through(new double[0], new double[0]));
    }
}
