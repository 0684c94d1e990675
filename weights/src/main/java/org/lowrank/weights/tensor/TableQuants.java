package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;

/**
 * ggml's blocks of 4-bit codes that are looked up in a table: the low bits of n bytes are the first n elements, the high bits
 * the next n. Source: ggml, {@code dequantize_row_iq4_nl}, {@code _iq4_xs}, {@code _mxfp4}, {@code _nvfp4}.
 */
final class TableQuants {
    /** The 16 levels of IQ4, spaced as weights are distributed. */
    private static final float[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    /** E2M1 (OCP Microscaling Formats 1.0, section 5.3.3). */
    private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

    private static final int UNSIGNED = 0x7f;

    private TableQuants() {}

    /** d, 16 bytes of codes. */
    static void iq4nl(ByteBuffer in, int at, float[] out) {
        lookUp(in, at + 2, 16, IQ4, SmallFloats.f16(in.getShort(at)), out, 0);
    }

    /** d, 16 bits with the upper two bits of 8 scales, 4 bytes with their lower four, 128 bytes of codes. */
    static void iq4xs(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at));
        int high = in.getShort(at + 2);
        for (int group = 0; group < 8; group++) {
            int low = in.get(at + 4 + group / 2) >> (group % 2 * 4);
            int scale = (low & 15) | ((high >> (2 * group)) & 3) << 4;
            lookUp(in, at + 8 + 16 * group, 16, IQ4, d * (scale - 32), out, 32 * group);
        }
    }

    /** An E8M0 exponent, 16 bytes of codes. */
    static void mxfp4(ByteBuffer in, int at, float[] out) {
        lookUp(in, at + 1, 16, E2M1, SmallFloats.f8e8m0(in.get(at)), out, 0);
    }

    /** Four E4M3 scales without sign, of 16 elements each, 32 bytes of codes. ggml reads the scale 0x7F as 0. */
    static void nvfp4(ByteBuffer in, int at, float[] out) {
        for (int group = 0; group < 4; group++) {
            int bits = in.get(at + group) & UNSIGNED;
            float scale = bits == UNSIGNED ? 0 : SmallFloats.f8e4m3(bits);
            lookUp(in, at + 4 + 8 * group, 8, E2M1, scale, out, 16 * group);
        }
    }

    private static void lookUp(ByteBuffer in, int from, int bytes, float[] table, float scale, float[] out, int to) {
        for (int i = 0; i < bytes; i++) {
            int pair = in.get(from + i);
            out[to + i] = scale * table[pair & 15];
            out[to + bytes + i] = scale * table[(pair >> 4) & 15];
        }
    }
}
