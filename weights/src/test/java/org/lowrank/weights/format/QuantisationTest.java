package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

class QuantisationTest {
    private static final String FILE = "model.safetensors";
    private static final TestTensor WEIGHT = TestTensor.of(DType.F8_E4M3, List.of(2L, 3L), 1, 2, 3, 4, 5, 6);

    @Test
    void oneScaleMultipliesAllOfAMatrix() throws Exception {
        for (String name : List.of("w.weight_scale", "w.weight_scale_inv", "w.scale")) {
            for (List<Long> shape : List.of(List.<Long>of(), List.of(1L), List.of(1L, 1L))) {
                ReadBack read = read(Map.of("w.weight", WEIGHT, name, TestTensor.f32(shape, 0.5)));
                assertThat(read.values("w.weight")).as(name).containsExactly(0.5, 1, 1.5, 2, 2.5, 3);
                assertThat(read.checkpoint().warnings())
                        .containsExactly(
                                "8-bit weights were multiplied by the scales stored beside them: what is measured is"
                                        + " the quantised matrix");
            }
        }
    }

    @Test
    void aScalePerRowMultipliesItsRow() throws Exception {
        for (List<Long> shape : List.of(List.of(2L), List.of(2L, 1L))) {
            TestTensor scale = TestTensor.of(DType.BF16, shape, 2, 10);
            assertThat(read(Map.of("w.weight", WEIGHT, "w.weight_scale", scale)).values("w.weight"))
                    .containsExactly(2, 4, 6, 40, 50, 60);
        }
    }

    /** DeepSeek's layout: blocks of 128 x 128, the last ones smaller. */
    @Test
    void aScalePerBlockMultipliesItsBlock() throws Exception {
        int rows = 130;
        int cols = 200;
        TestTensor ones = TestTensor.of(
                DType.F8_E4M3,
                List.of((long) rows, (long) cols),
                IntStream.range(0, rows * cols).mapToDouble(i -> 1).toArray());
        TestTensor scale = TestTensor.f32(List.of(2L, 2L), 1, 2, 3, 4);
        ReadBack read = read(Map.of("w.weight", ones, "w.weight_scale_inv", scale));
        double[] values = read.values("w.weight");
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                assertThat(values[i * cols + j]).isEqualTo(1 + 2 * (i / 128) + j / 128);
            }
        }
    }

    @Test
    void theConfigTellsTheBlockSize() throws Exception {
        TestTensor weight = TestTensor.of(DType.F8_E4M3, List.of(1L, 5L), 1, 1, 1, 1, 1);
        Map<String, byte[]> files = new HashMap<>();
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("w.weight", weight);
        tensors.put("w.weight_scale_inv", TestTensor.f32(List.of(1L, 2L), 2, 3));
        files.put(FILE, SafetensorsWriter.bytes(tensors));
        files.put(
                "config.json",
                "{\"quantization_config\":{\"weight_block_size\":[1,4]}}".getBytes(StandardCharsets.UTF_8));
        assertThat(ReadBack.of(files).values("w.weight")).containsExactly(2, 2, 2, 2, 3);
    }

    @Test
    void aScaledProductKeepsAllItsDigits() throws Exception {
        TestTensor scale = TestTensor.f32(List.of(), 0.1f);
        assertThat(read(Map.of("w.weight", WEIGHT, "w.weight_scale", scale)).values("w.weight"))
                .containsExactly(0.1f, 2.0 * 0.1f, 3.0 * 0.1f, 4.0 * 0.1f, 5.0 * 0.1f, 6.0 * 0.1f);
    }

    @Test
    void scalesThatFitNoBlocksAreRefused() {
        TestTensor scale = TestTensor.f32(List.of(5L), 1, 1, 1, 1, 1);
        assertThatThrownBy(() -> read(Map.of("w.weight", WEIGHT, "w.weight_scale", scale)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "unknown scales: model.safetensors: w.weight_scale of shape [5] for w.weight of shape [2, 3];"
                                + " use the unquantised model");
    }

    @Test
    void eightBitFloatsWithoutScaleAreMeasuredWithAWarning() throws Exception {
        ReadBack read = read(Map.of("w.weight", WEIGHT));
        assertThat(read.values("w.weight")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.checkpoint().warnings())
                .containsExactly("8-bit floats without a scale beside them, w.weight for one: norms are right up to a"
                        + " factor, stable ranks are exact");
    }

    @ParameterizedTest
    @CsvSource({
        "l.qweight, I32, l.g_idx, GPTQ",
        "l.qweight, I32, l.qzeros, AWQ or GPTQ",
        "l.weight_packed, I32, l.weight_scale, compressed-tensors packed integers",
        "l.W_q, U8, l.scale, HQQ",
        "l.codes, I16, l.codebooks, AQLM",
        "l.weight, U8, l.weight_scale, NVFP4",
        "l.weight, U8, l.weight.absmax, bitsandbytes 4-bit",
        "l.weight, I8, l.SCB, bitsandbytes 8-bit",
        "l.down_proj_blocks, U8, l.down_proj_scales, MXFP4",
        "l.weight, U32, l.scales, MLX"
    })
    void packedIntegersAreRefusedByTheirScheme(String name, DType type, String beside, String scheme) {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put(name, TestTensor.of(type, List.of(1L, 1L), 1));
        tensors.put(beside, TestTensor.f32(List.of(1L), 1));
        assertThatThrownBy(() -> read(tensors))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("quantised weights: " + name + " in model.safetensors: " + scheme
                        + " packs several integers into one element, which is not a weight matrix; use the unquantised"
                        + " model");
    }

    @Test
    void zeroPointsAreRefused() {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("l.weight", TestTensor.of(DType.I8, List.of(2L, 2L), 1, 2, 3, 4));
        tensors.put("l.weight_scale", TestTensor.f32(List.of(1L), 1));
        tensors.put("l.weight_zero_point", TestTensor.of(DType.I8, List.of(1L), 7));
        assertThatThrownBy(() -> read(tensors))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("quantised weights: l.weight in model.safetensors: zero points are stored beside it, which"
                        + " lowrank does not subtract; use the unquantised model");
    }

    private static ReadBack read(Map<String, TestTensor> tensors) throws Exception {
        return ReadBack.of(FILE, SafetensorsWriter.bytes(tensors));
    }
}
