package org.lowrank.inference.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.tensor.Tensor;

/** Stored numbers to float32: 16-bit formats exactly, double rounded. In Java: the engine aborts on BF16. */
final class Widening {
    private static final float[] HALF = half();
    private static final int TILE = 64;

    private Widening() {}

    /** Rows of a row-major matrix of {@code cols} columns, from row {@code first} on, to the target. */
    static void rows(Tensor.Values values, long first, long count, long cols, FloatBuffer target) throws IOException {
        Tensor.View view = new Tensor.View(first * cols, count, cols, cols, 1);
        for (StridedBlock block : values.matrix(view)) {
            copy(block, target);
        }
    }

    /** Entries of a vector. */
    static void entries(Tensor.Values values, long first, long count, FloatBuffer target) throws IOException {
        for (StridedBlock block : values.matrix(new Tensor.View(first, 1, count, count, 1))) {
            copy(block, target);
        }
    }

    /** The transpose of a row-major matrix [in, out]: out rows of in numbers. */
    static void transposed(Tensor.Values values, int in, int out, FloatBuffer target) throws IOException {
        int row = 0;
        List<StridedBlock> blocks = values.matrix(Tensor.View.contiguous(in, out));
        float[] tile = new float[TILE * out];
        for (StridedBlock block : blocks) {
            for (int from = 0; from < block.rows(); from += TILE) {
                int count = Math.min(TILE, block.rows() - from);
                copy(part(block, from, count), FloatBuffer.wrap(tile));
                for (int j = 0; j < out; j++) {
                    for (int i = 0; i < count; i++) {
                        target.put(j * in + row + i, tile[i * out + j]);
                    }
                }
                row += count;
            }
        }
    }

    private static StridedBlock part(StridedBlock block, int from, int count) {
        int width = block.type().bytes();
        int start = from * block.rowStride() * width;
        ByteBuffer data = block.data().duplicate();
        data.position(start);
        return new StridedBlock(data.slice(), block.type(), count, block.cols(), block.rowStride());
    }

    private static void copy(StridedBlock block, FloatBuffer target) {
        ByteBuffer data = block.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (block.rowStride() == block.cols()) {
            convert(block, data, 0, block.rows() * block.cols(), target);
            return;
        }
        for (int row = 0; row < block.rows(); row++) {
            convert(block, data, row * block.rowStride(), block.cols(), target);
        }
    }

    private static void convert(StridedBlock block, ByteBuffer data, int first, int count, FloatBuffer target) {
        int at = first * block.type().bytes();
        switch (block.type()) {
            case F32 -> {
                data.position(at);
                target.put(data.slice()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .limit(count));
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target.put((float) data.getDouble(at + 8 * i));
                }
            }
            case BF16 -> brain(data, at, count, target);
            case F16 -> halves(data, at, count, target);
        }
    }

    private static final int RUN = 4096;

    private static void brain(ByteBuffer data, int at, int count, FloatBuffer target) {
        float[] run = new float[Math.min(RUN, count)];
        for (int done = 0; done < count; done += run.length) {
            int part = Math.min(run.length, count - done);
            for (int i = 0; i < part; i++) {
                run[i] = Float.intBitsToFloat(data.getShort(at + 2 * (done + i)) << 16);
            }
            target.put(run, 0, part);
        }
    }

    private static void halves(ByteBuffer data, int at, int count, FloatBuffer target) {
        float[] run = new float[Math.min(RUN, count)];
        for (int done = 0; done < count; done += run.length) {
            int part = Math.min(run.length, count - done);
            for (int i = 0; i < part; i++) {
                run[i] = HALF[data.getShort(at + 2 * (done + i)) & 0xffff];
            }
            target.put(run, 0, part);
        }
    }

    /** IEEE 754 binary16 by its bits: sign, 5 bits of exponent (bias 15), 10 of fraction. */
    private static float[] half() {
        float[] table = new float[1 << 16];
        for (int bits = 0; bits < table.length; bits++) {
            int exponent = bits >> 10 & 0x1f;
            int fraction = bits & 0x3ff;
            float size = exponent == 0
                    ? fraction * 0x1p-24f
                    : exponent == 31
                            ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
                            : Math.scalb(1024f + fraction, exponent - 25);
            table[bits] = bits < 0x8000 ? size : -size;
        }
        return table;
    }
}
