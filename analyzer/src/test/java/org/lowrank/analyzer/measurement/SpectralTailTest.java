package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected numbers of σ_i = 10 / i^0.75, i = 1 … 40, of a 40 × 60 matrix come from numpy 2.4 (the formulas written out). */
class SpectralTailTest {
    private static final double[] POWER_LAW = IntStream.rangeClosed(1, 40)
            .mapToDouble(i -> 10 / Math.pow(i, 0.75))
            .toArray();

    private static double frobenius(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    @Test
    void aPowerLawHasTheNumbersOfNumpy() {
        SpectralTail tail = SpectralTail.of(POWER_LAW, 1e-12, 40, 60, frobenius(POWER_LAW));
        assertThat(tail.hillK()).isEqualTo(20);
        assertThat(tail.hillExponent()).isCloseTo(1.7185908836184791, within(1e-12));
        assertThat(tail.logFrobenius()).isCloseTo(2.361371125237999, within(1e-12));
        assertThat(tail.logSpectral()).isCloseTo(2, within(1e-15));
        assertThat(tail.aboveEdge()).isEqualTo(3);
        assertThat(tail.signalToNoise()).isCloseTo(0.4404670485699948, within(1e-12));
    }

    /** λ_i = (n / i)^(1 / (α − 1)) are the quantiles of a density ∝ λ^(−α): the estimate tends to α, here 3. */
    @Test
    void theExponentOfQuantilesIsFound() {
        int n = 100_000;
        double[] values = IntStream.rangeClosed(1, n)
                .mapToDouble(i -> Math.pow((double) n / i, 0.25))
                .toArray();
        SpectralTail tail = SpectralTail.of(values, 0, n, n, frobenius(values));
        assertThat(tail.hillExponent()).isCloseTo(3, within(1e-3));
    }

    @Test
    void scalingMovesOnlyTheNorms() {
        double[] scaled =
                IntStream.range(0, 40).mapToDouble(i -> 1000 * POWER_LAW[i]).toArray();
        SpectralTail one = SpectralTail.of(POWER_LAW, 1e-12, 40, 60, frobenius(POWER_LAW));
        SpectralTail other = SpectralTail.of(scaled, 1e-9, 40, 60, frobenius(scaled));
        assertThat(other.hillExponent()).isCloseTo(one.hillExponent(), within(1e-12));
        assertThat(other.signalToNoise()).isCloseTo(one.signalToNoise(), within(1e-12));
        assertThat(other.logSpectral()).isCloseTo(one.logSpectral() + 6, within(1e-12));
    }

    @Test
    void equalSingularValuesHaveNoExponentAndNothingAboveTheEdge() {
        double[] ones = IntStream.range(0, 10).mapToDouble(i -> 1).toArray();
        SpectralTail tail = SpectralTail.of(ones, 1e-15, 10, 10, Math.sqrt(10));
        assertThat(tail.hillExponent()).isNull();
        assertThat(tail.hillK()).isZero();
        assertThat(tail.aboveEdge()).isZero();
        assertThat(tail.signalToNoise()).isZero();
        assertThat(tail.logFrobenius()).isCloseTo(1, within(1e-15));
    }

    /** Rank one of 50 × 50: σ1 = ‖A‖_F lies above the edge 2 ‖A‖_F / √50; the rest are rounding and are left out. */
    @Test
    void valuesThatAreRoundingAreLeftOut() {
        double[] values = new double[50];
        values[0] = 5;
        values[1] = 1e-16;
        SpectralTail tail = SpectralTail.of(values, 1e-13, 50, 50, 5);
        assertThat(tail.hillExponent()).isNull();
        assertThat(tail.aboveEdge()).isEqualTo(1);
        assertThat(tail.signalToNoise()).isNull();
    }

    @Test
    void aZeroMatrixHasNothing() {
        assertThat(SpectralTail.of(new double[5], 0, 5, 5, 0))
                .isEqualTo(new SpectralTail(null, 0, null, null, 0, null));
    }
}
