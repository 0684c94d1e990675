package org.lowrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.WeightDifference;

class LeadingSubspaceTest {
    @ParameterizedTest
    @CsvSource({"60, 40, 0.9", "40, 60, 0.9", "120, 120, 0.97", "300, 50, 0.8", "9, 200, 0.7"})
    void plantedSpacesAreFound(int rows, int cols, double decay) {
        // A = Σ decay^i x_i y_iᵀ with orthonormal x, y: the leading spaces are those of the first x and y.
        double[][] x = orthonormal(Math.min(rows, cols), rows, 1);
        double[][] y = orthonormal(Math.min(rows, cols), cols, 2);
        double[] sigma = new double[x.length];
        for (int i = 0; i < sigma.length; i++) {
            sigma[i] = 3 * Math.pow(decay, i);
        }
        LeadingSubspace found = LeadingSubspace.of(matrix(rows, cols, x, sigma, y), 5, 1e-8, 300, 0);

        assertThat(found.singularValues()).hasSize(5);
        assertThat(found.singularValues()).containsExactly(Arrays.copyOf(sigma, 5), within(1e-12));
        assertThat(found.next()).isCloseTo(sigma[5], within(1e-6));
        assertThat(found.angleError()).isLessThan(1e-7);
        assertThat(PrincipalAngles.between(found.left(), Arrays.copyOf(x, 5)).cosines()[4])
                .isCloseTo(1, within(1e-12));
        assertThat(PrincipalAngles.between(found.right(), Arrays.copyOf(y, 5)).cosines()[4])
                .isCloseTo(1, within(1e-12));
        assertThat(found.illDefined()).isFalse();
        assertThat(found.relativeGap()).isCloseTo(1 - decay, within(1e-6));
    }

    @Test
    void angleErrorBoundsTheTrueAngleWhenStoppedEarly() {
        double[][] x = orthonormal(200, 200, 3);
        double[][] y = orthonormal(200, 200, 4);
        double[] sigma = new double[200];
        for (int i = 0; i < sigma.length; i++) {
            sigma[i] = 1 / (1 + 0.1 * i);
        }
        StoredMatrix matrix = matrix(200, 200, x, sigma, y);
        for (int steps : new int[] {12, 20, 30, 45}) {
            LeadingSubspace found = LeadingSubspace.of(matrix, 4, 1e-12, steps, 0);
            double cosine =
                    PrincipalAngles.between(found.right(), Arrays.copyOf(y, 4)).cosines()[3];
            double sine = Math.sqrt(1 - cosine * cosine);
            assertThat(sine).as("%d steps", steps).isLessThanOrEqualTo(found.angleError() + 1e-7);
        }
    }

    @Test
    void repeatedSingularValuesAreFoundAndReportedAsIllDefined() {
        double[][] x = orthonormal(64, 64, 5);
        double[][] y = orthonormal(64, 64, 6);
        double[] sigma = new double[64];
        Arrays.fill(sigma, 0, 6, 2);
        Arrays.fill(sigma, 6, 64, 0.5);
        StoredMatrix matrix = matrix(64, 64, x, sigma, y);
        LeadingSubspace all = LeadingSubspace.of(matrix, 6, 1e-8, 64, 0);
        assertThat(all.singularValues()).containsExactly(new double[] {2, 2, 2, 2, 2, 2}, within(1e-10));
        assertThat(all.illDefined()).isFalse();
        LeadingSubspace half = LeadingSubspace.of(matrix, 3, 1e-8, 64, 0);
        assertThat(half.illDefined()).isTrue();
        assertThat(half.angleError()).isEqualTo(1);
    }

    @Test
    void lowRankGivesFewerDirectionsAndZeroNone() {
        double[][] x = orthonormal(2, 30, 7);
        double[][] y = orthonormal(2, 20, 8);
        LeadingSubspace two = LeadingSubspace.of(matrix(30, 20, x, new double[] {3, 1}, y), 8, 1e-8, 100, 0);
        assertThat(two.dimension()).isEqualTo(2);
        assertThat(two.next()).isZero();
        assertThat(two.relativeGap()).isEqualTo(1);
        LeadingSubspace none = LeadingSubspace.of(matrix(30, 20, x, new double[] {0, 0}, y), 8, 1e-8, 100, 0);
        assertThat(none.dimension()).isZero();
    }

    @Test
    void nonFiniteWeightIsRefused() {
        StoredMatrix matrix = stored(2, 2, new double[] {1, 2, Double.NaN, 4});
        assertThatThrownBy(() -> LeadingSubspace.of(matrix, 1, 1e-8, 10, 0))
                .isInstanceOf(NonFiniteWeightException.class);
    }

    @Test
    void anglesOfPlanesAreTheirRotation() {
        // Rotating the second axis of a plane by 30° about the first gives cosines 1 and √3/2.
        double[][] x = {{1, 0, 0}, {0, 1, 0}};
        double[][] y = {{1, 0, 0}, {0, Math.sqrt(3) / 2, 0.5}};
        PrincipalAngles angles = PrincipalAngles.between(x, y);
        assertThat(angles.cosines()).containsExactly(new double[] {1, Math.sqrt(3) / 2}, within(1e-15));
        assertThat(angles.overlap()).isCloseTo(Math.sqrt((1 + 0.75) / 2), within(1e-15));
    }

    @Test
    void randomSpacesOverlapAsExpected() {
        double squares = 0;
        for (int draw = 0; draw < 200; draw++) {
            double overlap = PrincipalAngles.between(orthonormal(4, 50, 100 + draw), orthonormal(4, 50, 900 + draw))
                    .overlap();
            squares += overlap * overlap / 200;
        }
        // Monte Carlo of 200 draws: the standard error of the mean of cos² is about 0.002.
        assertThat(Math.sqrt(squares)).isCloseTo(PrincipalAngles.randomOverlap(4, 50), within(0.02));
    }

    @Test
    void differenceBringsBothOrientationsTogether() {
        double[] a = {1, 2, 3, 4, 5, 6}; // 2 x 3
        double[] bTransposed = {2, 5, 4, 7, 6, 9}; // 3 x 2, the transpose of [2 4 6; 5 7 9]
        StoredMatrix difference = WeightDifference.of(stored(2, 3, a), false, stored(3, 2, bTransposed), true);
        assertThat(values(difference)).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(values(WeightDifference.of(stored(3, 2, bTransposed), true, stored(2, 3, a), false)))
                .containsExactly(-1, -2, -3, -1, -2, -3);
    }

    @Test
    void differenceOfStacksIsThatOfTheirBlocks() {
        // [1 2; 3 4] below [5 6] against the same matrix as columns [1; 3; 5] beside [2; 4; 6].
        StoredMatrix rows = new StoredMatrix(
                List.of(block(2, 2, new double[] {1, 2, 3, 4}), block(1, 2, new double[] {5, 6})),
                StoredMatrix.Axis.ROWS);
        StoredMatrix columns = new StoredMatrix(
                List.of(block(3, 1, new double[] {1, 3, 5}), block(3, 1, new double[] {2, 4, 6.5})),
                StoredMatrix.Axis.COLUMNS);
        assertThat(values(WeightDifference.of(rows, false, columns, false))).containsExactly(0, 0, 0, 0, 0, 0.5);
        assertThatThrownBy(() -> WeightDifference.of(rows, false, columns, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no difference of 3 x 2 and 2 x 3");
    }

    private static double[] values(StoredMatrix matrix) {
        double[] values = new double[matrix.rows() * matrix.cols()];
        matrix.blocks().get(0).data().asDoubleBuffer().get(values);
        return values;
    }

    private static StoredMatrix stored(int rows, int cols, double[] values) {
        return StoredMatrix.of(block(rows, cols, values));
    }

    private static StridedBlock block(int rows, int cols, double[] values) {
        ByteBuffer data = ByteBuffer.allocateDirect(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        data.asDoubleBuffer().put(values);
        return new StridedBlock(data, ElementType.F64, rows, cols, cols);
    }

    /** Σ sigma_i x_i y_iᵀ. */
    private static StoredMatrix matrix(int rows, int cols, double[][] x, double[] sigma, double[][] y) {
        double[] values = new double[rows * cols];
        for (int i = 0; i < sigma.length; i++) {
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < cols; c++) {
                    values[r * cols + c] += sigma[i] * x[i][r] * y[i][c];
                }
            }
        }
        return stored(rows, cols, values);
    }

    /** Gram–Schmidt on Gaussian vectors, twice. */
    private static double[][] orthonormal(int count, int length, long seed) {
        Random random = new Random(seed);
        double[][] vectors = new double[count][length];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < length; j++) {
                vectors[i][j] = random.nextGaussian();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int k = 0; k < i; k++) {
                    double dot = 0;
                    for (int j = 0; j < length; j++) {
                        dot += vectors[i][j] * vectors[k][j];
                    }
                    for (int j = 0; j < length; j++) {
                        vectors[i][j] -= dot * vectors[k][j];
                    }
                }
            }
            double norm = Math.sqrt(Arrays.stream(vectors[i]).map(v -> v * v).sum());
            for (int j = 0; j < length; j++) {
                vectors[i][j] /= norm;
            }
        }
        return vectors;
    }
}
