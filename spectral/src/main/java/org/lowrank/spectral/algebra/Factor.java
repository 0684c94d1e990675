package org.lowrank.spectral.algebra;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * One factor of a product of low rank, seen as a tall matrix of {@code length} × {@code rank}: B itself, and Aᵀ. Its columns are
 * read a few rows at a time, so that it is never copied as a whole.
 *
 * @param matrix as stored
 * @param lying whether its rows, not its columns, are the columns of the tall matrix
 */
public record Factor(StoredMatrix matrix, boolean lying) {
    private static final int HALF_INFINITY = 0x7c00;

    /** Rows of the tall matrix. */
    public int length() {
        return lying ? matrix.cols() : matrix.rows();
    }

    /** Columns of the tall matrix. */
    public int rank() {
        return lying ? matrix.rows() : matrix.cols();
    }

    /** A power of two near the largest magnitude where doubles are stored, whose squares could leave the range; else 1. */
    public double unit() {
        double largest = 0;
        for (StridedBlock block : matrix.blocks()) {
            if (block.type() != ElementType.F64) {
                continue;
            }
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    largest = Math.max(largest, Math.abs(block.get(i, j)));
                }
            }
        }
        boolean plain = largest == 0 || !(largest <= Double.MAX_VALUE);
        return plain ? 1 : Math.scalb(1.0, Math.max(-1000, Math.min(1000, Math.getExponent(largest))));
    }

    /** Puts rows [from, from + count) of column j of the tall matrix at {@code to[at + j * stride]} and on, over the unit. */
    void read(int from, int count, double unit, double[] to, int at, int stride) {
        int row = 0;
        int col = 0;
        for (StridedBlock block : matrix.blocks()) {
            if (lying) {
                readLying(block, row, from - col, count, to, at, stride);
            } else {
                readStanding(block, from - row, col, count, to, at, stride);
            }
            boolean below = matrix.axis() == StoredMatrix.Axis.ROWS;
            row += below ? block.rows() : 0;
            col += below ? 0 : block.cols();
        }
        if (unit != 1) {
            for (int j = 0; j < rank(); j++) {
                for (int i = 0; i < count; i++) {
                    to[at + j * stride + i] /= unit;
                }
            }
        }
    }

    /** Stored rows are columns: runs are copied. */
    private static void readLying(
            StridedBlock block, int column, int from, int count, double[] to, int at, int stride) {
        int first = Math.max(0, from);
        int last = Math.min(block.cols(), from + count);
        if (first >= last) {
            return;
        }
        double[] run = new double[last - first];
        for (int k = 0; k < block.rows(); k++) {
            widen(block, k, first, run);
            System.arraycopy(run, 0, to, at + (column + k) * stride + first - from, run.length);
        }
    }

    /** Stored columns are columns: rows are turned, all at once where they lie without gaps. */
    private static void readStanding(
            StridedBlock block, int from, int column, int count, double[] to, int at, int stride) {
        int first = Math.max(0, from);
        int last = Math.min(block.rows(), from + count);
        if (first >= last) {
            return;
        }
        int cols = block.cols();
        int together = block.rowStride() == cols ? last - first : 1;
        double[] run = new double[together * cols];
        for (int i = first; i < last; i += together) {
            widen(block, i, 0, run);
            for (int k = 0; k < together; k++) {
                int target = at + column * stride + i - from + k;
                for (int j = k * cols; j < (k + 1) * cols; j++) {
                    to[target] = run[j];
                    target += stride;
                }
            }
        }
    }

    /** Elements [from, from + run.length) of a stored row, widened exactly. */
    private static void widen(StridedBlock block, int row, int from, double[] run) {
        long start = ((long) row * block.rowStride() + from) * block.type().bytes();
        ByteBuffer bytes = block.data()
                .slice(Math.toIntExact(start), run.length * block.type().bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        switch (block.type()) {
            case F64 -> bytes.asDoubleBuffer().get(run);
            case F32 -> {
                float[] floats = new float[run.length];
                bytes.asFloatBuffer().get(floats);
                for (int j = 0; j < run.length; j++) {
                    run[j] = floats[j];
                }
            }
            case BF16 -> {
                short[] bits = new short[run.length];
                bytes.asShortBuffer().get(bits);
                for (int j = 0; j < run.length; j++) {
                    run[j] = Float.intBitsToFloat(bits[j] << 16);
                }
            }
            case F16 -> {
                short[] bits = new short[run.length];
                bytes.asShortBuffer().get(bits);
                for (int j = 0; j < run.length; j++) {
                    run[j] = half(bits[j]);
                }
            }
        }
    }

    /** Binary16 has 5 exponent bits where binary32 has 8, with a bias 112 less. */
    private static double half(short bits) {
        return (bits & HALF_INFINITY) == HALF_INFINITY
                ? Double.NaN
                : Float.intBitsToFloat((bits << 13) & 0x8fffe000) * 0x1p112;
    }

    /** The first element that is not finite, its block counted from {@code firstBlock}. */
    public NonFiniteWeightException firstNonFinite(int firstBlock) {
        for (int b = 0; b < matrix.blocks().size(); b++) {
            StridedBlock block = matrix.blocks().get(b);
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    double value = block.get(i, j);
                    if (!(Math.abs(value) <= Double.MAX_VALUE)) {
                        return new NonFiniteWeightException(firstBlock + b, i, j, value);
                    }
                }
            }
        }
        throw new ArithmeticException("a triangular factor of finite entries is not finite");
    }
}
