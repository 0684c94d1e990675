package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

/** ggml's block types whose codes are numbers of vectors. */
class GgufCodebooksTest {
    /** 0.5 as binary16. */
    private static final int HALF = 0x3800;

    private static final int BLOCKS = 255;

    /**
     * 255 blocks of bytes from a linear congruential generator, d = 0.5, so that nearly every vector of each codebook is met.
     * Expected, all exact in double: the first two values, the last, Σ v_e (1 + e mod 97) and Σ v_e². From numpy, by a program
     * written from the structures' layouts element by element; every value was also that of {@code gguf.quants.dequantize}
     * (package gguf 0.19.0).
     */
    @ParameterizedTest
    @CsvSource({
        "IQ2_XXS, 66, 15.5, -15.5, -3.5, 572106.1875, 47087273.03125",
        "IQ2_XS, 74, -8.5, 26.5625, -26.5625, -139247.0, 50010571.734375",
        "IQ2_S, 82, -20.3125, -34.9375, 9.5, -261531.5625, 52494119.015625",
        "IQ3_XXS, 98, 139.5, 240.25, 101.5, -563059.5, 330083802.875",
        "IQ3_S, 110, 73.5, -10.5, -15.5, -8846.0, 319231328.0",
        "IQ1_S, 50, 0.9375, 0.9375, 2.8125, 10589.875, 849487.9375",
        "IQ1_M, 56, 2.1875, -0.3125, 2.8125, 145731.875, 850405.9375",
    })
    void blocksAreAsNumpyDecodesThem(
            DType type, int bytes, double first, double second, double last, double weighted, double squares)
            throws Exception {
        byte[] data = new byte[BLOCKS * bytes];
        int state = 1;
        for (int i = 0; i < data.length; i++) {
            state = (int) ((state * 1103515245L + 12345) & 0x7fffffff);
            data[i] = (byte) (state >> 16);
        }
        for (int block = 0; block < BLOCKS; block++) {
            int at = block * bytes;
            if (type == DType.IQ1_M) {
                int[] nibbles = {0, 0, 8, 3}; // of 0.5, lowest first
                for (int word = 0; word < 4; word++) {
                    int upper = at + 49 + 2 * word;
                    data[upper] = (byte) ((data[upper] & 15) | (nibbles[word] << 4));
                }
            } else {
                data[at] = (byte) HALF;
                data[at + 1] = (byte) (HALF >> 8);
            }
        }
        double[] values = read(type, data, BLOCKS);
        double sum = 0;
        double energy = 0;
        for (int e = 0; e < values.length; e++) {
            sum += values[e] * (1 + e % 97);
            energy += values[e] * values[e];
        }
        assertThat(values).hasSize(BLOCKS * 256);
        assertThat(new double[] {values[0], values[1], values[values.length - 1], sum, energy})
                .containsExactly(first, second, last, weighted, squares);
    }

    /**
     * By hand: a block of zero bytes but for d = 0.5 has code 0 everywhere, which is the vector of lowest levels (8; 4; 1; and
     * −1 moved up by 1/8), no signs and scale 0: d/8 · 8, d/4 · 4, d · 1, d(−1 + 1/8).
     */
    @ParameterizedTest
    @CsvSource({
        "IQ2_XXS, 66, 0.5",
        "IQ2_XS, 74, 0.5",
        "IQ2_S, 82, 0.5",
        "IQ3_XXS, 98, 0.5",
        "IQ3_S, 110, 0.5",
        "IQ1_S, 50, -0.4375"
    })
    void zeroCodesAreTheLowestLevels(DType type, int bytes, double expected) throws Exception {
        double[] all = new double[256];
        Arrays.fill(all, expected);
        assertThat(block(type, bytes, data -> data[1] = (byte) (HALF >> 8))).containsExactly(all);
    }

    /** By hand: the scale of IQ1_M is spread over four words, 0x3800 as 0, 0, 8, 3. */
    @Test
    void iq1mCollectsItsScale() throws Exception {
        double[] all = new double[256];
        Arrays.fill(all, -0.4375);
        assertThat(block(DType.IQ1_M, 56, data -> {
                    data[53] = (byte) 0x80;
                    data[55] = (byte) 0x30;
                }))
                .containsExactly(all);
    }

    /**
     * By hand: seven signs 0000001 make the first element negative and, to keep their number even, the eighth. Group 0 has
     * scale 15: d(½ + 15)/4 · 8 = 15.5.
     */
    @Test
    void theEighthSignKeepsTheNumberEven() throws Exception {
        double[] values = block(DType.IQ2_XXS, 66, data -> {
            data[1] = (byte) (HALF >> 8);
            data[6] = 1; // signs of the group's first eight elements
            data[9] = (byte) 0xf0; // its scale
        });
        assertThat(Arrays.copyOf(values, 9)).containsExactly(-15.5, 15.5, 15.5, 15.5, 15.5, 15.5, 15.5, -15.5, 15.5);
        assertThat(values[32]).isEqualTo(0.5);
    }

    /** By hand: the word 0x9000 moves levels down and has scale 1: d · 3 · (−1 − 1/8). */
    @Test
    void iq1sMovesLevelsDown() throws Exception {
        double[] values = block(DType.IQ1_S, 50, data -> {
            data[1] = (byte) (HALF >> 8);
            data[35] = (byte) 0x90;
        });
        assertThat(values[0]).isEqualTo(-1.6875);
        assertThat(values[32]).isEqualTo(-0.4375);
    }

    private static double[] block(DType type, int bytes, Consumer<byte[]> content) throws Exception {
        byte[] data = new byte[bytes];
        content.accept(data);
        return read(type, data, 1);
    }

    private static double[] read(DType type, byte[] data, int blocks) throws Exception {
        TestTensor tensor = new TestTensor(type, List.of((long) blocks, 256L), data);
        return ReadBack.of("model.gguf", GgufWriter.bytes(Map.of("w", tensor))).values("w");
    }
}
