package org.lowrank.spectral.matrix;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lowrank.machine.memory.CacheLine;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowArray;
import org.lowrank.spectral.kernel.RowBlock;
import org.lowrank.spectral.kernel.RowKernel;

/**
 * Walks over the rows of packed matrices, a few at a time, for products with them. Rows of 16-bit numbers are widened when they are
 * first multiplied, once for both products and for every process that reads them.
 */
public final class RowReader {
    /** Rows that are to stay in the first-level cache from one product to the next. */
    private static final int BLOCK_ELEMENTS = 12288;
    /** Rows multiplied on their way from memory: only the last few need stay. */
    private static final int STREAM_ELEMENTS = 1 << 17;
    /** What is far too large for a second-level cache comes from memory in every pass. */
    private static final int STREAMED = 1 << 22;
    /** Kernels take so many rows at once. */
    private static final int GROUP = 4;

    private final RowKernel kernel;
    private final List<Rows> current = new ArrayList<>();
    private float[] scratch = new float[0];
    private double[] products = new double[0];
    private boolean streaming;

    public RowReader(RowKernel kernel) {
        this.kernel = kernel;
    }

    /** Moves on to rows of matrices that lie beside one another, from one on, at most {@code limit}; returns how many. */
    public int read(List<PackedMatrix> matrices, int row, int limit) {
        streaming = streams(matrices);
        int most = streaming ? STREAM_ELEMENTS : BLOCK_ELEMENTS;
        int count = limit;
        for (PackedMatrix matrix : matrices) {
            int fits = Math.max(GROUP, most / matrix.cols / GROUP * GROUP);
            count = Math.min(count, Math.min(fits, matrix.rowsInChunk(row)));
        }
        current.clear();
        int scratchAt = CacheLine.first(Float.BYTES);
        for (PackedMatrix matrix : matrices) {
            current.add(new Rows(matrix, row, count, scratchAt));
            scratchAt += matrix.type.bytes() == 2 ? count * matrix.cols : 0;
        }
        if (scratch.length < scratchAt) {
            scratch = Arrays.copyOf(scratch, scratchAt);
        }
        return count;
    }

    private boolean streams(List<PackedMatrix> matrices) {
        PackedMatrix first = matrices.get(0);
        return kernel.streams()
                && matrices.size() == 1
                && first.type == ElementType.F32
                && (long) first.rows * first.cols >= STREAMED;
    }

    /** {@link RowKernel#dot} of the present rows of matrix {@code part}. */
    public void dot(int part, Columns x, double[] y) {
        Rows rows = current.get(part);
        if (rows.widened) {
            kernel.dot(rows.block(), x, y);
        } else {
            rows.widened = true;
            kernel.widenAndDot(rows.matrix.type, rows.bits(), rows.matrix.offset(rows.first), rows.block(), x, y);
        }
    }

    /** {@link RowKernel#axpy} of the present rows of matrix {@code part}, after their {@link #dot}. */
    public void axpy(int part, double[] y, Columns z) {
        kernel.axpy(current.get(part).block(), y, z);
    }

    /** {@link RowKernel#addGram} of the present rows of matrix {@code part}. */
    public void addGram(int part, double scale, Columns x, Columns z) {
        Rows rows = current.get(part);
        if (streaming) {
            kernel.addGram(rows.block(), scale, x, z);
            return;
        }
        int length = rows.count * x.count();
        products = products.length == length ? products : new double[length];
        dot(part, x, products);
        RowKernel.scaleTwice(products, scale);
        axpy(part, products, z);
    }

    /** The present rows of one matrix. */
    private final class Rows {
        private final PackedMatrix matrix;
        private final int first;
        private final int count;
        private final int scratchAt;
        private boolean widened;

        Rows(PackedMatrix matrix, int first, int count, int scratchAt) {
            this.matrix = matrix;
            this.first = first;
            this.count = count;
            this.scratchAt = scratchAt;
            this.widened = matrix.type.bytes() > 2;
        }

        short[] bits() {
            return ((RowArray.Halves) matrix.chunk(first)).bits();
        }

        RowBlock block() {
            return matrix.type.bytes() > 2
                    ? new RowBlock((RowArray.Wide) matrix.chunk(first), matrix.offset(first), count, matrix.cols)
                    : new RowBlock(scratch, scratchAt, count, matrix.cols);
        }
    }
}
