package org.lowrank.machine.memory;

import java.nio.ByteBuffer;

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

    static void row(StridedBlock block, int row, double[] out) {
        int first = Math.toIntExact((long) row * block.rowStride());
        Conversion.fastest().widen(block.type(), block.data(), first, block.cols(), out, 0);
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
