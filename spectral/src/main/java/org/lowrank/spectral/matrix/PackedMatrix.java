package org.lowrank.spectral.matrix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import org.lowrank.machine.memory.CacheLine;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.kernel.CompensatedSum;
import org.lowrank.spectral.kernel.RowArray;
import org.lowrank.spectral.kernel.RowKernel;

/**
 * A matrix copied once from where it is stored into arrays the kernels read, in the stored precision: 16-bit weights stay
 * in two bytes. True elements are {@code scale} times what {@link #decode} gives, a power of two.
 *
 * <p>Copying checks that every weight is finite and sums the squares, in double with compensation across rows (relative
 * error of ‖A‖²_F at most (cols/8 + 16)·2⁻⁵³).
 */
public final class PackedMatrix {
    /** Binary16 becomes binary32 by moving its bits, which leaves the exponent 112 too small. */
    private static final double HALF_SCALE = 0x1p112;
    /** Copied by one thread. */
    private static final int TASK_ELEMENTS = 1 << 20;

    public final int rows;
    public final int cols;
    final ElementType type;
    public final double scale;
    public final double squaredFrobeniusNorm;

    private final int rowsPerChunk;
    private final List<RowArray> chunks;

    private PackedMatrix(
            int rows,
            int cols,
            ElementType type,
            double scale,
            double squaredFrobeniusNorm,
            int rowsPerChunk,
            List<RowArray> chunks) {
        this.rows = rows;
        this.cols = cols;
        this.type = type;
        this.scale = scale;
        this.squaredFrobeniusNorm = squaredFrobeniusNorm;
        this.rowsPerChunk = rowsPerChunk;
        this.chunks = chunks;
    }

    /** Rows below one another, the blocks of a stack along columns beside one another. */
    public static PackedMatrix of(StoredMatrix matrix, Arrays arrays, RowKernel kernel) {
        ElementType first = matrix.blocks().get(0).type();
        boolean same = matrix.blocks().stream().allMatch(block -> block.type() == first);
        ElementType type = same ? first : ElementType.F64; // mixed precisions: widen all, exactly
        int rows = matrix.rows();
        int cols = matrix.cols();
        int rowsPerChunk = Math.max(1, (1 << 28) / cols);
        List<RowArray> chunks = new ArrayList<>();
        for (int row = 0; row < rows; row += rowsPerChunk) {
            long count = (long) Math.min(rowsPerChunk, rows - row) * cols;
            chunks.add(arrays.take(type, Math.toIntExact(CacheLine.first(type.bytes()) + count)));
        }
        double scale = type == ElementType.F16 ? HALF_SCALE : type == ElementType.F64 ? scaleOf(matrix) : 1;
        PackedMatrix packed = new PackedMatrix(rows, cols, type, scale, 0, rowsPerChunk, chunks);
        double squares = packed.copy(matrix, kernel);
        return new PackedMatrix(rows, cols, type, scale, squares, rowsPerChunk, chunks);
    }

    /** ‖A‖_F, scaled back. */
    double frobeniusNorm() {
        return Math.sqrt(squaredFrobeniusNorm) * scale;
    }

    /** Gives the arrays back. */
    public void release(Arrays arrays) {
        chunks.forEach(arrays::giveBack);
    }

    /** The array that holds a row, for the kernels. */
    public RowArray chunk(int row) {
        return chunks.get(row / rowsPerChunk);
    }

    /** Where a row starts in its array. */
    public int offset(int row) {
        return CacheLine.first(type.bytes()) + (row % rowsPerChunk) * cols;
    }

    /** Rows from {@code row} that lie in the same array. */
    int rowsInChunk(int row) {
        return Math.min(rowsPerChunk - row % rowsPerChunk, rows - row);
    }

    /** A power of two such that dividing by it brings the largest entry of an F64 matrix near 1. */
    private static double scaleOf(StoredMatrix matrix) {
        double largest = 0;
        for (int b = 0; b < matrix.blocks().size(); b++) {
            StridedBlock block = matrix.blocks().get(b);
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    double value = Math.abs(block.get(i, j));
                    if (!(value <= Double.MAX_VALUE)) {
                        throw new NonFiniteWeightException(b, i, j, block.get(i, j));
                    }
                    largest = Math.max(largest, value);
                }
            }
        }
        int exponent = largest == 0 ? 0 : Math.max(-1021, Math.min(1022, Math.getExponent(largest)));
        return Math.scalb(1.0, exponent);
    }

    private double copy(StoredMatrix matrix, RowKernel kernel) {
        CompensatedSum squares = new CompensatedSum();
        int rowOffset = 0;
        int colOffset = 0;
        for (int b = 0; b < matrix.blocks().size(); b++) {
            StridedBlock block = matrix.blocks().get(b);
            double[] sums = copy(block, rowOffset, colOffset, kernel);
            for (int i = 0; i < sums.length; i++) {
                if (!(sums[i] <= Double.MAX_VALUE)) {
                    throw nonFinite(block, b, i, sums[i]);
                }
                squares.add(sums[i]);
            }
            if (matrix.axis() == StoredMatrix.Axis.ROWS) {
                rowOffset += block.rows();
            } else {
                colOffset += block.cols();
            }
        }
        return squares.value();
    }

    /** Copies a block, a large one by several threads of the pool the call came from; returns the sum of squares of each row. */
    private double[] copy(StridedBlock block, int rowOffset, int colOffset, RowKernel kernel) {
        double[] sums = new double[block.rows()];
        int rowsPerTask = ForkJoinTask.inForkJoinPool() ? Math.max(1, TASK_ELEMENTS / block.cols()) : sums.length;
        List<ForkJoinTask<?>> tasks = new ArrayList<>();
        for (int from = 0; from < sums.length; from += rowsPerTask) {
            int first = from;
            int end = Math.min(sums.length, from + rowsPerTask);
            tasks.add(ForkJoinTask.adapt(() -> {
                float[] row = type.bytes() == 2 ? new float[block.cols()] : new float[0];
                for (int i = first; i < end; i++) {
                    RowArray chunk = chunk(rowOffset + i);
                    int at = offset(rowOffset + i) + colOffset;
                    copyRow(block, i, chunk, at);
                    sums[i] = squares(chunk, at, block.cols(), row, kernel);
                }
            }));
        }
        if (tasks.size() == 1) {
            tasks.get(0).invoke();
        } else {
            ForkJoinTask.invokeAll(tasks);
        }
        return sums;
    }

    /** NaN where an element is not finite. */
    private double squares(RowArray chunk, int at, int count, float[] scratch, RowKernel kernel) {
        if (chunk instanceof RowArray.Wide wide) {
            return kernel.squares(wide, at, count);
        }
        short[] bits = ((RowArray.Halves) chunk).bits();
        if (type == ElementType.F16 && !kernel.finite(bits, at, count)) {
            return Double.NaN;
        }
        kernel.widen(type, bits, at, scratch, 0, count);
        return kernel.squares(new RowArray.Floats(scratch), 0, count);
    }

    private static NonFiniteWeightException nonFinite(StridedBlock block, int index, int row, double sum) {
        for (int j = 0; j < block.cols(); j++) {
            double value = block.get(row, j);
            if (!Double.isFinite(value)) {
                return new NonFiniteWeightException(index, row, j, value);
            }
        }
        return new NonFiniteWeightException(index, row, 0, sum);
    }

    private void copyRow(StridedBlock block, int row, RowArray target, int at) {
        ByteBuffer data = block.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int from = Math.toIntExact((long) row * block.rowStride() * block.type().bytes());
        data.position(from);
        int n = block.cols();
        if (block.type() == type && type != ElementType.F64) {
            if (target instanceof RowArray.Floats floats) {
                data.asFloatBuffer().get(floats.values(), at, n);
            } else {
                data.asShortBuffer().get(((RowArray.Halves) target).bits(), at, n);
            }
            return;
        }
        double[] doubles = ((RowArray.Doubles) target).values();
        for (int j = 0; j < n; j++) {
            doubles[at + j] = block.get(row, j) / scale;
        }
    }

    /** Widens {@code count} elements, all of them finite since they were copied. */
    public void decode(RowArray chunk, int from, double[] to, int at, int count) {
        switch (type) {
            case F64 -> System.arraycopy(((RowArray.Doubles) chunk).values(), from, to, at, count);
            case F32 -> {
                float[] floats = ((RowArray.Floats) chunk).values();
                for (int j = 0; j < count; j++) {
                    to[at + j] = floats[from + j];
                }
            }
            case BF16 -> {
                short[] bits = ((RowArray.Halves) chunk).bits();
                for (int j = 0; j < count; j++) {
                    to[at + j] = Float.intBitsToFloat(bits[from + j] << 16);
                }
            }
            case F16 -> {
                short[] bits = ((RowArray.Halves) chunk).bits();
                for (int j = 0; j < count; j++) {
                    to[at + j] = Float.intBitsToFloat((bits[from + j] << 13) & 0x8fffe000);
                }
            }
        }
    }

    /** Arrays used again for the next matrix: layers repeat their shapes. */
    public static final class Arrays {
        private static final int KEPT = 8;

        private final List<RowArray> free = new ArrayList<>();

        synchronized RowArray take(ElementType type, int length) {
            for (int i = 0; i < free.size(); i++) {
                RowArray array = free.get(i);
                if (array.holds(type) && array.length() >= length && array.length() <= length + length / 4L) {
                    free.remove(i);
                    return array;
                }
            }
            return RowArray.of(type, length);
        }

        /** Only the last few are kept: other shapes would pile up. */
        synchronized void giveBack(RowArray array) {
            free.add(array);
            if (free.size() > KEPT) {
                free.remove(0);
            }
        }
    }
}
