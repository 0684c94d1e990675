package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpectrumTest {
    /** σ = 3, 2, 1: shares 1/2, 1/3, 1/6; energies 9, 4, 1 of 14. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-200, 1e200})
    void summariesDoNotDependOnTheScale(double scale) {
        Spectrum spectrum = Spectrum.of(new double[] {3 * scale, 2 * scale, scale}, 0);
        assertThat(spectrum.rank90()).isEqualTo(2);
        assertThat(spectrum.rank99()).isEqualTo(3);
        double entropy = Math.log(2) / 2 + Math.log(3) / 3 + Math.log(6) / 6;
        assertThat(spectrum.effectiveRank()).isCloseTo(Math.exp(entropy), within(1e-12));
    }
}
