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
