package org.lowrank.machine.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rows of a matrix where they lie in memory: element (i, j) is at byte
 * {@code (i * rowStride + j) * type.bytes()} of {@code data}.
 *
 * @param data little-endian bytes, direct or mapped, position 0; never modified
 * @param type encoding of one element
 * @param rows number of rows, at least 1
 * @param cols number of columns, at least 1
 * @param rowStride elements from one row to the next, at least {@code cols}
 */
public record StridedBlock(ByteBuffer data, ElementType type, int rows, int cols, int rowStride) {
    /**
     * Checks that the rows lie inside the data.
     *
     * @throws IllegalArgumentException if they do not, or there are none
     */
    public StridedBlock {
        if (rows < 1 || cols < 1 || rowStride < cols) {
            throw new IllegalArgumentException(
                    "block of " + rows + " x " + cols + " with row stride " + rowStride + " is not a matrix");
        }
        long needed = ((long) (rows - 1) * rowStride + cols) * type.bytes();
        if (data.limit() < needed) {
            throw new IllegalArgumentException("block needs " + needed + " bytes but holds " + data.limit());
        }
        data = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Element (i, j), widened exactly; NaN and infinities as they are.
     *
     * @param i row, from 0
     * @param j column, from 0
     * @throws IndexOutOfBoundsException if it lies outside the data
     */
    public double get(int i, int j) {
        return Elements.get(this, i, j);
    }

    /**
     * Elements of row i, widened exactly as by {@link #get}, many at once.
     *
     * @param i row, from 0
     * @param out at least {@link #cols()} long; filled from its start
     * @throws IndexOutOfBoundsException if the row lies outside the data
     */
    public void row(int i, double[] out) {
        Elements.row(this, i, out);
    }
}
