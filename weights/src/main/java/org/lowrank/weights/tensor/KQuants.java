package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;

/** ggml's K-quants: super-blocks of 256 elements whose sub-blocks have quantised scales (and minima) of their own. */
final class KQuants {
    private KQuants() {}

    private static int bits(ByteBuffer in, int at, int shift, int mask) {
        return (in.get(at) >> shift) & mask;
    }

    /** 16 bytes of 4-bit scale and minimum, 64 bytes of 2-bit values, d, dmin. */
    static void q2(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at + 80));
        float dmin = SmallFloats.f16(in.getShort(at + 82));
        for (int group = 0; group < 16; group++) {
            int packed = in.get(at + group);
            float scale = d * (packed & 15);
            float minimum = dmin * ((packed >> 4) & 15);
            int values = at + 16 + twoBitByte(group);
            int shift = twoBitShift(group);
            for (int i = 0; i < 16; i++) {
                out[group * 16 + i] = scale * bits(in, values + i, shift, 3) - minimum;
            }
        }
    }

    /** 32 bytes of third bits, 64 bytes of 2-bit values, 12 bytes of 6-bit scales, d. */
    static void q3(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at + 108));
        for (int group = 0; group < 16; group++) {
            float scale = d * (sixBitScale(in, at + 96, group) - 32);
            int values = at + 32 + twoBitByte(group);
            int shift = twoBitShift(group);
            int high = at + group % 2 * 16;
            int bit = group / 2;
            for (int i = 0; i < 16; i++) {
                int missing = bits(in, high + i, bit, 1) == 1 ? 0 : 4;
                out[group * 16 + i] = scale * (bits(in, values + i, shift, 3) - missing);
            }
        }
    }

    /** Groups of 16 two-bit values: 8 groups share 32 bytes, two bits at a time. */
    private static int twoBitByte(int group) {
        return group / 8 * 32 + group % 2 * 16;
    }

    private static int twoBitShift(int group) {
        return group % 8 / 2 * 2;
    }

    /** 16 scales of 6 bits: low nibbles of 8 bytes, high nibbles of the same, upper two bits in 4 more. */
    private static int sixBitScale(ByteBuffer in, int at, int group) {
        int low = bits(in, at + group % 8, group / 8 * 4, 15);
        int high = bits(in, at + 8 + group % 4, group / 4 * 2, 3);
        return low | (high << 4);
    }

    /** d, dmin, 12 bytes of 6-bit scales and minima, 128 bytes of nibbles. */
    static void q4(ByteBuffer in, int at, float[] out) {
        for (int group = 0; group < 8; group++) {
            float scale = scale(in, at, group);
            float minimum = minimum(in, at, group);
            int values = at + 16 + group / 2 * 32;
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++) {
                out[group * 32 + i] = scale * bits(in, values + i, shift, 15) - minimum;
            }
        }
    }

    /** As q4 with 32 bytes of fifth bits before the nibbles. */
    static void q5(ByteBuffer in, int at, float[] out) {
        for (int group = 0; group < 8; group++) {
            float scale = scale(in, at, group);
            float minimum = minimum(in, at, group);
            int values = at + 48 + group / 2 * 32;
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++) {
                int fifth = bits(in, at + 16 + i, group, 1) << 4;
                out[group * 32 + i] = scale * (bits(in, values + i, shift, 15) + fifth) - minimum;
            }
        }
    }

    private static float scale(ByteBuffer in, int at, int group) {
        int packed = at + 4;
        int six = group < 4
                ? bits(in, packed + group, 0, 63)
                : bits(in, packed + group + 4, 0, 15) | (bits(in, packed + group - 4, 6, 3) << 4);
        return SmallFloats.f16(in.getShort(at)) * six;
    }

    private static float minimum(ByteBuffer in, int at, int group) {
        int packed = at + 4;
        int six = group < 4
                ? bits(in, packed + group + 4, 0, 63)
                : bits(in, packed + group + 4, 4, 15) | (bits(in, packed + group, 6, 3) << 4);
        return SmallFloats.f16(in.getShort(at + 2)) * six;
    }

    /** 128 bytes of lower nibbles, 64 bytes of upper two bits, 16 signed scales, d. */
    static void q6(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at + 208));
        for (int group = 0; group < 16; group++) {
            float scale = d * in.get(at + 192 + group);
            int half = group / 8; // 128 elements each
            int quarter = group % 8 / 2; // 32 elements each
            int low = at + half * 64 + quarter % 2 * 32 + group % 2 * 16;
            int high = at + 128 + half * 32 + group % 2 * 16;
            for (int i = 0; i < 16; i++) {
                int value = bits(in, low + i, quarter / 2 * 4, 15) | (bits(in, high + i, quarter * 2, 3) << 4);
                out[group * 16 + i] = scale * (value - 32);
            }
        }
    }
}
