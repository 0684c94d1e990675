package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Walks over the rows of packed matrices in blocks small enough to stay in the first-level cache. */
final class RowReader {
    private static final int BLOCK_ELEMENTS = 12288;
    /** Kernels take so many rows at once. */
    private static final int GROUP = 4;

    private final RowKernel kernel;
    private float[] scratch = new float[0];

    RowReader(RowKernel kernel) {
        this.kernel = kernel;
    }

    /** Rows from one on, at most {@code limit}; valid until the next call. */
    RowBlock block(PackedMatrix matrix, int row, int limit) {
        return blocks(List.of(matrix), row, limit).get(0);
    }

    /** The same rows of several matrices. */
    List<RowBlock> blocks(List<PackedMatrix> matrices, int row, int limit) {
        int count = limit;
        for (PackedMatrix matrix : matrices) {
            int fits = Math.max(GROUP, BLOCK_ELEMENTS / matrix.cols / GROUP * GROUP);
            count = Math.min(count, Math.min(fits, matrix.rowsInChunk(row)));
        }
        List<RowBlock> blocks = new ArrayList<>(matrices.size());
        int scratchAt = 0;
        for (PackedMatrix matrix : matrices) {
            blocks.add(block(matrix, row, count, scratchAt));
            scratchAt += count * matrix.cols;
        }
        return blocks;
    }

    private RowBlock block(PackedMatrix matrix, int row, int count, int scratchAt) {
        Object chunk = matrix.chunk(row);
        int at = matrix.offset(row);
        if (!(chunk instanceof short[] bits)) {
            return new RowBlock(chunk, at, count, matrix.cols);
        }
        // Once for both products, and for every process that reads these rows.
        int elements = count * matrix.cols;
        if (scratch.length < scratchAt + elements) {
            scratch = Arrays.copyOf(scratch, scratchAt + elements);
        }
        kernel.widen(matrix.type, bits, at, scratch, scratchAt, elements);
        return new RowBlock(scratch, scratchAt, count, matrix.cols);
    }
}
