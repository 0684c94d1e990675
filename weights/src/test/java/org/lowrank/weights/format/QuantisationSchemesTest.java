package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * Each scheme on bytes made by a formula. Byte k of a tensor is bits 13 to 20 of {@code 2654435761 k + 40503 seed}; scale k
 * is {@code (1 + (37 k + seed) mod 61) / 64}. The expected numbers come from numpy 2.4, which unpacked the same bytes step by
 * step as the schemes' own programs do (AutoGPTQ {@code QuantLinear.forward}, AutoAWQ {@code dequantize_gemm},
 * compressed-tensors {@code unpack_from_int32}, gpt-oss {@code _get_mxfp4_tensor}, bitsandbytes {@code QuantState}, MLX
 * {@code affine_dequantize}, hqq {@code BitPack}): the first four values, the last three, and {@code Σ w_k · (k mod 97 + 1)} over all.
 */
class QuantisationSchemesTest {
    private static final String FILE = "model.safetensors";
    private final Map<String, TestTensor> tensors = new LinkedHashMap<>();

    @ParameterizedTest
    @CsvSource({
        "2, true, -0.125, -0.28125, -2.53125, -0.453125, -0.28125, -1.3125, 0.53125, -46287.484375",
        "2, false, -0.0625, 0.0, -0.0625, -0.0625, -0.1875, -0.09375, 0.0, 1352.34375",
        "3, true, 0.125, -0.84375, -5.0625, -3.625, -0.1875, -1.3125, -0.796875, -40762.46875",
        "3, false, 0.1875, -0.0625, -0.0625, -0.0625, -0.09375, 0.0, 0.09375, 13568.234375",
        "4, true, -0.375, -0.28125, -3.375, 2.265625, 0.65625, 3.9375, -1.59375, -59558.265625",
        "4, false, -0.3125, -0.5625, -0.5625, 0.1875, 0.75, 1.03125, 0.28125, -2405.234375",
        "8, true, -0.375, 20.53125, -109.6875, -34.4375, 0.75, 40.03125, 30.546875, -287096.40625",
        "8, false, -0.3125, 11.4375, 7.1875, 2.9375, 0.84375, 18.46875, 12.09375, -469780.390625"
    })
    void gptqInBothConventions(
            int bits,
            boolean reordered,
            double w0,
            double w1,
            double w2,
            double w3,
            double l2,
            double l1,
            double l0,
            double checksum)
            throws Exception {
        tensors.put("l.qweight", bytes(DType.I32, 1, 64 * bits / 32, 32));
        tensors.put("l.qzeros", bytes(DType.I32, 2, 4, 32 * bits / 32));
        tensors.put("l.scales", scales(DType.F16, 3, 4, 32));
        tensors.put("l.bias", scales(DType.F16, 4, 32));
        if (reordered) {
            double[] groups = IntStream.range(0, 64).mapToDouble(i -> i * 7 % 4).toArray();
            tensors.put("l.g_idx", TestTensor.of(DType.I32, List.of(64L), groups));
        }
        String config = "{\"quantization_config\":{\"quant_method\":\"gptq\",\"bits\":" + bits
                + (reordered ? "}}" : ",\"checkpoint_format\":\"gptq_v2\"}}");
        ReadBack read = read(config);
        expect(read, "l.weight", List.of(32L, 64L), checksum, w0, w1, w2, w3, l2, l1, l0);
        assertThat(read.tensors().get("l.weight").orientation()).isEqualTo(Tensor.Orientation.OUT_IN);
        assertThat(read.checkpoint().tensors())
                .filteredOn(tensor -> tensor.name().equals("l.weight"))
                .flatExtracting(Tensor::sources)
                .extracting(source -> source.name() + " " + source.dtype())
                .containsExactly("l.qweight I" + bits);
        assertThat(read.checkpoint().warnings())
                .containsExactly("quantised weights were dequantised, l.weight: GPTQ, " + bits
                        + " bits: scale times (code - zero point)"
                        + (reordered ? ", zero points stored less one" : "")
                        + "; what is measured is the quantised matrix, not the original one");
    }

    /** AutoGPTQ's own file, before transformers had quantization_config: the numbers of the row "4, false" above. */
    @Test
    void gptqSaysItsConventionInAFileOfItsOwn() throws Exception {
        tensors.put("l.qweight", bytes(DType.I32, 1, 64 * 4 / 32, 32));
        tensors.put("l.qzeros", bytes(DType.I32, 2, 4, 32 * 4 / 32));
        tensors.put("l.scales", scales(DType.F16, 3, 4, 32));
        byte[] second = "{\"bits\":4,\"group_size\":16,\"sym\":false,\"checkpoint_format\":\"gptq_v2\"}"
                .getBytes(StandardCharsets.UTF_8);
        ReadBack alone = read("{}", "quantize_config.json", second);
        expect(
                alone,
                "l.weight",
                List.of(32L, 64L),
                -2405.234375,
                -0.3125,
                -0.5625,
                -0.5625,
                0.1875,
                0.75,
                1.03125,
                0.28125);
        assertThat(alone.checkpoint().described()).contains("quantize_config.json");
        ReadBack both = read("{\"quantization_config\":{\"bits\":4}}", "quantize_config.json", second);
        assertThat(both.checkpoint().warnings().get(0)).contains("zero points stored less one");
    }

    @Test
    void awqsOwnFileNamesALayoutThatIsNotRead() throws Exception {
        tensors.put("l.qweight", bytes(DType.I32, 4, 48, 4));
        tensors.put("l.qzeros", bytes(DType.I32, 5, 3, 4));
        tensors.put("l.scales", scales(DType.F16, 6, 3, 32));
        byte[] gemv = "{\"zero_point\":true,\"q_group_size\":16,\"w_bit\":4,\"version\":\"GEMV\"}"
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> read("{}", "quant_config.json", gemv)).hasMessageContaining("version gemv");
    }

    @Test
    void awqInItsOrder() throws Exception {
        tensors.put("l.qweight", bytes(DType.I32, 4, 48, 4));
        tensors.put("l.qzeros", bytes(DType.I32, 5, 3, 4));
        tensors.put("l.scales", scales(DType.F16, 6, 3, 32));
        ReadBack read = read("{\"quantization_config\":{\"quant_method\":\"awq\",\"bits\":4,\"version\":\"gemm\"}}");
        expect(
                read,
                "l.weight",
                List.of(32L, 48L),
                -1848.125,
                -0.546875,
                -0.875,
                0.546875,
                0.21875,
                -3.515625,
                -6.328125,
                2.109375);
    }

    @ParameterizedTest
    @CsvSource({
        "4, sym, -0.84375, -0.84375, 0.84375, 0.703125, -0.375, 0.1875, -0.75, -3091.609375",
        "4, asym, -1.40625, -1.40625, 0.28125, 0.140625, -0.65625, -0.09375, -1.03125, -6612.015625",
        "4, g_idx, -1.40625, -6.46875, 0.28125, 1.4375, -0.65625, -0.9375, -1.03125, -7326.4375",
        "8, sym, -13.21875, 13.21875, 3.65625, -5.90625, -6.9375, 10.6875, 4.3125, 3968.046875",
        "8, asym, -1.40625, 25.03125, 15.46875, 5.90625, 4.03125, 21.65625, 15.28125, 86399.109375",
        "3, asym, -0.28125, 0.0, -0.5625, 0.421875, -0.46875, -0.375, -0.5625, 990.1875"
    })
    void packQuantized(
            int bits,
            String kind,
            double w0,
            double w1,
            double w2,
            double w3,
            double l2,
            double l1,
            double l0,
            double checksum)
            throws Exception {
        int perWord = 32 / bits;
        tensors.put("l.weight_packed", bytes(DType.I32, 7, 12, (24 + perWord - 1) / perWord));
        tensors.put("l.weight_scale", scales(DType.F16, 8, 12, 2));
        tensors.put("l.weight_shape", TestTensor.of(DType.I64, List.of(2L), 12, 24));
        if (!kind.equals("sym")) {
            tensors.put("l.weight_zero_point", bytes(DType.I32, 9, (12 + perWord - 1) / perWord, 2));
        }
        if (kind.equals("g_idx")) {
            double[] groups = IntStream.range(0, 24).mapToDouble(i -> i * 5 % 2).toArray();
            tensors.put("l.weight_g_idx", TestTensor.of(DType.I32, List.of(24L), groups));
        }
        String config =
                "{\"quantization_config\":{\"config_groups\":{\"group_0\":{\"weights\":{\"num_bits\":" + bits + "}}}}}";
        expect(read(config), "l.weight", List.of(12L, 24L), checksum, w0, w1, w2, w3, l2, l1, l0);
    }

    @ParameterizedTest
    @CsvSource({"'e.down_proj_blocks', 'e.down_proj_scales', e.down_proj", "'e.w.blocks', 'e.w.scales', e.w"})
    void mxfp4BlocksOfGptOss(String blocks, String scales, String weight) throws Exception {
        tensors.put(blocks, bytes(DType.U8, 10, 2, 3, 4, 16));
        tensors.put(scales, exponents(11, 2, 3, 4));
        ReadBack read = read("{}");
        expect(read, weight, List.of(2L, 3L, 128L), 76424.15625, 0.25, 0.75, -1.5, -2.0, 1.0, -0.125, 0.25);
        assertThat(read.tensors().get(weight).dtype()).isEqualTo(DType.MXFP4);
    }

    @Test
    void nvfp4OfModelOptimizerTimesItsSecondScale() throws Exception {
        tensors.put("l.weight", bytes(DType.U8, 12, 6, 16));
        tensors.put("l.weight_scale", e4m3Scales(13, 6, 2));
        tensors.put("l.weight_scale_2", TestTensor.f32(List.of(), 0.375));
        tensors.put("l.input_scale", TestTensor.f32(List.of(), 9));
        expect(
                read("{}"),
                "l.weight",
                List.of(6L, 32L),
                -892.646484375,
                -0.140625,
                0.140625,
                0.5625,
                -0.5625,
                0.703125,
                -0.9375,
                -1.875);
    }

    @Test
    void nvfp4OfCompressedTensorsOverItsGlobalScale() throws Exception {
        tensors.put("l.weight_packed", bytes(DType.U8, 12, 6, 16));
        tensors.put("l.weight_scale", e4m3Scales(13, 6, 2));
        tensors.put("l.weight_global_scale", TestTensor.f32(List.of(1L), 6.5));
        tensors.put("l.input_global_scale", TestTensor.f32(List.of(1L), 9));
        expect(
                read("{}"),
                "l.weight",
                List.of(6L, 32L),
                -366.21394230769226,
                -0.057692307692307696,
                0.057692307692307696,
                0.23076923076923078,
                -0.23076923076923078,
                0.28846153846153844,
                -0.38461538461538464,
                -0.7692307692307693);
    }

    @Test
    void mxfp8HasExponentsAsScales() throws Exception {
        TestTensor weight = bytes(DType.F8_E4M3, 14, 4, 64);
        for (int k = 0; k < weight.data().length; k++) {
            weight.data()[k] &= (byte) 0xbf; // no NaN among them
        }
        for (DType type : List.of(DType.U8, DType.F8_E8M0)) {
            tensors.put("l.weight", weight);
            tensors.put(
                    "l.weight_scale",
                    new TestTensor(type, List.of(4L, 2L), exponents(15, 4, 2).data()));
            expect(
                    read("{}"),
                    "l.weight",
                    List.of(4L, 64L),
                    -4845.4722900390625,
                    0.078125,
                    0.015625,
                    -12.0,
                    8.0,
                    -3.75,
                    -2.75,
                    1.75);
        }
    }

    @Test
    void bitsAndBytesNf4() throws Exception {
        bitsAndBytes("nf4", "");
        tensors.put("l.weight.absmax", scales(DType.F32, 17, 8));
        ReadBack read = read("{}");
        expect(
                read,
                "l.weight",
                List.of(5L, 24L),
                134.18446569424123,
                -0.07999914139509201,
                0.28125,
                -0.28125,
                0.06921908259391785,
                0.17423754930496216,
                0.08297963440418243,
                0.0);
        assertThat(read.tensors().get("l.weight").dtype()).isEqualTo(DType.NF4);
    }

    @Test
    void bitsAndBytesFp4() throws Exception {
        bitsAndBytes("fp4", "");
        tensors.put("l.weight.absmax", scales(DType.F32, 17, 8));
        expect(
                read("{}"),
                "l.weight",
                List.of(5L, 24L),
                -54.60986310685985,
                0.09375,
                -0.0703125,
                0.0,
                -0.1875,
                -0.515625,
                -0.002685546875,
                0.12890625);
    }

    @Test
    void bitsAndBytesWithQuantisedAbsmax() throws Exception {
        bitsAndBytes("nf4", ",\"nested_blocksize\":4,\"nested_dtype\":\"float32\",\"nested_offset\":0.3125");
        tensors.put("l.weight.absmax", bytes(DType.U8, 18, 8));
        tensors.put("l.weight.nested_absmax", scales(DType.F32, 19, 2));
        double[] map =
                IntStream.range(0, 256).mapToDouble(i -> (i - 128) / 128.0).toArray();
        tensors.put("l.weight.nested_quant_map", TestTensor.f32(List.of(256L), map));
        expect(
                read("{}"),
                "l.weight",
                List.of(5L, 24L),
                6.326712921727449,
                -0.06111045181751251,
                0.21484375,
                -0.21484375,
                0.052875690162181854,
                0.09384243190288544,
                0.04469192028045654,
                0.0);
    }

    /** The bytes may be stored as any type ({@code bnb_4bit_quant_storage}). */
    @Test
    void bitsAndBytesInBfloat16Storage() throws Exception {
        bitsAndBytes("nf4", "");
        tensors.put("l.weight", bytes(DType.BF16, 16, 30, 1));
        tensors.put("l.weight.absmax", scales(DType.F32, 17, 8));
        expect(
                read("{}"),
                "l.weight",
                List.of(5L, 24L),
                134.18446569424123,
                -0.07999914139509201,
                0.28125,
                -0.28125,
                0.06921908259391785,
                0.17423754930496216,
                0.08297963440418243,
                0.0);
    }

    @Test
    void bitsAndBytesEightBit() throws Exception {
        tensors.put("l.weight", bytes(DType.I8, 20, 4, 6));
        tensors.put("l.SCB", scales(DType.F32, 21, 4));
        tensors.put("l.weight_format", new TestTensor(DType.U8, List.of(), new byte[] {0}));
        expect(
                read("{}"),
                "l.weight",
                List.of(4L, 6L),
                -2.5585629921259816,
                0.265255905511811,
                0.0812007874015748,
                -0.10285433070866142,
                -0.2869094488188976,
                -0.07308070866141732,
                -0.16510826771653545,
                0.08932086614173228);
    }

    @ParameterizedTest
    @CsvSource({
        "2, -0.390625, 0.734375, 0.359375, -0.015625, -0.015625, 0.390625, 0.796875, 3813.546875",
        "3, 1.109375, 1.484375, -0.015625, 1.109375, 1.609375, -0.421875, 1.203125, 15335.234375",
        "4, 4.109375, 1.859375, 2.609375, 0.359375, 2.015625, 5.265625, -0.015625, 37676.75",
        "5, 4.109375, 0.734375, 3.359375, 2.609375, 11.765625, 2.421875, 8.921875, 79173.609375",
        "6, 16.109375, 11.984375, 0.359375, 20.984375, 13.796875, 3.234375, 8.109375, 169706.640625",
        "8, 40.109375, 14.609375, 85.109375, 59.609375, 7.296875, 83.671875, 56.046875, 706680.46875"
    })
    void mlxAffine(
            int bits, double w0, double w1, double w2, double w3, double l2, double l1, double l0, double checksum)
            throws Exception {
        tensors.put("l.weight", bytes(DType.U32, 22, 3, 64 * bits / 32));
        tensors.put("l.scales", scales(DType.F16, 23, 3, 2));
        TestTensor biases = scales(DType.F16, 24, 3, 2);
        for (int k = 1; k < biases.data().length; k += 2) {
            biases.data()[k] |= (byte) 0x80; // negative
        }
        tensors.put("l.biases", biases);
        String config = "{\"quantization\":{\"group_size\":32,\"bits\":" + bits + "}}";
        expect(read(config), "l.weight", List.of(3L, 64L), checksum, w0, w1, w2, w3, l2, l1, l0);
    }

    @Test
    void mlxMicroscaling() throws Exception {
        tensors.put("l.weight", bytes(DType.U32, 25, 3, 8));
        tensors.put("l.scales", exponents(26, 3, 2));
        expect(
                read("{\"quantization\":{\"group_size\":32,\"bits\":4,\"mode\":\"mxfp4\"}}"),
                "l.weight",
                List.of(3L, 64L),
                -7744.296875,
                -0.01171875,
                0.046875,
                0.046875,
                0.01171875,
                96.0,
                -32.0,
                16.0);
        tensors.put(
                "l.scales",
                new TestTensor(DType.U8, List.of(3L, 4L), e4m3Scales(27, 3, 4).data()));
        expect(
                read("{\"quantization\":{\"group_size\":16,\"bits\":4,\"mode\":\"nvfp4\"}}"),
                "l.weight",
                List.of(3L, 64L),
                416.21875,
                -0.609375,
                2.4375,
                2.4375,
                0.609375,
                11.25,
                -3.75,
                1.875);
        TestTensor codes = bytes(DType.U32, 28, 3, 16);
        for (int k = 0; k < codes.data().length; k++) {
            codes.data()[k] &= (byte) 0xbf;
        }
        tensors.put("l.weight", codes);
        tensors.put("l.scales", exponents(26, 3, 2));
        expect(
                read("{\"quantization\":{\"group_size\":32,\"bits\":8,\"mode\":\"mxfp8\"}}"),
                "l.weight",
                List.of(3L, 64L),
                18546.603515625,
                -0.000152587890625,
                9.1552734375e-05,
                3.0517578125e-05,
                -0.0126953125,
                9.0,
                -6.0,
                -4.0);
    }

    @ParameterizedTest
    @CsvSource({
        "8bit_u8, 0, 8, 24, 72.96875, 9.9296875, 5.712890625, 64.845703125, 14.484375, 200.923828125, 79.806640625, 550310.0625",
        "8bit_u8, 1, 24, 8, 72.96875, 38.96875, 4.46875, 98.46875, 25.884765625, 110.619140625, 79.806640625, 552489.435546875",
        "4bit_u8, 0, 4, 24, 3.46875, 0.5546875, -2.021484375, 3.486328125, 2.984375, 4.658203125, 1.416015625, 21679.328125",
        "4bit_u8, 1, 12, 8, 3.46875, 1.46875, -1.03125, 4.96875, 5.041015625, 3.228515625, 1.416015625, 22602.091796875",
        "3bit_32, 0, 1, 24, -1.03125, 0.6796875, 0.791015625, 0.205078125, 0.734375, -2.794921875, 0.962890625, 4410.765625",
        "3bit_32, 1, 3, 8, -1.03125, 1.96875, 0.96875, -0.03125, 0.962890625, -0.849609375, 0.962890625, 4688.310546875",
        "2bit_u8, 0, 2, 24, -0.03125, 0.0546875, -2.021484375, 0.533203125, 0.484375, -0.310546875, 0.509765625, -4554.96875",
        "2bit_u8, 1, 6, 8, -0.03125, -0.53125, -1.03125, 0.46875, 0.509765625, 0.509765625, 0.509765625, -5163.158203125",
        "1bit_u8, 0, 1, 24, -0.53125, -0.0703125, -2.021484375, -0.123046875, -0.265625, -1.966796875, -0.396484375, -9185.0",
        "1bit_u8, 1, 3, 8, -0.53125, -1.03125, -1.03125, -0.53125, -0.849609375, -0.396484375, -0.396484375, -9616.189453125"
    })
    void hqq(
            String packing,
            int axis,
            long rows,
            long cols,
            double w0,
            double w1,
            double w2,
            double w3,
            double l2,
            double l1,
            double l0,
            double checksum)
            throws Exception {
        long[] groups = axis == 1 ? new long[] {24, 1} : new long[] {1, 24};
        tensors.put("l.W_q", bytes(packing.endsWith("32") ? DType.I32 : DType.U8, 30, rows, cols));
        tensors.put("l.scale", scales(DType.F16, 31, groups));
        TestTensor zeros = scales(DType.F32, 32, groups);
        double[] four = IntStream.range(0, 24)
                .mapToDouble(k -> (1 + (37 * k + 32) % 61) / 16.0)
                .toArray();
        tensors.put("l.zero", TestTensor.of(DType.F16, zeros.shape(), four));
        tensors.put("l.shape", TestTensor.of(DType.I64, List.of(2L), 12, 16));
        tensors.put("l.group_size", TestTensor.of(DType.I32, List.of(), 8));
        tensors.put("l.nbits", TestTensor.of(DType.I32, List.of(), packing.charAt(0) - '0'));
        tensors.put("l.axis", TestTensor.of(DType.I32, List.of(), axis));
        tensors.put("l.view_as_float", TestTensor.of(DType.U8, List.of(), 0));
        tensors.put("l.packing", new TestTensor(DType.U8, List.of(7L), packing.getBytes(StandardCharsets.US_ASCII)));
        expect(read("{}"), "l.weight", List.of(12L, 16L), checksum, w0, w1, w2, w3, l2, l1, l0);
    }

    private void bitsAndBytes(String type, String nested) {
        double[] nf4 = {
            -1.0,
            -0.6961928009986877,
            -0.5250730514526367,
            -0.39491748809814453,
            -0.28444138169288635,
            -0.18477343022823334,
            -0.09105003625154495,
            0.0,
            0.07958029955625534,
            0.16093020141124725,
            0.24611230194568634,
            0.33791524171829224,
            0.44070982933044434,
            0.5626170039176941,
            0.7229568362236023,
            1.0
        };
        double[] fp4 = {0, 0.0625, 8, 12, 4, 6, 2, 3, -0.0, -0.0625, -8, -12, -4, -6, -2, -3};
        double[] map =
                type.equals("nf4") ? nf4 : Arrays.stream(fp4).map(v -> v / 12).toArray();
        byte[] state = ("{\"quant_type\":\"" + type + "\",\"blocksize\":16,\"dtype\":\"float16\",\"shape\":[5,24]"
                        + nested + "}")
                .getBytes(StandardCharsets.UTF_8);
        tensors.put("l.weight", bytes(DType.U8, 16, 60, 1));
        tensors.put("l.weight.quant_map", TestTensor.f32(List.of(16L), map));
        tensors.put(
                "l.weight.quant_state.bitsandbytes__" + type,
                new TestTensor(DType.U8, List.of((long) state.length), state));
    }

    private static TestTensor bytes(DType dtype, int seed, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b) * TestTensor.width(dtype);
        byte[] data = new byte[count];
        for (int k = 0; k < count; k++) {
            data[k] = (byte) ((2654435761L * k + 40503L * seed) >> 13);
        }
        return new TestTensor(dtype, Arrays.stream(shape).boxed().toList(), data);
    }

    private static TestTensor scales(DType dtype, int seed, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        double[] values = IntStream.range(0, count)
                .mapToDouble(k -> (1 + (37 * k + seed) % 61) / 64.0)
                .toArray();
        return TestTensor.of(dtype, Arrays.stream(shape).boxed().toList(), values);
    }

    private static TestTensor exponents(int seed, long... shape) {
        TestTensor made = bytes(DType.U8, seed, shape);
        for (int k = 0; k < made.data().length; k++) {
            made.data()[k] = (byte) (120 + (made.data()[k] & 15));
        }
        return made;
    }

    private static TestTensor e4m3Scales(int seed, long... shape) {
        TestTensor made = bytes(DType.F8_E4M3, seed, shape);
        for (int k = 0; k < made.data().length; k++) {
            made.data()[k] = (byte) (40 + (made.data()[k] & 31));
        }
        return made;
    }

    private ReadBack read(String config) throws Exception {
        return read(config, "README.md", new byte[0]);
    }

    private ReadBack read(String config, String other, byte[] content) throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        files.put(other, content);
        files.put(FILE, SafetensorsWriter.bytes(tensors));
        files.put("config.json", config.getBytes(StandardCharsets.UTF_8));
        return ReadBack.of(files);
    }

    private static void expect(ReadBack read, String name, List<Long> shape, double checksum, double... ends) {
        assertThat(read.tensors()).containsKey(name);
        assertThat(read.tensors().get(name).shape()).isEqualTo(shape);
        double[] values = read.values(name);
        double[] found = Arrays.copyOf(values, 7);
        System.arraycopy(values, values.length - 3, found, 4, 3);
        assertThat(found).usingComparatorWithPrecision(1e-15).containsExactly(ends);
        double sum = 0;
        for (int k = 0; k < values.length; k++) {
            sum += values[k] * (k % 97 + 1);
        }
        assertThat(sum).isCloseTo(checksum, within(1e-12 * Math.max(1, Math.abs(checksum))));
    }
}
