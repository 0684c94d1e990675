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
import org.junit.jupiter.params.provider.ValueSource;
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
                                "quantised weights were dequantised, w.weight: F8_E4M3 times the scales stored beside"
                                        + " them; what is measured is the quantised matrix, not the original one");
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
    void eightBitFloatsWithoutScaleAreMeasuredWithOneWarning() throws Exception {
        ReadBack read = read(Map.of("w.weight", WEIGHT, "v.weight", WEIGHT));
        assertThat(read.values("w.weight")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.checkpoint().warnings())
                .containsExactly(
                        "8-bit floats without a scale beside them, 2 tensors (v.weight, …): measured as they are"
                                + " stored; if their scale was left out, norms are right up to a factor, stable ranks are exact");
    }

    /** Every spelling of a scale there is beside 8-bit floats, and what has nothing to do with the weight. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "w.weight_scale",
                "w.weight_scale_inv",
                "w.scale_weight",
                "w.scale",
                "w.scales",
                "w.weight_scales",
                "w.weight.scale",
                "w.weight_scale_2",
                "w.scale_inv"
            })
    void anySpellingOfAScaleIsOne(String name) throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("w.weight", WEIGHT);
        tensors.put(name, TestTensor.of(DType.BF16, List.of(1L), 0.5));
        for (String other :
                List.of("bias", "input_scale", "scale_input", "activation_scale", "k_scale", "output_scale")) {
            tensors.put("w." + other, TestTensor.f32(List.of(1L), 7));
        }
        assertThat(read(tensors).values("w.weight")).containsExactly(0.5, 1, 1.5, 2, 2.5, 3);
    }

    @Test
    void twoScalesOfDifferentRolesMultiply() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("w.weight", WEIGHT);
        tensors.put("w.weight_scale", TestTensor.f32(List.of(2L, 1L), 0.5, 2));
        tensors.put("w.weight_scale_2", TestTensor.f32(List.of(), 4));
        assertThat(read(tensors).values("w.weight")).containsExactly(2, 4, 6, 32, 40, 48);
    }

    @Test
    void theScaleOfAFusedParameterHasItsName() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("e.gate_up_proj", WEIGHT);
        tensors.put("e.gate_up_proj_bias", TestTensor.f32(List.of(2L), 7, 7));
        tensors.put("e.gate_up_proj_scale", TestTensor.f32(List.of(2L, 1L), 1, 10));
        tensors.put("e.down_proj_scale", TestTensor.f32(List.of(), 100));
        tensors.put("e.down_proj", WEIGHT);
        ReadBack read = read(tensors);
        assertThat(read.values("e.gate_up_proj")).containsExactly(1, 2, 3, 40, 50, 60);
        assertThat(read.values("e.down_proj")).containsExactly(100, 200, 300, 400, 500, 600);
    }

    /** What is not understood is named: an integer is never a scale, an unknown companion never left out. */
    @ParameterizedTest
    @CsvSource({
        "w.weight, F8_E4M3, w.weight_scale, U8",
        "w.weight, F8_E4M3, w.weight_scale, I8",
        "w.weight, F8_E4M3, w.weight_scale, I32",
        "w.weight, F8_E4M3, w.scale_weight, I64",
        "w.weight, F8_E5M2, w.weight_scale, F8_E4M3",
        "w.weight, F8_E4M3, w.weight_amax, F32",
        "w.weight, F8_E4M3, w.exponent, F32",
        "w.weight, F8_E4M3, w.pre_quant_scale, F32",
        "w.weight, F8_E4M3, w.weight_codebook, F32",
        "w.weight, F8_E4M3, w.comfy_quant, U8",
        "w.weight, F8_E4M3, w.weight.anything, F32",
        "w.in_proj_weight, F8_E4M3, w.in_proj_offset, F32",
        "w.weight, I8, w.weight_scales, F16",
        "w.weight, I8, w.weight_scale, F8_E8M0",
        "w.weight, U8, w.weight_scale, F32",
        "w.weight, I16, w.weight_scale, F32",
        "w.weight, I32, w.scales, F32",
        "w.weight, U32, w.qparams, F32",
        "w.qweight, I32, w.scale_and_zeros, F32",
        "w.weight_packed, I32, w.weight_scale, F32",
        "w.weight_packed, U8, w.weight_scale, U8",
        "w.weight, U8, w.weight.absmax, F32"
    })
    void companionsThatAreNotUnderstoodAreNamed(String name, DType type, String beside, DType besideType) {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put(name, TestTensor.of(type, List.of(2L, 2L), 1, 1, 1, 1));
        tensors.put(beside, TestTensor.of(besideType, List.of(1L), 1));
        assertThatThrownBy(() -> read(tensors))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining("quantised weights: " + name + " in model.safetensors: ")
                .hasMessageContaining(beside)
                .hasMessageContaining("not understood")
                .hasMessageEndingWith("; use the unquantised model");
    }

    @ParameterizedTest
    @CsvSource({
        "l.W_q, U8, l.scale, HQQ",
        "l.codes, I16, l.codebooks, AQLM",
        "l.q_weight, I32, l.q_scale, EXL2",
        "l.Qidxs, I16, l.SU, QuIP#",
        "l.B, I32, l.s, Marlin",
        "l.weight._data, I8, l.weight._scale, Quanto"
    })
    void schemesThatAreNotReadAreNamed(String name, DType type, String beside, String scheme) {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put(name, TestTensor.of(type, List.of(1L, 1L), 1));
        tensors.put(beside, TestTensor.f32(List.of(1L), 1));
        assertThatThrownBy(() -> read(tensors))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("quantised weights: " + name + " in model.safetensors: " + scheme
                        + " is not read; use the unquantised model");
    }

    @Test
    void whatBelongsToAWeightSaysSo() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("w.weight", WEIGHT);
        tensors.put("w.weight_scale", TestTensor.f32(List.of(2L, 1L), 0.5, 2));
        tensors.put("w.bias", TestTensor.f32(List.of(2L), 1, 1));
        assertThat(read(tensors).checkpoint().tensors())
                .extracting(tensor -> tensor.name()
                        + tensor.partOf().map(weight -> " of " + weight).orElse(""))
                .containsExactly("w.bias", "w.weight", "w.weight_scale of w.weight");
    }

    @Test
    void packedCodesWithoutCompanionsAreRefused() {
        for (String name : List.of("l.qweight", "l.weight_packed")) {
            Map<String, TestTensor> tensors = Map.of(name, TestTensor.of(DType.I32, List.of(1L, 1L), 1));
            assertThatThrownBy(() -> read(tensors)).hasMessageContaining(name + " in model.safetensors: no scale");
        }
    }

    @Test
    void zeroPointsAreSubtracted() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("l.weight", TestTensor.of(DType.I8, List.of(2L, 2L), 1, 2, 3, 4));
        tensors.put("l.weight_scale", TestTensor.f32(List.of(2L, 1L), 0.5, 10));
        tensors.put("l.weight_zero_point", TestTensor.of(DType.I8, List.of(2L, 1L), 7, -1));
        assertThat(read(tensors).values("l.weight")).containsExactly(-3, -2.5, 40, 50);
    }

    @Test
    void whatLooksLikeNoCompanionIsLeftAlone() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("h.0.attn.bias", TestTensor.of(DType.U8, List.of(1L, 1L, 2L, 2L), 1, 0, 1, 1));
        tensors.put("h.0.attn.masked_bias", TestTensor.f32(List.of(), -1e4));
        tensors.put("h.0.attn.c_attn.weight", TestTensor.f32(List.of(1L, 2L), 3, 4));
        tensors.put("h.0.attn.c_attn.weight_scale", TestTensor.f32(List.of(1L), 3));
        ReadBack read = read(tensors);
        assertThat(read.values("h.0.attn.c_attn.weight")).containsExactly(3, 4);
        assertThat(read.checkpoint().warnings()).isEmpty();
    }

    private static ReadBack read(Map<String, TestTensor> tensors) throws Exception {
        return ReadBack.of(FILE, SafetensorsWriter.bytes(tensors));
    }
}
