package org.lowrank.analyzer.measurement;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/**
 * The Hill exponent of a matrix at a fixed aspect ratio, so that matrices of different shapes may be compared: that of an
 * r × c matrix depends on r/c even where all entries are independent. The matrix is covered by w windows of m × m,
 * m = min(r, c), that begin at ⌊i (M − m)/(w − 1) + ½⌋ along its longer side M, w = min(16, ⌈M/m⌉); the eigenvalues λ = σ² of all
 * windows are one sample of N, and α = 1 + k / Σ_{i ≤ k} ln(λ_i/λ_{k+1}) with k = ⌊N/2⌋. A square matrix is its own window.
 * Above 1; null where fewer than two values are there or the k + 1 largest are equal. Costs w decompositions of m × m.
 * Source: Hu et al. 2025 (arXiv:2506.06280, FARMS), at their aspect ratio 1 with windows laid as said here; k as Zhou et al.
 * 2023.
 */
final class SquareWindows {
    private static final int MOST = 16;

    private SquareWindows() {}

    /**
     * Of a stored matrix whose spectrum was measured.
     *
     * @param whole its measurement
     */
    static @Nullable Double hillExponent(
            StoredMatrix matrix, SpectralMeasurement whole, SpectralEngine engine, SpectralOptions options) {
        int shorter = Math.min(matrix.rows(), matrix.cols());
        int longer = Math.max(matrix.rows(), matrix.cols());
        if (shorter == longer || whole.frobeniusNorm() == 0) {
            return exponent(List.of(whole));
        }
        int windows = Math.min(MOST, (longer - 1) / shorter + 1);
        List<SpectralMeasurement> measured = new ArrayList<>();
        for (int i = 0; i < windows; i++) {
            int first = (int) Math.floor((double) i * (longer - shorter) / (windows - 1) + 0.5);
            StoredMatrix window = matrix.rows() == longer
                    ? cut(matrix, first, shorter, 0, shorter)
                    : cut(matrix, 0, shorter, first, shorter);
            measured.add(
                    engine.measure(List.of(window), false, Axis.ROWS, options).get(0));
        }
        return exponent(measured);
    }

    /** Values that have a correct digit, of all windows together. */
    private static @Nullable Double exponent(List<SpectralMeasurement> windows) {
        double floor = 0;
        int count = 0;
        for (SpectralMeasurement window : windows) {
            floor = Math.max(floor, window.singularValueFloor());
            count += values(window).length;
        }
        double[] all = new double[count];
        int at = 0;
        for (SpectralMeasurement window : windows) {
            for (double value : values(window)) {
                all[at++] = -value;
            }
        }
        Arrays.sort(all);
        int known = 0;
        while (known < count && -all[known] > floor) {
            all[known] = -all[known];
            known++;
        }
        return SpectralTail.hill(all, known / 2);
    }

    private static double[] values(SpectralMeasurement measured) {
        double[] values = measured.singularValues();
        return values == null ? new double[0] : values;
    }

    /** A part of a matrix, where it lies. */
    private static StoredMatrix cut(StoredMatrix matrix, int row, int rows, int col, int cols) {
        boolean below = matrix.axis() == Axis.ROWS;
        int from = below ? row : col;
        int to = from + (below ? rows : cols);
        List<StridedBlock> blocks = new ArrayList<>();
        int start = 0; // of the block, along the axis
        for (StridedBlock block : matrix.blocks()) {
            int length = below ? block.rows() : block.cols();
            int first = Math.max(from - start, 0);
            int count = Math.min(to - start, length) - first;
            if (count > 0) {
                blocks.add(below ? cut(block, first, count, col, cols) : cut(block, row, rows, first, count));
            }
            start += length;
        }
        return new StoredMatrix(blocks, matrix.axis());
    }

    private static StridedBlock cut(StridedBlock block, int row, int rows, int col, int cols) {
        int at = Math.toIntExact(
                ((long) row * block.rowStride() + col) * block.type().bytes());
        ByteBuffer data = block.data().slice(at, block.data().limit() - at);
        return new StridedBlock(data, block.type(), rows, cols, block.rowStride());
    }
}
