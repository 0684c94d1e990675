package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;

/**
 * ggml's super-blocks of 256 elements whose codes are numbers of vectors in a {@link Codebook}: IQ2 and IQ3 are
 * scale · level · sign, IQ1 is scale · (level ± 1/8). Groups of 32 elements in a row; little-endian. Source: ggml,
 * {@code dequantize_row_iq1_s} to {@code _iq3_s} and the structures {@code block_iq…} of ggml-common.h.
 */
final class CodebookQuants {
    private static final int GROUPS = 8;

    /** What IQ1 moves its levels −1, 0, 1 by, up or down. */
    private static final float SHIFT = 0.125f;

    private CodebookQuants() {}

    /**
     * 66 bytes: d, then 8 bytes a group: four codes of 8 bits; four signs of 7 bits and, uppermost, the group's scale s of 4.
     * The scale is d(½ + s)/4.
     */
    static void iq2xxs(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq2xxs");
        float d = SmallFloats.f16(in.getShort(at));
        for (int group = 0; group < GROUPS; group++) {
            int codes = at + 2 + 8 * group;
            int signs = in.getInt(codes + 4);
            float scale = d * (0.5f + (signs >>> 28)) * 0.25f;
            for (int k = 0; k < 4; k++) {
                put(book, u8(in, codes + k), scale, evenSigns(signs >>> (7 * k)), out, 32 * group + 8 * k);
            }
        }
    }

    /** 74 bytes: d, 32 words of a code of 9 bits and its signs of 7, 8 bytes of 4-bit scales s of 16 elements: d(½ + s)/4. */
    static void iq2xs(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq2xs");
        float d = SmallFloats.f16(in.getShort(at));
        for (int k = 0; k < 32; k++) {
            int word = in.getShort(at + 2 + 2 * k) & 0xffff;
            float scale = d * (0.5f + nibble(in, at + 66, k / 2)) * 0.25f;
            put(book, word & 511, scale, evenSigns(word >> 9), out, 8 * k);
        }
    }

    /**
     * 82 bytes: d, 32 bytes of lower code bits, 32 bytes of signs, 8 bytes with two upper bits of each code, 8 bytes of 4-bit
     * scales s of 16 elements: d(½ + s)/4.
     */
    static void iq2s(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq2s");
        float d = SmallFloats.f16(in.getShort(at));
        for (int k = 0; k < 32; k++) {
            int upper = u8(in, at + 66 + k / 4) >> (2 * (k % 4)) & 3;
            float scale = d * (0.5f + nibble(in, at + 74, k / 2)) * 0.25f;
            put(book, u8(in, at + 2 + k) | upper << 8, scale, u8(in, at + 34 + k), out, 8 * k);
        }
    }

    /** 98 bytes: d, 64 codes of 8 bits for 4 elements each, 8 words of four signs of 7 bits and a scale s of 4: d(½ + s)/2. */
    static void iq3xxs(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq3xxs");
        float d = SmallFloats.f16(in.getShort(at));
        for (int k = 0; k < 64; k++) {
            int signs = in.getInt(at + 66 + k / 8 * 4);
            float scale = d * (0.5f + (signs >>> 28)) * 0.5f;
            int eight = evenSigns(signs >>> (7 * (k % 8 / 2)));
            put(book, u8(in, at + 2 + k), scale, eight >> (4 * (k % 2)), out, 4 * k);
        }
    }

    /**
     * 110 bytes: d, 64 bytes of lower code bits for 4 elements each, 8 bytes of their ninth bits, 32 bytes of signs, 4 bytes of
     * 4-bit scales s of a group: d(1 + 2s).
     */
    static void iq3s(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq3s");
        float d = SmallFloats.f16(in.getShort(at));
        for (int k = 0; k < 64; k++) {
            int ninth = u8(in, at + 66 + k / 8) >> (k % 8) & 1;
            float scale = d * (1 + 2 * nibble(in, at + 106, k / 8));
            int signs = u8(in, at + 74 + k / 2) >> (4 * (k % 2));
            put(book, u8(in, at + 2 + k) | ninth << 8, scale, signs, out, 4 * k);
        }
    }

    /**
     * 50 bytes: d, 32 bytes of lower code bits, a word a group: three upper bits of each of its four codes, a scale s of 3 bits
     * and, uppermost, whether levels are moved down. The scale is d(2s + 1).
     */
    static void iq1s(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq1s");
        float d = SmallFloats.f16(in.getShort(at));
        for (int k = 0; k < 32; k++) {
            int word = in.getShort(at + 34 + k / 4 * 2);
            int upper = word >> (3 * (k % 4)) & 7;
            float scale = d * (2 * (word >> 12 & 7) + 1);
            shifted(book, u8(in, at + 2 + k) | upper << 8, scale, word < 0, out, 8 * k);
        }
    }

    /**
     * 56 bytes: 32 bytes of lower code bits, 16 bytes with a half for each code (three upper bits, and whether levels are moved
     * down), four words of four 3-bit scales s of 16 elements, d(2s + 1). The uppermost 4 bits of these words are d, lowest
     * first.
     */
    static void iq1m(ByteBuffer in, int at, float[] out) {
        Codebook book = Codebook.ggml("iq1s");
        int bits = 0;
        for (int word = 0; word < 4; word++) {
            bits |= (in.getShort(at + 48 + 2 * word) >> 12 & 15) << (4 * word);
        }
        float d = SmallFloats.f16((short) bits);
        for (int k = 0; k < 32; k++) {
            int half = nibble(in, at + 32, k);
            int scales = in.getShort(at + 48 + k / 8 * 2);
            float scale = d * (2 * (scales >> (3 * (k / 2 % 4)) & 7) + 1);
            shifted(book, u8(in, at + k) | (half & 7) << 8, scale, (half & 8) != 0, out, 8 * k);
        }
    }

    private static void shifted(Codebook book, int code, float scale, boolean down, float[] out, int to) {
        for (int j = 0; j < 8; j++) {
            out[to + j] = scale * (book.level(code, j) + (down ? -SHIFT : SHIFT));
        }
    }

    /** A bit of {@code signs} that is set makes its element negative. */
    private static void put(Codebook book, int code, float scale, int signs, float[] out, int to) {
        for (int j = 0; j < book.width(); j++) {
            float value = scale * book.level(code, j);
            out[to + j] = (signs >> j & 1) == 1 ? -value : value;
        }
    }

    /** Signs of eight elements from their first seven: an even number of them is negative. */
    private static int evenSigns(int seven) {
        int bits = seven & 127;
        return bits | (Integer.bitCount(bits) & 1) << 7;
    }

    private static int nibble(ByteBuffer in, int at, int i) {
        return in.get(at + i / 2) >> (4 * (i % 2)) & 15;
    }

    private static int u8(ByteBuffer in, int at) {
        return in.get(at) & 0xff;
    }
}
