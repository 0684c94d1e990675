package org.lowrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;

/** s·B·A from its factors: closed forms, numpy's numbers, the formed product's decomposition, and what may not matter. */
class FactoredMatrixTest {
    /** Numpy 2.4.6: {@code numpy.linalg.svd(0.25 * B @ A)} of the integer factors below. */
    @Test
    void singularValuesAreThoseNumpyGivesOfTheProduct() {
        double[] b = new double[9 * 3];
        double[] a = new double[3 * 7];
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 3; j++) {
                b[i * 3 + j] = (i * 7 + j * 5) % 11 - 5;
            }
        }
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 7; j++) {
                a[i * 7 + j] = (i * 3 + j * 8) % 13 - 6;
            }
        }
        SpectralMeasurement measured = FactoredMatrix.of(
                        0.25, stored(b, 9, 3, ElementType.F32), false, stored(a, 3, 7, ElementType.F32), false)
                .measure();
        assertThat(measured.rows()).isEqualTo(9);
        assertThat(measured.cols()).isEqualTo(7);
        assertValues(values(measured), NUMPY_VALUES, 1e-14);
        assertThat(measured.frobeniusNorm()).isCloseTo(NUMPY_FROBENIUS, within(1e-14 * NUMPY_FROBENIUS));
    }

    @ParameterizedTest
    @CsvSource({
        "50,70,4",
        "70,50,4",
        "5000,40,9",
        "40,9000,17",
        "3000,90,33",
        "6,90,11",
        "90,6,11",
        "6,5,11",
        "1,1,1",
        "2500,1,1",
        "2049,130,64"
    })
    void agreesWithTheDecompositionOfTheFormedProduct(int m, int n, int r) {
        double[] b = TestMatrices.gaussian(m, r, 1);
        double[] a = TestMatrices.gaussian(r, n, 2);
        SpectralMeasurement measured = measure(-1.5, b, a, m, n, r);
        double[] expected = SingularValues.of(product(-1.5, b, a, m, n, r), m, n);
        assertThat(values(measured)).hasSize(Math.min(r, Math.min(m, n)));
        for (int i = 0; i < values(measured).length; i++) {
            assertThat(values(measured)[i]).isCloseTo(expected[i], within(1e-12 * expected[0]));
        }
        assertThat(measured.spectralNormLower()).isLessThanOrEqualTo(expected[0]);
        assertThat(measured.spectralNormUpper()).isGreaterThanOrEqualTo(expected[0]);
        assertThat(measured.spectralNormUpper() - measured.spectralNormLower()).isLessThan(1e-9 * expected[0]);
        assertThat(measured.upperFailureProbability()).isZero();
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void everyElementTypeAndOrientationGivesTheSame(ElementType type) {
        int m = 2300;
        int n = 60;
        int r = 5;
        double[] b = TestMatrices.rounded(TestMatrices.gaussian(m, r, 3), type);
        double[] a = TestMatrices.rounded(TestMatrices.gaussian(r, n, 4), type);
        double[] expected = values(measure(1, b, a, m, n, r));
        StoredMatrix storedB = padded(b, m, r, type);
        StoredMatrix turnedB = padded(transposed(b, m, r), r, m, type);
        StoredMatrix storedA = padded(a, r, n, type);
        StoredMatrix turnedA = padded(transposed(a, r, n), n, r, type);
        assertThat(values(FactoredMatrix.of(1, storedB, false, storedA, false).measure()))
                .isEqualTo(expected);
        assertThat(values(FactoredMatrix.of(1, turnedB, true, storedA, false).measure()))
                .isEqualTo(expected);
        assertThat(values(FactoredMatrix.of(1, storedB, false, turnedA, true).measure()))
                .isEqualTo(expected);
    }

    @Test
    void factorsInSeveralBlocksAreStacked() {
        double[] b = TestMatrices.gaussian(30, 4, 5);
        double[] a = TestMatrices.gaussian(4, 20, 6);
        StoredMatrix halves = new StoredMatrix(
                List.of(
                        TestMatrices.block(java.util.Arrays.copyOfRange(b, 0, 44), 11, 4, 4, ElementType.F64),
                        TestMatrices.block(java.util.Arrays.copyOfRange(b, 44, 120), 19, 4, 6, ElementType.F64)),
                StoredMatrix.Axis.ROWS);
        assertThat(values(FactoredMatrix.of(1, halves, false, stored(a, 4, 20, ElementType.F64), false)
                        .measure()))
                .isEqualTo(values(measure(1, b, a, 30, 20, 4)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-900, 0x1p900})
    void powersOfTwoScaleExactly(double factor) {
        double[] b = TestMatrices.gaussian(30, 4, 5);
        double[] a = TestMatrices.gaussian(4, 20, 6);
        double[] scaled = b.clone();
        Sums.scale(scaled, factor);
        double[] expected = values(measure(1, b, a, 30, 20, 4));
        Sums.scale(expected, factor);
        assertThat(values(measure(1, scaled, a, 30, 20, 4))).isEqualTo(expected);
        assertThat(values(measure(factor, b, a, 30, 20, 4))).isEqualTo(expected);
    }

    /** Orthonormal columns (of a Hadamard matrix) rotate: the singular values are those planted. */
    @Test
    void rotationsDoNotChangeTheSingularValues() {
        int n = 64;
        int r = 6;
        double[] planted = {32, 9, 4, 1, 0.25, 1e-7};
        double[] b = new double[n * r];
        double[] a = new double[r * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < r; j++) {
                b[i * r + j] = (Integer.bitCount(i & j) % 2 == 0 ? 1 : -1) / 8.0 * planted[j];
                a[j * n + i] = (Integer.bitCount(i & (j + 20)) % 2 == 0 ? 1 : -1) / 8.0;
            }
        }
        double[] found = values(measure(1, b, a, n, n, r));
        for (int j = 0; j < r; j++) {
            // Columns are orthogonal exactly, so that even the small ones keep their digits.
            assertThat(found[j]).isCloseTo(planted[j], within(1e-14 * planted[0]));
        }
    }

    /** Columns of B of sizes 1 to 10¹², rows of A of the inverse sizes: the product is well-conditioned. */
    @Test
    void largeColumnsAndSmallRowsThatCompensateLoseNothing() {
        int m = 3000;
        int n = 2500;
        int r = 13;
        double[] b = TestMatrices.gaussian(m, r, 7);
        double[] a = TestMatrices.gaussian(r, n, 8);
        double[] expected = values(measure(1, b, a, m, n, r));
        for (int j = 0; j < r; j++) {
            double size = Math.pow(10, j);
            for (int i = 0; i < m; i++) {
                b[i * r + j] *= size;
            }
            for (int i = 0; i < n; i++) {
                a[j * n + i] /= size;
            }
        }
        assertValues(values(measure(1, b, a, m, n, r)), expected, 1e-12);
    }

    @Test
    void rankDeficientFactorsGiveZeros() {
        int m = 40;
        int n = 30;
        int r = 8;
        double[] b = TestMatrices.gaussian(m, r, 9);
        double[] a = TestMatrices.gaussian(r, n, 10);
        for (int i = 0; i < m; i++) {
            b[i * r + 3] = b[i * r + 1]; // a repeated column
            b[i * r + 5] = 0;
        }
        SpectralMeasurement measured = measure(2, b, a, m, n, r);
        assertThat(values(measured)[5]).isGreaterThan(measured.singularValueFloor());
        assertThat(values(measured)[6]).isLessThan(measured.singularValueFloor());
        assertThat(values(measured)[7]).isLessThan(measured.singularValueFloor());
    }

    @Test
    void anUntrainedAdapterIsTheZeroMatrix() {
        SpectralMeasurement measured = measure(2, new double[40 * 8], TestMatrices.gaussian(8, 30, 11), 40, 30, 8);
        assertThat(measured.frobeniusNorm()).isZero();
        assertThat(measured.spectralNorm()).isZero();
        assertThat(measured.spectralNormUpper()).isZero();
        assertThat(measured.stableRank()).isEmpty();
        assertThat(values(measured)).containsOnly(0).hasSize(8);
        assertThat(FactoredMatrix.of(
                                2,
                                stored(new double[320], 40, 8, ElementType.F32),
                                false,
                                stored(new double[240], 8, 30, ElementType.F32),
                                false)
                        .leading(3)
                        .singularValues())
                .isEmpty();
    }

    @Test
    void leadingTripletsRebuildTheProduct() {
        int m = 90;
        int n = 70;
        int r = 12;
        double[] b = TestMatrices.gaussian(m, r, 12);
        double[] a = TestMatrices.gaussian(r, n, 13);
        FactoredMatrix matrix = FactoredMatrix.of(
                -0.5, stored(b, m, r, ElementType.F64), false, stored(a, r, n, ElementType.F64), false);
        FactoredMatrix.Triplets all = matrix.leading(100);
        assertThat(all.singularValues()).hasSize(r);
        double[] product = product(-0.5, b, a, m, n, r);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < r; k++) {
                    sum += all.singularValues()[k] * all.left()[k][i] * all.right()[k][j];
                }
                assertThat(sum).isCloseTo(product[i * n + j], within(1e-12));
            }
        }
        assertThat(matrix.leading(3).singularValues()).isEqualTo(java.util.Arrays.copyOf(all.singularValues(), 3));
    }

    @Test
    void notANumberIsNamedByFactorAndPlace() {
        double[] b = TestMatrices.gaussian(5000, 3, 14);
        double[] a = TestMatrices.gaussian(3, 30, 15);
        a[2 * 30 + 7] = Double.NaN;
        assertThatThrownBy(() -> measure(1, b, a, 5000, 30, 3))
                .isInstanceOf(NonFiniteWeightException.class)
                .hasMessage("element [2, 7] of block 1 is NaN");
        b[4321 * 3 + 1] = Double.NEGATIVE_INFINITY;
        assertThatThrownBy(() -> measure(1, b, a, 5000, 30, 3)).hasMessage("element [4321, 1] of block 0 is -Infinity");
        StoredMatrix half = TestMatrices.stored(new double[] {1, Double.NaN}, 1, 2, ElementType.F16);
        assertThatThrownBy(() -> FactoredMatrix.of(1, half, false, half, true).measure())
                .hasMessage("element [0, 1] of block 0 is NaN");
    }

    @Test
    void factorsThatDoNotFitAreRefused() {
        StoredMatrix b = stored(new double[12], 3, 4, ElementType.F32);
        assertThatThrownBy(() -> FactoredMatrix.of(1, b, false, b, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no product of 3 x 4 and 3 x 4");
        assertThatThrownBy(() -> FactoredMatrix.of(Double.NaN, b, false, b, true))
                .hasMessage("the factor NaN is not finite");
    }

    private static final double[] NUMPY_VALUES = {28.17899055454612, 21.98003536663149, 15.380914686988849};
    private static final double NUMPY_FROBENIUS = 38.9069402549211;

    private static SpectralMeasurement measure(double s, double[] b, double[] a, int m, int n, int r) {
        return FactoredMatrix.of(s, stored(b, m, r, ElementType.F64), false, stored(a, r, n, ElementType.F64), false)
                .measure();
    }

    private static double[] values(SpectralMeasurement measured) {
        return java.util.Objects.requireNonNull(measured.singularValues());
    }

    private static void assertValues(double[] found, double[] expected, double relative) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(relative * expected[i]));
        }
    }

    private static double[] product(double s, double[] b, double[] a, int m, int n, int r) {
        double[] product = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int k = 0; k < r; k++) {
                for (int j = 0; j < n; j++) {
                    product[i * n + j] += s * b[i * r + k] * a[k * n + j];
                }
            }
        }
        return product;
    }

    private static double[] transposed(double[] entries, int rows, int cols) {
        double[] turned = new double[entries.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                turned[j * rows + i] = entries[i * cols + j];
            }
        }
        return turned;
    }

    private static StoredMatrix padded(double[] entries, int rows, int cols, ElementType type) {
        StridedBlock block = TestMatrices.block(entries, rows, cols, cols + 3, type);
        return StoredMatrix.of(block);
    }

    private static StoredMatrix stored(double[] entries, int rows, int cols, ElementType type) {
        return TestMatrices.stored(entries, rows, cols, type);
    }
}
