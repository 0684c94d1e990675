package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;

/**
 * ggml's blocks of the values −1, 0, 1 (TQ1_0, TQ2_0) and ±1 (Q1_0), times one scale. Source: ggml,
 * {@code dequantize_row_tq1_0}, {@code _tq2_0}, {@code _q1_0}.
 */
final class TernaryQuants {
    private TernaryQuants() {}

    /**
     * 48 bytes of five ternary digits, 4 of four, d. A byte is ⌈256 n / 243⌉ of the digits' number n, so that the leading digit
     * is the carry of b · 3, the next one that of (b · 3 mod 256) · 3, … First all leading digits of 32 bytes, then all second
     * ones; the same for the next 16 bytes and for the last 4.
     */
    static void tq1(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at + 52));
        int next = digits(in, at, 32, 5, d, out, 0);
        next = digits(in, at + 32, 16, 5, d, out, next);
        digits(in, at + 48, 4, 4, d, out, next);
    }

    private static int digits(ByteBuffer in, int from, int bytes, int digits, float d, float[] out, int to) {
        int next = to;
        int shifted = 1; // 3^digit: products of bytes are taken modulo 256
        for (int digit = 0; digit < digits; digit++) {
            for (int i = 0; i < bytes; i++) {
                int rest = in.get(from + i) * shifted & 0xff;
                out[next++] = d * (((rest * 3) >> 8) - 1);
            }
            shifted *= 3;
        }
        return next;
    }

    /** 64 bytes of four 2-bit values, d. First the lowest bits of 32 bytes, then the next ones. */
    static void tq2(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at + 64));
        for (int i = 0; i < 256; i++) {
            int code = in.get(at + i / 128 * 32 + i % 32) >> (i % 128 / 32 * 2) & 3;
            out[i] = d * (code - 1);
        }
    }

    /** d, 16 bytes of signs: a bit that is set is +d. */
    static void q1(ByteBuffer in, int at, float[] out) {
        float d = SmallFloats.f16(in.getShort(at));
        for (int i = 0; i < 128; i++) {
            out[i] = (in.get(at + 2 + i / 8) >> (i % 8) & 1) == 1 ? d : -d;
        }
    }
}
