package org.lowrank.spectral;

/** Walks over the rows of a packed matrix in blocks small enough to stay in the first-level cache. */
final class RowReader {
    private static final int BLOCK_ELEMENTS = 6144;
    /** Kernels take so many rows at once. */
    private static final int GROUP = 4;

    private final RowKernel kernel;
    private float[] scratch = new float[0];

    RowReader(RowKernel kernel) {
        this.kernel = kernel;
    }

    /** Rows a block of this width has at most. */
    static int blockRows(int cols) {
        return Math.max(GROUP, BLOCK_ELEMENTS / cols / GROUP * GROUP);
    }

    /** The block that starts at a row; valid until the next call. */
    RowBlock block(PackedMatrix matrix, int row) {
        int count = Math.min(blockRows(matrix.cols), matrix.rowsInChunk(row));
        return block(matrix, row, count, 0);
    }

    /** The same with so many rows, from a given place of the scratch on, for blocks of several matrices at once. */
    RowBlock block(PackedMatrix matrix, int row, int count, int scratchAt) {
        Object chunk = matrix.chunk(row);
        int at = matrix.offset(row);
        if (!(chunk instanceof short[] bits)) {
            return new RowBlock(chunk, at, count, matrix.cols);
        }
        // Once for both products, and for every process that reads these rows.
        int elements = count * matrix.cols;
        if (scratch.length < scratchAt + elements) {
            scratch = java.util.Arrays.copyOf(scratch, scratchAt + elements);
        }
        kernel.widen(matrix.type, bits, at, scratch, scratchAt, elements);
        return new RowBlock(scratch, scratchAt, count, matrix.cols);
    }
}
