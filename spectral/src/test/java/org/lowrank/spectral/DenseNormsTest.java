package org.lowrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.spectral.kernel.Sums;

/** Norms of dense matrices: closed forms, the decomposition, scaling, what is refused. */
class DenseNormsTest {
    @Test
    void normsOfOnesAreTheRootOfTheirNumber() {
        double[] ones = new double[40 * 90];
        Arrays.fill(ones, 1);
        // Rank one: ‖1‖_F = ‖1‖_2 = √(40 · 90) = 60.
        assertThat(FrobeniusNorm.of(ones)).isCloseTo(60, within(1e-11));
        assertThat(SpectralNorm.of(ones, 40, 90)).isCloseTo(60, within(1e-10));
    }

    @ParameterizedTest
    @CsvSource({"30,30", "80,30", "30,80", "5,200"})
    void spectralNormIsTheLargestSingularValue(int rows, int cols) {
        double[] entries = TestMatrices.gaussian(rows, cols, 3);
        double expected = SingularValues.of(entries, rows, cols)[0];
        assertThat(SpectralNorm.of(entries, rows, cols)).isCloseTo(expected, within(1e-12 * expected));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-1000, 0x1p1000})
    void powersOfTwoScaleExactly(double scale) {
        double[] entries = TestMatrices.gaussian(30, 40, 4);
        double[] scaled = entries.clone();
        Sums.scale(scaled, scale);
        assertThat(FrobeniusNorm.of(scaled)).isEqualTo(FrobeniusNorm.of(entries) * scale);
        assertThat(SpectralNorm.of(scaled, 30, 40)).isEqualTo(SpectralNorm.of(entries, 30, 40) * scale);
    }

    @Test
    void zeroMatrixHasNormsZero() {
        assertThat(FrobeniusNorm.of(new double[900])).isZero();
        assertThat(SpectralNorm.of(new double[900], 30, 30)).isZero();
    }

    @Test
    void wrongLengthAndNotANumberAreRefused() {
        assertThatThrownBy(() -> SpectralNorm.of(new double[901], 30, 30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("901 entries are not 30 x 30");
        double[] bad = new double[900];
        bad[7] = Double.NaN;
        assertThatThrownBy(() -> SpectralNorm.of(bad, 30, 30))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entry 7 is NaN");
        assertThatThrownBy(() -> FrobeniusNorm.of(bad)).hasMessage("entry 7 is NaN");
    }
}
