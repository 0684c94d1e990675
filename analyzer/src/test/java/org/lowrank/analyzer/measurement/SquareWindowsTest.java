package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.ComputeDevice;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/**
 * Expected numbers are numpy's: singular values of the windows written out (6 × 14: columns 0–5, 4–9, 8–13; 2 × 100: 16
 * windows of 2 × 2; a square matrix is its own window), concatenated, sorted, 1 + k / Σ ln(λ_i/λ_{k+1}).
 */
class SquareWindowsTest {
    private static final SpectralOptions SPECTRUM = new SpectralOptions(1e-9, 1e-9, false, false, true, 0);

    /** Exact in binary32. */
    private static float element(int i, int j) {
        return ((i * i * 31 + j * j * 17 + i * j * 7 + i + 3 * j) % 23 - 11) / 8f;
    }

    @ParameterizedTest
    @CsvSource({
        "6, 14, 2.4101465568072276",
        "2, 100, 3.027999886712517",
        "5, 5, 5.495919415002992",
        "3, 4, 4.403891359577999"
    })
    void isWhatNumpyGivesInEitherOrientation(int rows, int cols, double expected) {
        assertThat(of(StoredMatrix.of(block(0, rows, cols, false)))).isCloseTo(expected, within(1e-9));
        assertThat(of(StoredMatrix.of(block(0, rows, cols, true)))).isCloseTo(expected, within(1e-9));
    }

    @Test
    void windowsGoAcrossBlocks() {
        StoredMatrix below = new StoredMatrix(
                List.of(block(0, 2, 14, false), block(2, 3, 14, false), block(5, 1, 14, false)), Axis.ROWS);
        StoredMatrix beside = new StoredMatrix(
                List.of(block(0, 2, 14, true), block(2, 3, 14, true), block(5, 1, 14, true)), Axis.COLUMNS);
        assertThat(of(below)).isCloseTo(2.4101465568072276, within(1e-9));
        assertThat(of(beside)).isCloseTo(2.4101465568072276, within(1e-9));
    }

    @Test
    void equalValuesAndSingleOnesHaveNone() {
        assertThat(of(StoredMatrix.of(block(0, 1, 1, false)))).isNull();
    }

    private static @Nullable Double of(StoredMatrix matrix) {
        try (SpectralEngine engine = SpectralEngines.create(ComputeDevice.CPU)) {
            return SquareWindows.hillExponent(
                    matrix,
                    engine.measure(List.of(matrix), false, Axis.ROWS, SPECTRUM).get(0),
                    engine,
                    SPECTRUM);
        }
    }

    /** Rows of the matrix from one on, with padding between them; transposed where asked. */
    private static StridedBlock block(int first, int rows, int cols, boolean transposed) {
        int height = transposed ? cols : rows;
        int width = transposed ? rows : cols;
        int stride = width + 3;
        ByteBuffer data = ByteBuffer.allocateDirect(4 * height * stride).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                data.putFloat(4 * (i * stride + j), transposed ? element(first + j, i) : element(first + i, j));
            }
        }
        return new StridedBlock(data, ElementType.F32, height, width, stride);
    }
}
