package org.lowrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/** What every engine promises, checked against EJML's full decomposition in double. */
abstract class SpectralEngineContract {
    abstract SpectralEngine engine();

    private SpectralMeasurement measure(StoredMatrix matrix) {
        return engine().measure(matrix, SpectralOptions.defaults());
    }

    private static void assertAgrees(SpectralMeasurement measured, double[] entries, int rows, int cols) {
        double sigma = SingularValues.of(entries, rows, cols)[0];
        assertThat(measured.spectralNorm()).isCloseTo(sigma, within(1e-9 * sigma));
        assertThat(measured.spectralNormLower()).isLessThanOrEqualTo(sigma * (1 + 1e-14));
        assertThat(measured.spectralNormUpper()).isGreaterThanOrEqualTo(sigma * (1 - 1e-14));
        assertThat(measured.spectralNormUpper()).isLessThanOrEqualTo(measured.spectralNormLower() * (1 + 3e-9));
        assertThat(measured.spectralNorm()).isBetween(measured.spectralNormLower(), measured.spectralNormUpper());
        double frobenius = FrobeniusNorm.of(entries);
        assertThat(measured.frobeniusNorm()).isCloseTo(frobenius, within(1e-12 * frobenius));
        assertThat(measured.upperFailureProbability()).isLessThanOrEqualTo(1e-9);
    }

    @ParameterizedTest
    @CsvSource({"60,60", "200,80", "80,200", "49,333", "1,7", "7,1", "1,1", "130,3", "64,64", "257,129"})
    void gaussianMatricesAgreeWithTheDecomposition(int rows, int cols) {
        for (ElementType type : ElementType.values()) {
            double[] entries = TestMatrices.rounded(TestMatrices.gaussian(rows, cols, rows + cols), type);
            assertAgrees(measure(TestMatrices.stored(entries, rows, cols, type)), entries, rows, cols);
        }
    }

    static Stream<double[]> gaps() {
        return Stream.of(new double[] {1e-1}, new double[] {1e-3}, new double[] {1e-6}, new double[] {0});
    }

    @ParameterizedTest
    @MethodSource("gaps")
    void smallGapsAreNoObstacle(double[] gap) {
        int n = 150;
        double[] entries = new double[n * n];
        for (int i = 0; i < n; i++) {
            // σ = 1, 1 − gap, then falling: closed form; rotated below by a reflection so that it is dense.
            entries[i * n + i] = i == 0 ? 1 : i == 1 ? 1 - gap[0] : 0.9 - 0.5 * i / n;
        }
        double[] dense = reflected(entries, n);
        SpectralMeasurement measured = measure(TestMatrices.stored(dense, n, n, ElementType.F64));
        assertThat(measured.spectralNorm()).isCloseTo(1, within(1e-9));
        assertThat(measured.spectralNormUpper()).isGreaterThanOrEqualTo(1 - 1e-13);
    }

    /** HAH with H = I − 2uuᵀ, u = (1, …, 1)/√n: the same singular values. */
    private static double[] reflected(double[] a, int n) {
        double[] left = new double[n * n];
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += a[i * n + j];
            }
            for (int i = 0; i < n; i++) {
                left[i * n + j] = a[i * n + j] - 2 * sum / n;
            }
        }
        double[] both = new double[n * n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += left[i * n + j];
            }
            for (int j = 0; j < n; j++) {
                both[i * n + j] = left[i * n + j] - 2 * sum / n;
            }
        }
        return both;
    }

    @Test
    void identityHasFullStableRank() {
        int n = 100;
        double[] entries = new double[n * n];
        for (int i = 0; i < n; i++) {
            entries[i * n + i] = 1;
        }
        SpectralMeasurement measured = measure(TestMatrices.stored(entries, n, n, ElementType.F32));
        // ‖I‖_F / ‖I‖_2 = √n.
        assertThat(measured.stableRank().getAsDouble()).isCloseTo(10, within(1e-9));
    }

    @Test
    void rankOneHasStableRankOne() {
        int rows = 90;
        int cols = 70;
        double[] entries = new double[rows * cols];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                entries[i * cols + j] = (i + 1) * (j - 20.5);
            }
        }
        SpectralMeasurement measured = measure(TestMatrices.stored(entries, rows, cols, ElementType.F64));
        assertThat(measured.stableRank().getAsDouble()).isCloseTo(1, within(1e-12));
        assertAgrees(measured, entries, rows, cols);
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void zeroMatrixHasNoStableRank(ElementType type) {
        SpectralMeasurement measured = measure(TestMatrices.stored(new double[80 * 90], 80, 90, type));
        assertThat(measured.spectralNorm()).isZero();
        assertThat(measured.spectralNormUpper()).isZero();
        assertThat(measured.frobeniusNorm()).isZero();
        assertThat(measured.stableRank()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"F64,1e300", "F64,1e-300", "F32,1e37", "F32,1e-37", "F32,1e-42", "F16,1e3", "F16,1e-6", "BF16,1e-30"})
    void extremeScalesNeitherOverflowNorVanish(ElementType type, double scale) {
        int rows = 70;
        int cols = 60;
        double[] entries = TestMatrices.gaussian(rows, cols, 3);
        Sums.scale(entries, scale);
        entries = TestMatrices.rounded(entries, type);
        assertAgrees(measure(TestMatrices.stored(entries, rows, cols, type)), entries, rows, cols);
    }

    @Test
    void tallAndWideGiveTheSameNorms() {
        double[] entries = TestMatrices.gaussian(120, 75, 5);
        double[] transposed = new double[entries.length];
        for (int i = 0; i < 120; i++) {
            for (int j = 0; j < 75; j++) {
                transposed[j * 120 + i] = entries[i * 75 + j];
            }
        }
        SpectralMeasurement tall = measure(TestMatrices.stored(entries, 120, 75, ElementType.F64));
        SpectralMeasurement wide = measure(TestMatrices.stored(transposed, 75, 120, ElementType.F64));
        assertThat(tall.spectralNorm()).isCloseTo(wide.spectralNorm(), within(1e-12 * wide.spectralNorm()));
    }

    @ParameterizedTest
    @EnumSource(Axis.class)
    void partsAndTheirStackAreMeasuredTogether(Axis axis) {
        List<StoredMatrix> parts = new ArrayList<>();
        double[][] contents = new double[3][];
        int side = 64;
        int[] other = {70, 50, 53};
        for (int p = 0; p < 3; p++) {
            int rows = axis == Axis.ROWS ? other[p] : side;
            int cols = axis == Axis.ROWS ? side : other[p];
            contents[p] = TestMatrices.rounded(TestMatrices.gaussian(rows, cols, 10 + p), ElementType.F32);
            parts.add(TestMatrices.stored(contents[p], rows, cols, ElementType.F32));
        }
        List<SpectralMeasurement> measured = engine().measure(parts, true, axis, SpectralOptions.defaults());
        assertThat(measured).hasSize(4);
        for (int p = 0; p < 3; p++) {
            int rows = axis == Axis.ROWS ? other[p] : side;
            int cols = axis == Axis.ROWS ? side : other[p];
            assertAgrees(measured.get(p), contents[p], rows, cols);
        }
        int total = 70 + 50 + 53;
        double[] stack = new double[total * side];
        int offset = 0;
        for (int p = 0; p < 3; p++) {
            for (int i = 0; i < (axis == Axis.ROWS ? other[p] : side); i++) {
                for (int j = 0; j < (axis == Axis.ROWS ? side : other[p]); j++) {
                    int cols = axis == Axis.ROWS ? side : other[p];
                    int at = axis == Axis.ROWS ? (offset + i) * side + j : i * total + offset + j;
                    stack[at] = contents[p][i * cols + j];
                }
            }
            offset += other[p];
        }
        assertAgrees(measured.get(3), stack, axis == Axis.ROWS ? total : side, axis == Axis.ROWS ? side : total);
    }

    @Test
    void stridedBlocksReadOnlyTheirOwnColumns() {
        double[] entries = TestMatrices.rounded(TestMatrices.gaussian(66, 61, 8), ElementType.F16);
        StoredMatrix matrix = StoredMatrix.of(TestMatrices.block(entries, 66, 61, 90, ElementType.F16));
        assertAgrees(measure(matrix), entries, 66, 61);
    }

    @Test
    void exactAndSpectrumGiveAllSingularValues() {
        double[] entries = TestMatrices.gaussian(60, 55, 9);
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, false, true, true, 0);
        SpectralMeasurement measured = engine().measure(TestMatrices.stored(entries, 60, 55, ElementType.F64), options);
        double[] expected = SingularValues.of(entries, 60, 55);
        assertThat(measured.singularValues()).hasSize(55);
        for (int i = 0; i < 55; i++) {
            assertThat(measured.singularValues()[i]).isCloseTo(expected[i], within(1e-12 * expected[0]));
        }
        assertThat(measured.upperFailureProbability()).isZero();
    }

    @Test
    void certifiedUpperBoundIsProven() {
        double[] entries = TestMatrices.gaussian(160, 140, 12);
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, true, false, false, 0);
        SpectralMeasurement measured =
                engine().measure(TestMatrices.stored(entries, 160, 140, ElementType.F64), options);
        assertThat(measured.upperFailureProbability()).isZero();
        assertAgrees(measured, entries, 160, 140);
    }

    @ParameterizedTest
    @CsvSource({"F64,NaN", "F32,Infinity", "F16,NaN", "BF16,-Infinity", "F16,Infinity"})
    void nonFiniteWeightsAreNamedByPlace(ElementType type, double bad) {
        double[] entries = TestMatrices.gaussian(70, 80, 1);
        entries[33 * 80 + 44] = bad;
        assertThatThrownBy(() -> measure(TestMatrices.stored(entries, 70, 80, type)))
                .isInstanceOfSatisfying(NonFiniteWeightException.class, e -> {
                    assertThat(e.row()).isEqualTo(33);
                    assertThat(e.col()).isEqualTo(44);
                });
    }

    @Test
    void concurrentCallsGiveTheSameBits() {
        double[] entries = TestMatrices.gaussian(150, 140, 2);
        StoredMatrix matrix = TestMatrices.stored(entries, 150, 140, ElementType.F32);
        SpectralEngine engine = engine();
        long expected = Double.doubleToLongBits(
                engine.measure(matrix, SpectralOptions.defaults()).spectralNorm());
        long[] bits = Stream.generate(() -> matrix)
                .limit(16)
                .parallel()
                .mapToLong(m -> Double.doubleToLongBits(
                        engine.measure(m, SpectralOptions.defaults()).spectralNorm()))
                .toArray();
        assertThat(bits).containsOnly(expected);
    }

    @Test
    void missedStartIsWithinTheStatedProbability() {
        // Over many random starts a 1e-2 failure probability must hold: seeds 0..199, σ from the decomposition.
        double[] entries = TestMatrices.gaussian(60, 60, 4);
        double sigma = SingularValues.of(entries, 60, 60)[0];
        StoredMatrix matrix = TestMatrices.stored(entries, 60, 60, ElementType.F64);
        long missed = java.util.stream.LongStream.range(0, 200)
                .filter(seed -> engine().measure(matrix, new SpectralOptions(1e-3, 1e-2, false, false, false, seed))
                                .spectralNormUpper()
                        < sigma)
                .count();
        assertThat(missed)
                .as(String.format(Locale.ROOT, "%d of 200 starts, allowed rate 1 %%", missed))
                .isLessThanOrEqualTo(6);
    }

    @Test
    void lastBitsOfTheLowerBoundAreConservative() {
        for (int seed = 0; seed < 20; seed++) {
            double[] entries = TestMatrices.gaussian(55, 52, seed);
            double sigma = SingularValues.of(entries, 55, 52)[0];
            double lower = measure(TestMatrices.stored(entries, 55, 52, ElementType.F64))
                    .spectralNormLower();
            assertThat(lower)
                    .as("seed " + seed + " " + Arrays.hashCode(entries))
                    .isLessThan(sigma);
        }
    }
}
