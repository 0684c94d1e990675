package org.lowrank.spectral.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.spectral.FusedEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.TestMatrices;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;

/** The vector kernel's fused products against the plain kernel's separate ones, for lengths that fill no vector. */
class RowKernelTest {
    private static final RowKernel PLAIN = new PlainKernel();
    private static final RowKernel VECTORS = new VectorKernel();

    private static Columns random(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Columns columns = Columns.zeros(n, Columns.BLOCK);
        for (int v = 0; v < columns.count(); v++) {
            for (int j = 0; j < n; j++) {
                columns.array()[columns.at(v) + j] = random.nextGaussian();
            }
        }
        return columns;
    }

    private static float[] floats(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16"})
    void widensAndMultipliesAtOnce(ElementType type) {
        for (int rows : new int[] {1, 2, 3, 4, 7}) {
            for (int n : new int[] {1, 7, 16, 33, 100}) {
                short[] bits = new short[3 + rows * n];
                SplittableRandom random = new SplittableRandom(rows * 1000L + n);
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = TestMatrices.half(random.nextGaussian() * 1e-4); // some of them subnormal
                }
                Columns x = random(n, 5);
                RowBlock plain = new RowBlock(new float[12 + rows * n], 12, rows, n);
                RowBlock fused = new RowBlock(new float[12 + rows * n], 12, rows, n);
                double[] wanted = new double[rows * Columns.BLOCK];
                double[] got = wanted.clone();
                PLAIN.widenAndDot(type, bits, 3, plain, x, wanted);
                VECTORS.widenAndDot(type, bits, 3, fused, x, got);
                assertThat(fused.floats()).isEqualTo(plain.floats());
                double scale = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
                assertThat(got).as(rows + " x " + n).containsExactly(wanted, within(1e-13 * scale));
                assertThat(scale).isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 8, 13})
    void addsUpTheLastRowsWhileTheNextAreMultiplied(int rows) {
        for (int n : new int[] {1, 8, 37, 64}) {
            RowBlock block = new RowBlock(floats(5 + rows * n, n), 5, rows, n);
            Columns x = random(n, 6);
            Columns wanted = random(n, 7);
            Columns got = random(n, 7);
            PLAIN.addGram(block, 0.25, x, wanted);
            VECTORS.addGram(block, 0.25, x, got);
            assertThat(got.array()).as(rows + " x " + n).containsExactly(wanted.array(), within(1e-12 * rows * n));
            assertThat(got.array()).isNotEqualTo(random(n, 7).array());
        }
    }

    /** A zero part is stored at scale 1, 2⁶⁶⁴ times the others': the square of that is no double. */
    @Test
    void zeroPartBesideTinyOnesLeavesTheStackAlone() {
        int n = 60;
        double[] tiny = TestMatrices.gaussian(n, n, 3);
        for (int i = 0; i < tiny.length; i++) {
            tiny[i] *= 1e-200;
        }
        List<StoredMatrix> parts = List.of(
                TestMatrices.stored(new double[n * n], n, n, ElementType.F64),
                TestMatrices.stored(tiny, n, n, ElementType.F64));
        for (RowKernel kernel : List.of(PLAIN, VECTORS)) {
            List<SpectralMeasurement> measured =
                    new FusedEngine(kernel).measure(parts, true, StoredMatrix.Axis.ROWS, SpectralOptions.defaults());
            double alone = measured.get(1).spectralNorm();
            assertThat(alone).isPositive();
            assertThat(measured.get(2).spectralNorm()).isCloseTo(alone, within(1e-9 * alone));
        }
    }

    /** 2050 × 2100: not a multiple of anything, and large enough to stream, to be copied and multiplied by several threads. */
    private static StoredMatrix large(double spoilt) {
        int rows = 2050;
        int cols = 2100;
        double[] entries = TestMatrices.gaussian(rows, cols, 11);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                entries[i * cols + j] += Math.sin(i) * Math.cos(j) / 2;
            }
        }
        entries[2047 * cols + 99] += spoilt;
        return TestMatrices.stored(entries, rows, cols, ElementType.F32);
    }

    @Test
    void largeMatricesAreTheSameByBothKernelsAndForAnyNumberOfThreads() throws Exception {
        StoredMatrix matrix = large(0);
        SpectralOptions options = SpectralOptions.defaults();
        SpectralMeasurement plain = new FusedEngine(PLAIN).measure(matrix, options);
        SpectralMeasurement alone = new FusedEngine(VECTORS).measure(matrix, options);
        SpectralMeasurement shared = new ForkJoinPool(3)
                .submit(() -> new FusedEngine(VECTORS).measure(matrix, options))
                .get();
        assertThat(alone.spectralNorm()).isCloseTo(plain.spectralNorm(), within(1e-11 * plain.spectralNorm()));
        assertThat(shared).isEqualTo(alone);
    }

    @Test
    void largeMatrixWithNaNNamesItFromAnyThread() {
        StoredMatrix matrix = large(Double.NaN);
        ForkJoinPool pool = new ForkJoinPool(3);
        assertThatThrownBy(() -> pool.submit(() -> new FusedEngine(VECTORS).measure(matrix, SpectralOptions.defaults()))
                        .get())
                .rootCause()
                .isInstanceOfSatisfying(NonFiniteWeightException.class, exception -> {
                    assertThat(exception.row()).isEqualTo(2047);
                    assertThat(exception.col()).isEqualTo(99);
                });
    }
}
