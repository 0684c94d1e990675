package org.lowrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.spectral.StoredMatrix.Axis;

/** LAPACK through DJL and the Cholesky certificate, against EJML in double. */
class NativeRoutesTest {
    private static final NativeAlgebra ALGEBRA = NativeAlgebra.get().orElseThrow();

    private static Operand operand(double[] entries, int rows, int cols, ElementType type) {
        StoredMatrix stored = TestMatrices.stored(entries, rows, cols, type);
        return new Operand(List.of(PackedMatrix.of(stored, new PackedMatrix.Arrays())), Axis.ROWS);
    }

    @ParameterizedTest
    @CsvSource({"300,260,F64,1", "260,300,F32,1e-30", "600,257,F16,1", "270,270,F64,1e200"})
    void spectrumAgreesWithTheReference(int rows, int cols, ElementType type, double scale) {
        double[] entries = TestMatrices.gaussian(rows, cols, 7);
        Lanczos.scale(entries, scale);
        entries = TestMatrices.rounded(entries, type);
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, false, false, true, 0);
        SpectralMeasurement measured = Decomposition.measure(operand(entries, rows, cols, type), options);
        double[] expected = SingularValues.of(entries, rows, cols);
        assertThat(measured.method()).contains("LAPACK");
        assertThat(measured.singularValues()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(measured.singularValues()[i]).isCloseTo(expected[i], within(1e-12 * expected[0]));
        }
    }

    @ParameterizedTest
    @CsvSource({"300,260,F64", "100,700,F32", "700,100,F16", "64,64,BF16"})
    void certificateEnclosesTheNorm(int rows, int cols, ElementType type) {
        double[] entries = TestMatrices.rounded(TestMatrices.gaussian(rows, cols, 8), type);
        double sigma = SingularValues.of(entries, rows, cols)[0];
        Operand operand = operand(entries, rows, cols, type);
        double own = sigma / operand.unit();
        double bound = Certificate.upperBound(ALGEBRA, operand, own * own, 1e-9).orElseThrow() * operand.unit();
        assertThat(bound).isBetween(sigma, sigma * (1 + 2e-9));
    }

    @Test
    void missedSingularValueIsNotCertified() {
        // σ1 = 2 along e1, σ2 = 1: a process that saw only the second would offer the eigenvalue 1.
        double[] entries = new double[80 * 80];
        for (int i = 0; i < 80; i++) {
            entries[i * 80 + i] = i == 0 ? 2 : 1;
        }
        Operand operand = operand(entries, 80, 80, ElementType.F32);
        assertThat(Certificate.upperBound(ALGEBRA, operand, 1, 1e-9)).isEmpty();
        assertThat(Certificate.upperBound(ALGEBRA, operand, 4, 1e-9).getAsDouble())
                .isBetween(2.0, 2 * (1 + 2e-9));
    }

    @Test
    void proofThatDoesNotGoThroughFallsBackToTheDecomposition() {
        // Relative 1e-15 is below what the factorisation can prove.
        double[] entries = TestMatrices.gaussian(90, 80, 5);
        SpectralOptions options = new SpectralOptions(1e-16, 1e-9, true, false, false, 0);
        SpectralMeasurement measured = new FusedEngine(new PlainKernel())
                .measure(TestMatrices.stored(entries, 90, 80, ElementType.F64), options);
        double sigma = SingularValues.of(entries, 90, 80)[0];
        assertThat(measured.upperFailureProbability()).isZero();
        assertThat(measured.spectralNorm()).isCloseTo(sigma, within(1e-12 * sigma));
        assertThat(measured.spectralNormUpper()).isGreaterThanOrEqualTo(sigma * (1 - 1e-14));
    }
}
