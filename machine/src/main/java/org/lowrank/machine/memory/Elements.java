package org.lowrank.machine.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Single elements of stored blocks, widened exactly. */
final class Elements {
    private Elements() {}

    static double get(StridedBlock block, int row, int col) {
        ByteBuffer data = block.data();
        int at = Math.toIntExact(
                ((long) row * block.rowStride() + col) * block.type().bytes());
        return switch (block.type()) {
            case F64 -> data.getDouble(at);
            case F32 -> data.getFloat(at);
            case BF16 -> Float.intBitsToFloat(data.getShort(at) << 16);
            case F16 -> half(data.getShort(at));
        };
    }

    /** A row: bytes are copied out of the block as a whole, which costs less than asking for each. */
    static void row(StridedBlock block, int row, double[] out) {
        int cols = block.cols();
        int width = block.type().bytes();
        int at = Math.toIntExact((long) row * block.rowStride() * width);
        ByteBuffer data = block.data().slice(at, cols * width).order(ByteOrder.LITTLE_ENDIAN);
        switch (block.type()) {
            case F64 -> data.asDoubleBuffer().get(out, 0, cols);
            case F32 -> {
                float[] floats = new float[cols];
                data.asFloatBuffer().get(floats);
                for (int j = 0; j < cols; j++) {
                    out[j] = floats[j];
                }
            }
            case BF16 -> {
                short[] bits = shorts(data, cols);
                for (int j = 0; j < cols; j++) {
                    out[j] = Float.intBitsToFloat(bits[j] << 16);
                }
            }
            case F16 -> {
                short[] bits = shorts(data, cols);
                for (int j = 0; j < cols; j++) {
                    // 13 more fraction bits and a bias that is 112 larger; exponent 31 stands for infinity and NaN.
                    out[j] = (bits[j] & 0x7c00) == 0x7c00
                            ? half(bits[j])
                            : Float.intBitsToFloat((bits[j] << 13) & 0x8fffe000) * 0x1p112;
                }
            }
        }
    }

    private static short[] shorts(ByteBuffer data, int count) {
        short[] bits = new short[count];
        data.asShortBuffer().get(bits);
        return bits;
    }

    /** IEEE 754 binary16: sign, 5 exponent bits (bias 15), 10 fraction bits. */
    static double half(short bits) {
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        double magnitude;
        if (exponent == 0) {
            magnitude = fraction * 0x1p-24;
        } else if (exponent == 31) {
            magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            magnitude = Math.scalb(1024.0 + fraction, exponent - 25);
        }
        return bits < 0 ? -magnitude : magnitude;
    }
}
