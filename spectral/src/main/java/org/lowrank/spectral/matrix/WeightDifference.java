package org.lowrank.spectral.matrix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.kernel.Sums;

/** The difference of two stored matrices as a matrix of its own. */
public final class WeightDifference {
    /** Side of the tiles in which a transposed matrix is read, so that both sides stay in cache. */
    private static final int TILE = 64;

    private WeightDifference() {}

    /**
     * B − A of shape [out, in], each entry the difference of the two stored values computed in double (one rounding, relative
     * 2⁻⁵³; exact for F16, and for BF16 and F32 weights of like size). The zero matrix where they are the same;
     * NaN where a weight is. Cost: one pass over each, and 8·out·in bytes outside the heap.
     *
     * @param a stored as it lies
     * @param aTransposed stored as [in, out]
     * @param b stored as it lies
     * @param bTransposed stored as [in, out]
     * @return [out, in] in F64, 8 bytes a weight
     * @throws IllegalArgumentException if the shapes differ once both are [out, in]
     */
    public static StoredMatrix of(StoredMatrix a, boolean aTransposed, StoredMatrix b, boolean bTransposed) {
        int rows = aTransposed ? a.cols() : a.rows();
        int cols = aTransposed ? a.rows() : a.cols();
        int otherRows = bTransposed ? b.cols() : b.rows();
        int otherCols = bTransposed ? b.rows() : b.cols();
        if (rows != otherRows || cols != otherCols) {
            throw new IllegalArgumentException(
                    "no difference of " + rows + " x " + cols + " and " + otherRows + " x " + otherCols);
        }
        return filled(rows, cols, target -> {
            target.add(1, b, bTransposed);
            target.add(-1, a, aTransposed);
        });
    }

    /**
     * A as a matrix of doubles that may be changed.
     *
     * @param a stored as it lies
     * @param transposed stored as [in, out]
     * @return [out, in] in F64, 8 bytes a weight outside the heap
     */
    public static StoredMatrix inDouble(StoredMatrix a, boolean transposed) {
        return filled(
                transposed ? a.cols() : a.rows(),
                transposed ? a.rows() : a.cols(),
                target -> target.add(1, a, transposed));
    }

    private static StoredMatrix filled(int rows, int cols, Consumer<Target> content) {
        int rowBytes = Math.multiplyExact(cols, Double.BYTES);
        int rowsPerBlock = Math.max(1, Integer.MAX_VALUE / rowBytes);
        List<StridedBlock> blocks = new ArrayList<>();
        for (int first = 0; first < rows; first += rowsPerBlock) {
            int count = Math.min(rowsPerBlock, rows - first);
            ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(count, rowBytes))
                    .order(ByteOrder.LITTLE_ENDIAN);
            Target target = new Target(data, first, count, cols);
            content.accept(target);
            blocks.add(new StridedBlock(data, ElementType.F64, count, cols, cols));
        }
        return new StoredMatrix(blocks, StoredMatrix.Axis.ROWS);
    }

    /**
     * D ← D − B A, in place, so that what an approximation leaves of a difference needs no memory of its own. Each entry is
     * rounded k + 1 times.
     *
     * @param difference as {@link #of} gave it; changed
     * @param b m × k, row by row
     * @param a k × n, row by row
     * @param k at least 1
     */
    public static void subtractProduct(StoredMatrix difference, double[] b, double[] a, int k) {
        int cols = difference.cols();
        double[] row = new double[cols];
        int first = 0;
        for (StridedBlock block : difference.blocks()) {
            ByteBuffer data = block.data();
            for (int i = 0; i < block.rows(); i++) {
                var entries = data.slice(i * cols * Double.BYTES, cols * Double.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asDoubleBuffer();
                entries.get(0, row);
                for (int l = 0; l < k; l++) {
                    Sums.axpy(-b[(first + i) * k + l], a, l * cols, row, 0, cols);
                }
                entries.put(0, row);
            }
            first += block.rows();
        }
    }

    /** Rows [first, first + count) of the difference. */
    private record Target(ByteBuffer data, int first, int count, int cols) {
        void add(int sign, StoredMatrix matrix, boolean transposed) {
            int row = 0;
            int col = 0;
            for (StridedBlock block : matrix.blocks()) {
                for (int i = 0; i < block.rows(); i += TILE) {
                    for (int j = 0; j < block.cols(); j += TILE) {
                        addTile(sign, block, i, j, transposed ? col : row, transposed ? row : col, transposed);
                    }
                }
                if (matrix.axis() == StoredMatrix.Axis.ROWS) {
                    row += block.rows();
                } else {
                    col += block.cols();
                }
            }
        }

        /** A tile of a block whose first element belongs at (row, col) of [out, in]. */
        private void addTile(
                int sign, StridedBlock block, int top, int leftmost, int row, int col, boolean transposed) {
            int bottom = Math.min(block.rows(), top + TILE);
            int right = Math.min(block.cols(), leftmost + TILE);
            for (int i = top; i < bottom; i++) {
                for (int j = leftmost; j < right; j++) {
                    int r = row + (transposed ? j : i) - first;
                    if (r >= 0 && r < count) {
                        int at = (r * cols + col + (transposed ? i : j)) * Double.BYTES;
                        data.putDouble(at, data.getDouble(at) + sign * block.get(i, j));
                    }
                }
            }
        }
    }
}
