package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor.Orientation;

class GgufTest extends WeightFormatContract {
    private static final String FILE = "model.gguf";
    private static final String MEND = "; convert it again";
    private static final TestTensor MATRIX = TestTensor.f32(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);

    @Override
    Format format() {
        return Format.GGUF;
    }

    @Override
    String title() {
        return "GGUF";
    }

    @Override
    List<DType> types() {
        return List.of(DType.F64, DType.F32, DType.F16, DType.BF16, DType.I64, DType.I32, DType.I16, DType.I8);
    }

    @Test
    void matricesAreRowsOfOutputs() throws Exception {
        ReadBack read = read(Map.of("blk.0.attn_q.weight", MATRIX));
        assertThat(read.tensors().get("blk.0.attn_q.weight").orientation()).isEqualTo(Orientation.OUT_IN);
        assertThat(read.checkpoint().warnings()).isEmpty();
    }

    @Test
    void keyValuesBecomeTheConfig() throws Exception {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("llama.block_count", 5);
        metadata.put("llama.attention.head_count_kv", List.of(4, 2));
        metadata.put("llama.rope.freq_base", 10000f);
        metadata.put("general.file_size", 1L << 40);
        metadata.put("llama.tied", true);
        metadata.put("tokenizer.ggml.tokens", List.of("a", "b"));
        ReadBack read = ReadBack.of(FILE, GgufWriter.bytes(Map.of("w", MATRIX), metadata));
        var config = read.checkpoint().config().path("gguf");
        assertThat(config.path("general.architecture").asText()).isEqualTo("llama");
        assertThat(config.path("llama.block_count").asInt()).isEqualTo(5);
        assertThat(config.path("llama.attention.head_count_kv").get(1).asInt()).isEqualTo(2);
        assertThat(config.path("llama.rope.freq_base").asDouble()).isEqualTo(10000);
        assertThat(config.path("general.file_size").asLong()).isEqualTo(1L << 40);
        assertThat(config.path("llama.tied").asBoolean()).isTrue();
        assertThat(config.has("tokenizer.ggml.tokens")).isFalse();
    }

    @Test
    void alignmentIsTheFilesOwn() throws Exception {
        ByteSink out = header(1, 1);
        text(out, "general.alignment").u32(4).u32(128);
        info(out, "w", 0, 0, 1);
        byte[] file =
                out.align(128).bytes(TestTensor.f32(List.of(1L), 7).data()).toByteArray();
        assertThat(ReadBack.of(FILE, file).values("w")).containsExactly(7);
    }

    @Test
    void badAlignmentsAndOffsetsAreRefused() {
        for (long alignment : new long[] {0, 3, 1 << 21}) {
            ByteSink out = header(0, 1);
            text(out, "general.alignment").u32(4).u32(alignment);
            assertRefused(out, "bad GGUF file: model.gguf: alignment " + alignment + MEND);
        }
        ByteSink odd = header(1, 0);
        info(odd, "w", 0, 4, 1);
        assertRefused(
                odd.align(32).u64(0),
                "bad GGUF file: model.gguf: tensor w lies at 4, which is no multiple of the alignment 32" + MEND);
        ByteSink far = header(1, 0);
        info(far, "w", 0, 1L << 40, 1);
        assertRefused(
                far.align(32).u64(0),
                "truncated file: model.gguf: tensor w needs 4 bytes from 1099511627776 of the data on, but the file has"
                        + " 72; copy or download it again");
        ByteSink negative = header(1, 0);
        info(negative, "w", 0, -32, 1);
        assertRefused(
                negative.align(32).u64(0),
                "bad GGUF file: model.gguf: tensor w lies at 18446744073709551584, which is no multiple of the alignment"
                        + " 32" + MEND);
    }

    @Test
    void countsAndLengthsAreNotTrusted() {
        assertRefused(header(1L << 60, 0), "bad GGUF file: model.gguf: 1152921504606846976 tensors" + MEND);
        assertRefused(header(0, -1), "bad GGUF file: model.gguf: 18446744073709551615 key values" + MEND);
        assertRefused(header(0, 1).u64(1L << 50), "bad GGUF file: model.gguf: a text of 1125899906842624 bytes" + MEND);
        ByteSink array = text(header(0, 1), "a").u32(9).u32(0).u64(1L << 60);
        assertRefused(array, "bad GGUF file: model.gguf: an array of 1152921504606846976 values" + MEND);
        ByteSink nested = text(header(0, 1), "a").u32(9);
        for (int i = 0; i < 100; i++) {
            nested.u32(9).u64(1);
        }
        assertRefused(nested, "bad GGUF file: model.gguf: arrays nested more than 4 deep" + MEND);
        ByteSink dims = text(header(1, 0), "w").u32(9);
        assertRefused(dims, "bad GGUF file: model.gguf: tensor w with 9 dimensions" + MEND);
        ByteSink huge = text(header(1, 0), "w")
                .u32(2)
                .u64(1L << 40)
                .u64(1L << 40)
                .u32(0)
                .u64(0);
        assertRefused(
                huge,
                "bad shape: model.gguf: [1099511627776, 1099511627776] of tensor w is not the shape of a tensor;"
                        + " save it again");
        ByteSink twice = text(header(0, 2), "k").u32(4).u32(1);
        assertRefused(text(twice, "k").u32(4).u32(1), "bad GGUF file: model.gguf: the key k is there twice" + MEND);
    }

    @Test
    void versionsAndByteOrdersAreNamed() {
        assertRefused(
                new ByteSink().text("GGUF").u32(1).u32(0).u32(0),
                "bad GGUF file: model.gguf: version 1 (2 and 3 are read)" + MEND);
        assertRefused(
                new ByteSink().text("GGUF").u32(0x03000000).u64(0).u64(0),
                "bad GGUF file: model.gguf: big-endian data" + MEND);
    }

    @Test
    void typesThatAreNotReadAreRefusedByName() {
        Map<Integer, String> names =
                Map.of(9, "Q8_1", 15, "Q8_K", 31, "type 31, which ggml has given up", 99, "type 99");
        names.forEach((type, name) -> {
            ByteSink out = header(1, 0);
            info(out, "w", type, 0, 256);
            assertRefused(
                    out.align(32).bytes(new byte[1024]),
                    "bad GGUF file: model.gguf: tensor w is quantised as " + name
                            + ", which is not read; use F16, BF16, or a quantisation whose name begins with Q2 to Q8, IQ or TQ");
        });
    }

    @Test
    void quantisedRowsAreWholeBlocks() {
        ByteSink out = header(1, 0);
        info(out, "w", 8, 0, 33);
        assertRefused(
                out.align(32).bytes(new byte[64]),
                "bad shape: model.gguf: [33] of tensor w has rows that are no multiple of 32, the block size of Q8_0;"
                        + " save it again");
    }

    @Test
    void quantisedMatricesAreSaidToBe() throws Exception {
        TestTensor q8 = new TestTensor(DType.Q8_0, List.of(1L, 32L), new byte[34]);
        assertThat(read(Map.of("w", q8)).checkpoint().warnings())
                .containsExactly(
                        "quantised weights were dequantised, w: GGUF Q8_0; what is measured is the quantised matrix, not"
                                + " the original one");
    }

    @Test
    void splitFilesAreOneModel() throws Exception {
        Map<String, byte[]> files = Map.of(
                "m-00001-of-00002.gguf", GgufWriter.bytes(Map.of("a", MATRIX)),
                "m-00002-of-00002.gguf", GgufWriter.bytes(Map.of("b", TestTensor.f32(List.of(1L), 9))),
                "other-00001-of-00002.gguf", new byte[0]);
        ReadBack read = ReadBack.of(files);
        assertThat(read.values("a")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.values("b")).containsExactly(9);
        assertThat(read.checkpoint().format()).isEqualTo("GGUF, 2 files");
    }

    @Test
    void aMissingPartOfASplitIsRefused() {
        Map<String, byte[]> files = Map.of("m-00002-of-00003.gguf", GgufWriter.bytes(Map.of("a", MATRIX)));
        assertThatThrownBy(() -> ReadBack.of(files))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("missing shard: m-00002-of-00003.gguf: m-00001-of-00003.gguf, m-00003-of-00003.gguf (2 of 3"
                        + " files) not found; download the rest of the model");
    }

    @Test
    void aTensorInTwoPartsIsRefused() {
        Map<String, byte[]> files = Map.of(
                "m-00001-of-00002.gguf", GgufWriter.bytes(Map.of("a", MATRIX)),
                "m-00002-of-00002.gguf", GgufWriter.bytes(Map.of("a", MATRIX)));
        assertThatThrownBy(() -> ReadBack.of(files))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("duplicate tensor: a in m-00002-of-00002.gguf: it is stored twice; save the model again");
    }

    private static void assertRefused(ByteSink file, String message) {
        assertThatThrownBy(() -> ReadBack.of(FILE, file.toByteArray()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(message);
    }

    private static ByteSink header(long tensors, long keys) {
        return new ByteSink().text("GGUF").u32(3).u64(tensors).u64(keys);
    }

    private static ByteSink text(ByteSink out, String text) {
        return out.u64(text.length()).text(text);
    }

    /** A vector's tensor info. */
    private static void info(ByteSink out, String name, int type, long offset, long elements) {
        text(out, name).u32(1).u64(elements).u32(type).u64(offset);
    }
}
