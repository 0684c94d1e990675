package org.lowrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.algebra.NativeGram;
import org.lowrank.spectral.kernel.PlainKernel;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.lanczos.Certificate;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/** LAPACK through DJL and the Cholesky certificate, against EJML in double. */
class NativeRoutesTest {
    private static final NativeAlgebra ALGEBRA = NativeAlgebra.get().orElseThrow();

    private static Operand operand(double[] entries, int rows, int cols, ElementType type) {
        StoredMatrix stored = TestMatrices.stored(entries, rows, cols, type);
        return new Operand(List.of(PackedMatrix.of(stored, new PackedMatrix.Arrays(), new PlainKernel())), Axis.ROWS);
    }

    @ParameterizedTest
    @CsvSource({"300,260,F64,1", "260,300,F32,1e-30", "600,257,F16,1", "270,270,F64,1e200"})
    void spectrumAgreesWithTheReference(int rows, int cols, ElementType type, double scale) {
        double[] entries = TestMatrices.gaussian(rows, cols, 7);
        Sums.scale(entries, scale);
        entries = TestMatrices.rounded(entries, type);
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, false, true, true, 0);
        SpectralMeasurement measured = Decomposition.measure(operand(entries, rows, cols, type), options);
        double[] expected = SingularValues.of(entries, rows, cols);
        assertThat(measured.method()).contains("LAPACK");
        assertThat(measured.singularValues()).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(measured.singularValues()[i]).isCloseTo(expected[i], within(1e-12 * expected[0]));
        }
    }

    private static double upperBound(Operand operand, double eigenvalue) {
        try (NativeGram grams = NativeGram.exact(ALGEBRA)) {
            return Certificate.upperBound(grams, operand, eigenvalue, 1e-9).orElseThrow();
        }
    }

    @Test
    void spectraOfPartsAndTheirStackAreRightAboveTheFloor() {
        double[][] parts = new double[3][];
        double[] stack = new double[3 * 280 * 270];
        List<StoredMatrix> stored = new java.util.ArrayList<>();
        for (int p = 0; p < 3; p++) {
            parts[p] = TestMatrices.rounded(TestMatrices.gaussian(280, 270, 20 + p), ElementType.F32);
            System.arraycopy(parts[p], 0, stack, p * parts[p].length, parts[p].length);
            stored.add(TestMatrices.stored(parts[p], 280, 270, ElementType.F32));
        }
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, false, false, true, 0);
        List<SpectralMeasurement> measured =
                new FusedEngine(new PlainKernel()).measure(stored, true, Axis.ROWS, options);
        for (int p = 0; p < 4; p++) {
            double[] entries = p < 3 ? parts[p] : stack;
            double[] expected = SingularValues.of(entries, entries.length / 270, 270);
            assertThat(measured.get(p).method()).contains("Gram");
            for (int i = 0; i < 270; i++) {
                double error = 1e-13 * expected[0] * expected[0] / expected[i];
                assertThat(measured.get(p).singularValues()[i]).isCloseTo(expected[i], within(error));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"300,260,F64", "100,700,F32", "700,100,F16", "64,64,BF16"})
    void certificateEnclosesTheNorm(int rows, int cols, ElementType type) {
        double[] entries = TestMatrices.rounded(TestMatrices.gaussian(rows, cols, 8), type);
        double sigma = SingularValues.of(entries, rows, cols)[0];
        Operand operand = operand(entries, rows, cols, type);
        double own = sigma / operand.unit();
        double bound = upperBound(operand, own * own) * operand.unit();
        assertThat(bound).isBetween(sigma, sigma * (1 + 2e-9));
    }

    @ParameterizedTest
    @CsvSource({"300,260,F32,1", "100,700,F32,1e-30", "700,100,F16,1", "64,90,BF16,1e20"})
    void onlyOneEigenvalueAboveIsProvenInSinglePrecision(int rows, int cols, ElementType type, double scale) {
        // Gaussian noise, whose σ2 is near √r + √c, and a direction as large: σ1² is about 1.6 σ2².
        double[] entries = TestMatrices.gaussian(rows, cols, 9);
        double[] x = TestMatrices.gaussian(rows, 1, 10);
        double[] y = TestMatrices.gaussian(cols, 1, 11);
        double top = (Math.sqrt(rows) + Math.sqrt(cols)) / Sums.norm(x) / Sums.norm(y);
        for (int i = 0; i < rows; i++) {
            Sums.axpy(top * x[i], y, 0, entries, i * cols, cols);
        }
        Sums.scale(entries, scale);
        entries = TestMatrices.rounded(entries, type);
        double[] sigma = SingularValues.of(entries, rows, cols);
        Operand operand = operand(entries, rows, cols, type);
        double second = square(sigma[1] / operand.unit());
        double first = square(sigma[0] / operand.unit());
        double[] right = rightSingularVector(operand, y);
        try (NativeGram grams = NativeGram.single(ALGEBRA)) {
            assertThat(Certificate.onlyOneAbove(grams, operand, second * 1.05, right.clone()))
                    .isTrue();
            assertThat(Certificate.onlyOneAbove(grams, operand, second * 0.999, right.clone()))
                    .isFalse();
            // A vector that has nothing to do with the first direction takes none away.
            double[] other = new double[cols];
            other[0] = right[1];
            other[1] = -right[0];
            assertThat(Certificate.onlyOneAbove(grams, operand, first * 0.9, other))
                    .isFalse();
        }
    }

    /** Single precision needs a gap between σ1² and σ2²; with a small one, or for weights that no float holds, the proof is in double. */
    @ParameterizedTest
    @CsvSource({"1,F32,single precision", "0,F32,in double", "1,F64,in double"})
    void certifiedNormSaysWhichProofWentThrough(double top, ElementType type, String route) {
        int n = 400;
        double[] entries = TestMatrices.gaussian(n, n, 9);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                entries[i * n + j] += top * (i % 3 - 1) * (j % 5 - 2) / 4;
            }
        }
        if (top == 0) {
            // σ1 = 1, and σ2 so near that the error of single precision covers the gap.
            java.util.Arrays.fill(entries, 0);
            for (int i = 0; i < n; i++) {
                entries[i * n + i] = i < 2 ? 1 - 5e-4 * i : 0.7 - 0.001 * i;
            }
        }
        entries = TestMatrices.rounded(entries, type);
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, true, false, false, 0);
        SpectralMeasurement measured =
                new FusedEngine(new PlainKernel()).measure(TestMatrices.stored(entries, n, n, type), options);
        double sigma = SingularValues.of(entries, n, n)[0];
        assertThat(measured.method()).contains(route);
        assertThat(measured.upperFailureProbability()).isZero();
        assertThat(sigma)
                .isBetween(measured.spectralNormLower() * (1 - 1e-14), measured.spectralNormUpper() * (1 + 1e-14));
        assertThat(measured.spectralNormUpper()).isLessThan(sigma * (1 + 3e-9));
    }

    /** Power iteration, which a gap of a factor needs thirty times. */
    private static double[] rightSingularVector(Operand operand, double[] start) {
        int cols = operand.cols();
        double[] entries = operand.dense();
        double[] v = start.clone();
        for (int step = 0; step < 60; step++) {
            double[] image = operand.times(v);
            java.util.Arrays.fill(v, 0);
            for (int i = 0; i < image.length; i++) {
                Sums.axpy(image[i], entries, i * cols, v, 0, cols);
            }
            Sums.scale(v, 1 / Sums.norm(v));
        }
        return v;
    }

    private static double square(double x) {
        return x * x;
    }

    @Test
    void missedSingularValueIsNotCertified() {
        // σ1 = 2 along e1, σ2 = 1: a process that saw only the second would offer the eigenvalue 1.
        double[] entries = new double[80 * 80];
        for (int i = 0; i < 80; i++) {
            entries[i * 80 + i] = i == 0 ? 2 : 1;
        }
        Operand operand = operand(entries, 80, 80, ElementType.F32);
        try (NativeGram grams = NativeGram.exact(ALGEBRA)) {
            assertThat(Certificate.upperBound(grams, operand, 1, 1e-9)).isEmpty();
        }
        assertThat(upperBound(operand, 4)).isBetween(2.0, 2 * (1 + 2e-9));
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
