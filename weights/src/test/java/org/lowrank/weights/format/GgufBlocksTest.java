package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

/**
 * Two random blocks of each quantised type against the definition of one element (ggml-quants.c, gguf-py quants.py). Scales
 * are powers of two, so that every value is exact in single precision.
 */
class GgufBlocksTest {
    /** 0.5 and 0.25 as binary16. */
    private static final int HALF = 0x3800;

    private static final int QUARTER = 0x3400;

    private static final double[] IQ4 = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    private static final double[] E2M1 = {0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6};

    private byte[] b = new byte[0];

    @Test
    void q80IsScaleTimesSignedByte() throws Exception {
        check(DType.Q8_0, 32, 34, at(0, HALF), e -> 0.5 * b[2 + e]);
    }

    @Test
    void q40IsScaleTimesNibbleLessEight() throws Exception {
        check(DType.Q4_0, 32, 18, at(0, HALF), e -> 0.5 * (nibble(2, e) - 8));
    }

    @Test
    void q41AddsAMinimum() throws Exception {
        check(DType.Q4_1, 32, 20, at(0, HALF, 2, QUARTER), e -> 0.5 * nibble(4, e) + 0.25);
    }

    @Test
    void q50HasTheFifthBitsInAWord() throws Exception {
        check(DType.Q5_0, 32, 22, at(0, HALF), e -> 0.5 * (nibble(6, e) + 16 * bit(2 + e / 8, e % 8) - 16));
    }

    @Test
    void q51HasFifthBitsAndAMinimum() throws Exception {
        check(
                DType.Q5_1,
                32,
                24,
                at(0, HALF, 2, QUARTER),
                e -> 0.5 * (nibble(8, e) + 16 * bit(4 + e / 8, e % 8)) + 0.25);
    }

    /** 16 bytes of scale (low nibble) and minimum (high nibble) of 16 elements each, 64 bytes of values, d, dmin. */
    @Test
    void q2kHasNibbleScalesPerSixteen() throws Exception {
        check(DType.Q2_K, 256, 84, at(80, HALF, 82, QUARTER), e -> {
            int scale = u(e / 16);
            return 0.5 * (scale & 15) * twoBits(16, e) - 0.25 * (scale >> 4);
        });
    }

    /** 32 bytes of high bits, 64 bytes of values, 12 bytes of scales less 32, d. A high bit not set takes 4 off. */
    @Test
    void q3kHasSixBitScalesPerSixteen() throws Exception {
        check(DType.Q3_K, 256, 110, at(108, HALF), e -> {
            int high = bit(e % 32, e / 32);
            return 0.5 * (sixteenScales(96, e / 16) - 32) * (twoBits(32, e) + 4 * high - 4);
        });
    }

    /** d, dmin, 12 bytes of scales and minima of 32 elements each, nibbles in groups of 32 bytes. */
    @Test
    void q4kHasScalesAndMinimaPerThirtyTwo() throws Exception {
        check(DType.Q4_K, 256, 144, at(0, HALF, 2, QUARTER), e -> {
            int value = (u(16 + e / 64 * 32 + e % 32) >> (e / 32 % 2 * 4)) & 15;
            return 0.5 * scale(4, e / 32) * value - 0.25 * minimum(4, e / 32);
        });
    }

    /** As Q4_K with 32 bytes of fifth bits: bit j of byte l belongs to element 32 j + l. */
    @Test
    void q5kHasFifthBits() throws Exception {
        check(DType.Q5_K, 256, 176, at(0, HALF, 2, QUARTER), e -> {
            int value = (u(48 + e / 64 * 32 + e % 32) >> (e / 32 % 2 * 4)) & 15;
            int fifth = bit(16 + e % 32, e / 32);
            return 0.5 * scale(4, e / 32) * (value + 16 * fifth) - 0.25 * minimum(4, e / 32);
        });
    }

    /** 128 bytes of low nibbles, 64 bytes of upper two bits, 16 signed scales of 16 elements each, d. */
    @Test
    void q6kHasSignedScalesPerSixteen() throws Exception {
        check(DType.Q6_K, 256, 210, at(208, HALF), e -> {
            int half = e / 128;
            int quarter = e % 128 / 32;
            int low = (u(64 * half + 32 * (quarter % 2) + e % 32) >> (quarter / 2 * 4)) & 15;
            int high = (u(128 + 32 * half + e % 32) >> (2 * quarter)) & 3;
            return 0.5 * b[192 + e / 16] * (low + 16 * high - 32);
        });
    }

    /** d, 16 bytes: low bits are elements 0 to 15. The levels are ggml's kvalues_iq4nl. */
    @Test
    void iq4nlLooksCodesUp() throws Exception {
        check(DType.IQ4_NL, 32, 18, at(0, HALF), e -> 0.5 * IQ4[nibble(2, e)]);
    }

    /** d, scales_h, 4 bytes of scales_l, codes of 32 elements in 16 bytes: scales of six bits less 32. */
    @Test
    void iq4xsHasSixBitScalesPerThirtyTwo() throws Exception {
        check(DType.IQ4_XS, 256, 136, at(0, HALF), e -> {
            int group = e / 32;
            int low = u(4 + group / 2) >> (4 * (group % 2)) & 15;
            int high = (u(2) | u(3) << 8) >> (2 * group) & 3;
            return 0.5 * (low + 16 * high - 32) * IQ4[nibble(8 + 16 * group, e % 32)];
        });
    }

    /** e, 16 bytes of E2M1: 2^(e - 127) times them. */
    @Test
    void mxfp4HasAnExponentPerBlock() throws Exception {
        check(DType.MXFP4, 32, 17, at(0, 0x3a84), e -> Math.pow(2, 0x84 - 127) * E2M1[nibble(1, e)]);
    }

    /** 4 E4M3 scales of 16 elements each, 32 bytes of E2M1, 8 for each scale. */
    @Test
    void nvfp4HasAScalePerSixteen() throws Exception {
        check(DType.NVFP4, 64, 36, at(0, 0x4138, 2, 0x0730), e -> {
            int bits = u(e / 16);
            double scale = bits < 8
                    ? bits * Math.pow(2, -9)
                    : (1 + bits % 8 / 8.0) * Math.pow(2, bits / 8 - 7); // E4M3, bias 7
            int pair = u(4 + e / 16 * 8 + e % 8);
            return scale * E2M1[e % 16 < 8 ? pair & 15 : pair >> 4];
        });
    }

    /**
     * Hand-made: a byte holds the digits of n = Σ digit_i 3^(4−i) as ⌈256 n / 243⌉ (gguf-py packs them so). Digit 4 − n of byte
     * m of the first 32 is element 32 n + m.
     */
    @Test
    void tq1HasFiveDigitsAByte() throws Exception {
        byte[] data = new byte[54];
        data[53] = (byte) (HALF >> 8);
        int[] digits = new int[256];
        Random random = new Random(1);
        java.util.Arrays.setAll(digits, i -> random.nextInt(3));
        pack(digits, 0, 32, 5, data, 0);
        pack(digits, 160, 16, 5, data, 32);
        pack(digits, 240, 4, 4, data, 48);
        double[] expected =
                java.util.Arrays.stream(digits).mapToDouble(d -> 0.5 * (d - 1)).toArray();
        TestTensor tensor = new TestTensor(DType.TQ1_0, List.of(1L, 256L), data);
        assertThat(ReadBack.of("model.gguf", GgufWriter.bytes(Map.of("w", tensor)))
                        .values("w"))
                .usingComparatorWithPrecision(0.0)
                .containsExactly(expected);
    }

    private static void pack(int[] digits, int first, int bytes, int perByte, byte[] data, int at) {
        for (int m = 0; m < bytes; m++) {
            int number = 0;
            for (int n = 0; n < 5; n++) {
                number = 3 * number + (n < perByte ? digits[first + n * bytes + m] : 0);
            }
            data[at + m] = (byte) ((number * 256 + 242) / 243);
        }
    }

    /** 64 bytes of 2-bit values less one, d. */
    @Test
    void tq2HasFourValuesAByte() throws Exception {
        check(DType.TQ2_0, 256, 66, at(64, HALF), e -> 0.5 * (twoBits(0, e) - 1));
    }

    /** d, 16 bytes of signs. */
    @Test
    void q1IsPlusOrMinusItsScale() throws Exception {
        check(DType.Q1_0, 128, 18, at(0, HALF), e -> bit(2 + e / 8, e % 8) == 1 ? 0.5 : -0.5);
    }

    private int u(int at) {
        return b[at] & 0xff;
    }

    private int bit(int at, int bit) {
        return (u(at) >> bit) & 1;
    }

    /** Low nibbles are elements 0 to 15, high nibbles 16 to 31. */
    private int nibble(int at, int element) {
        return element < 16 ? u(at + element) & 15 : u(at + element - 16) >> 4;
    }

    /** 128 elements in 32 bytes: bits 0-1 are elements 0 to 31, bits 2-3 elements 32 to 63, … */
    private int twoBits(int at, int element) {
        return (u(at + element / 128 * 32 + element % 32) >> (element % 128 / 32 * 2)) & 3;
    }

    /** Q3_K: low four bits in nibbles of bytes 0-7, upper two in bit pairs of bytes 8-11. */
    private int sixteenScales(int at, int j) {
        int low = j < 8 ? u(at + j) & 15 : u(at + j - 8) >> 4;
        return low | ((u(at + 8 + j % 4) >> (2 * (j / 4))) & 3) << 4;
    }

    /** sc[j] = b[j] &amp; 63 for j &lt; 4, else (b[j+4] &amp; 15) | (b[j-4] &gt;&gt; 6) &lt;&lt; 4. */
    private int scale(int at, int j) {
        return j < 4 ? u(at + j) & 63 : (u(at + j + 4) & 15) | (u(at + j - 4) >> 6) << 4;
    }

    /** m[j] = b[j+4] &amp; 63 for j &lt; 4, else (b[j+4] &gt;&gt; 4) | (b[j] &gt;&gt; 6) &lt;&lt; 4. */
    private int minimum(int at, int j) {
        return j < 4 ? u(at + j + 4) & 63 : u(at + j + 4) >> 4 | (u(at + j) >> 6) << 4;
    }

    private static int[] at(int... positionsAndHalves) {
        return positionsAndHalves;
    }

    private void check(DType type, int elements, int bytes, int[] halves, IntToDoubleFunction definition)
            throws Exception {
        byte[] data = new byte[2 * bytes];
        new Random(type.ordinal()).nextBytes(data);
        double[] expected = new double[2 * elements];
        for (int block = 0; block < 2; block++) {
            for (int i = 0; i < halves.length; i += 2) {
                data[block * bytes + halves[i]] = (byte) halves[i + 1];
                data[block * bytes + halves[i] + 1] = (byte) (halves[i + 1] >> 8);
            }
            b = java.util.Arrays.copyOfRange(data, block * bytes, (block + 1) * bytes);
            for (int e = 0; e < elements; e++) {
                expected[block * elements + e] = definition.applyAsDouble(e);
            }
        }
        TestTensor tensor = new TestTensor(type, List.of(2L, (long) elements), data);
        ReadBack read = ReadBack.of("model.gguf", GgufWriter.bytes(Map.of("w", tensor)));
        assertThat(read.values("w")).usingComparatorWithPrecision(0.0).containsExactly(expected);
    }
}
