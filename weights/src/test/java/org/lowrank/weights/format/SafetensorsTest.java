package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

class SafetensorsTest extends WeightFormatContract {
    private static final String FILE = "model.safetensors";
    private static final String BAD = "bad safetensors file: model.safetensors: ";
    private static final String MEND = "; save it again";

    @Override
    Format format() {
        return Format.SAFETENSORS;
    }

    @Override
    String title() {
        return "safetensors";
    }

    @Override
    List<DType> types() {
        return List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.F8_E4M3,
                DType.F8_E5M2,
                DType.F8_E4M3FNUZ,
                DType.F8_E5M2FNUZ,
                DType.F8_E8M0,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U64,
                DType.U32,
                DType.U16,
                DType.U8,
                DType.BOOL);
    }

    /** What the reference reader (safetensors 0.8.0) accepts. */
    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("no tensors", "{}", 0),
                Arguments.of(
                        "space around",
                        " \t\n{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}} \n\t ",
                        1),
                Arguments.of("metadata", "{\"__metadata__\":{\"format\":\"pt\"}," + u8("a", 0, 1) + "}", 1),
                Arguments.of("null metadata", "{\"__metadata__\":null," + u8("a", 0, 1) + "}", 1),
                Arguments.of(
                        "extra field", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":{}}}", 1),
                Arguments.of("scalar", "{" + SafetensorsWriter.entry("a", "U8", List.of(), 0, 1) + "}", 1),
                Arguments.of("empty range", "{" + SafetensorsWriter.entry("a", "F32", List.of(0L, 7L), 0, 0) + "}", 0),
                Arguments.of("empty name", "{" + u8("", 0, 1) + "}", 1),
                Arguments.of("escaped name", "{" + u8("a\\\"\n".replace("\n", "\\u000a"), 0, 1) + "}", 1),
                Arguments.of("offsets out of order", "{" + u8("a", 1, 2) + "," + u8("b", 0, 1) + "}", 2),
                Arguments.of(
                        "four-bit floats", "{" + SafetensorsWriter.entry("a", "F4", List.of(2L, 3L), 0, 3) + "}", 3),
                Arguments.of("complex", "{" + SafetensorsWriter.entry("a", "C64", List.of(1L), 0, 8) + "}", 8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void acceptsWhatTheReferenceReaderAccepts(String what, String header, int dataBytes) {
        byte[] file = SafetensorsWriter.bytes(header, new byte[dataBytes]);
        assertThatCode(() -> ReadBack.of(FILE, file)).doesNotThrowAnyException();
    }

    /** What it rejects, and duplicate names, which the format's text forbids. */
    static Stream<Arguments> rejected() {
        return Stream.of(
                Arguments.of(
                        "{\"a\":1}x",
                        0,
                        "its header is not valid JSON (Unrecognized token 'x': was expecting"
                                + " (JSON String, Number, Array, Object or token 'null', 'true' or 'false'))"),
                Arguments.of("[]", 0, "its header is not one JSON object"),
                Arguments.of("{}{}", 0, "its header is not one JSON object"),
                Arguments.of(
                        "{" + u8("a", 0, 1) + "," + u8("a", 0, 1) + "}",
                        1,
                        "its header is not valid JSON (Duplicate field 'a')"),
                Arguments.of(
                        "{\"__metadata__\":{},\"__metadata__\":{}}",
                        0,
                        "its header is not valid JSON (Duplicate field '__metadata__')"),
                Arguments.of("{\"__metadata__\":{\"n\":1}}", 0, "__metadata__ holds a value that is not text"),
                Arguments.of("{\"__metadata__\":[]}", 0, "__metadata__ is not an object"),
                Arguments.of("{\"a\":[]}", 0, "the entry of tensor a is not an object"),
                Arguments.of(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}",
                        1,
                        "the entry of tensor a lacks dtype, shape or data_offsets"),
                Arguments.of(
                        "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}",
                        1,
                        "the entry of tensor a lacks dtype, shape or data_offsets"),
                Arguments.of(
                        "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}",
                        1,
                        "the entry of tensor a lacks dtype, shape or data_offsets"),
                Arguments.of(
                        "{" + SafetensorsWriter.entry("a", "F12", List.of(1L), 0, 1) + "}",
                        1,
                        "tensor a has the unknown type F12"),
                Arguments.of(
                        "{" + SafetensorsWriter.entry("a", "Q8_0", List.of(1L), 0, 1) + "}",
                        1,
                        "tensor a has the unknown type Q8_0"),
                Arguments.of(
                        "{" + SafetensorsWriter.entry("a", "U8", List.of(-1L), 0, 1) + "}",
                        1,
                        "tensor a has the size or offset -1"),
                Arguments.of(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1.0],\"data_offsets\":[0,1]}}",
                        1,
                        "tensor a has the size or offset 1.0"),
                Arguments.of(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,1]}}",
                        1,
                        "tensor a has the size or offset 99999999999999999999"),
                Arguments.of(
                        "{" + SafetensorsWriter.entry("a", "F32", List.of(2L, 3L), 0, 20) + "}",
                        20,
                        "tensor a of shape [2, 3] and type F32 needs 24 bytes but has offsets 0 to 20"),
                Arguments.of(
                        "{" + SafetensorsWriter.entry("a", "F32", List.of(1L << 40, 1L << 40), 0, 4) + "}",
                        4,
                        "the shape of tensor a overflows: [1099511627776,1099511627776]"),
                Arguments.of(
                        "{" + SafetensorsWriter.entry("a", "F4", List.of(3L), 0, 1) + "}",
                        1,
                        "tensor a of shape [3] and type F4 needs 1 bytes but has offsets 0 to 1"),
                Arguments.of(
                        "{" + u8("a", 1, 0) + "}",
                        1,
                        "tensor a of shape [1] and type U8 needs 1 bytes but has offsets 1 to 0"),
                Arguments.of(
                        "{" + u8("a", 1, 2) + "}", 2, "tensor a starts at 1 of the data, but the one before ends at 0"),
                Arguments.of(
                        "{" + u8("a", 0, 1) + "," + u8("b", 2, 3) + "}",
                        3,
                        "tensor b starts at 2 of the data, but the one before ends at 1"),
                Arguments.of(
                        "{" + u8("a", 0, 1) + "," + u8("b", 0, 1) + "}",
                        1,
                        "tensor b starts at 0 of the data, but the one before ends at 1"),
                Arguments.of("{" + u8("a", 0, 1) + "}", 2, "the header describes 62 bytes but the file has 63"));
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("rejected")
    void rejectsWhatTheReferenceReaderRejects(String header, int dataBytes, String why) {
        byte[] file = SafetensorsWriter.bytes(header, new byte[dataBytes]);
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + why + MEND);
    }

    @Test
    void headersThatAreNoTextAreRejected() {
        byte[] latin =
                new ByteSink().u64(3).bytes((byte) '{', (byte) 0xe4, (byte) '}').toByteArray();
        assertThatThrownBy(() -> ReadBack.of(FILE, latin))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "its header is not UTF-8" + MEND);
        assertThatThrownBy(() -> ReadBack.of(FILE, SafetensorsWriter.bytes("\ufeff{}", new byte[0])))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(BAD + "its header is not valid JSON");
    }

    @Test
    void headerLengthsAreBounded() {
        for (long length : new long[] {0, 100_000_001, -1, Long.MIN_VALUE}) {
            byte[] file = new ByteSink().u64(length).text("{}").toByteArray();
            assertThatThrownBy(() -> ReadBack.of(FILE, file))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage(BAD + "its header claims " + Long.toUnsignedString(length) + " bytes" + MEND);
        }
    }

    @Test
    void truncationNamesBothSizes() {
        byte[] whole = SafetensorsWriter.bytes("{" + u8("a", 0, 1) + "}", new byte[1]); // 8 + 53 + 1 bytes
        byte[] withoutData = java.util.Arrays.copyOf(whole, 61);
        assertThatThrownBy(() -> ReadBack.of(FILE, withoutData))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("truncated file: model.safetensors: the header describes 62 bytes but the file has 61;"
                        + " copy or download it again");
        byte[] halfHeader = java.util.Arrays.copyOf(whole, 30);
        assertThatThrownBy(() -> ReadBack.of(FILE, halfHeader))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("truncated file: model.safetensors: the header needs 61 bytes but the file has 30;"
                        + " copy or download it again");
        assertThatThrownBy(() -> ReadBack.of(FILE, new byte[5]))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("truncated file: model.safetensors: 5 bytes, too short for a safetensors header;"
                        + " copy or download it again");
    }

    @Test
    void deepNestingIsRefused() {
        String header = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> ReadBack.of(FILE, SafetensorsWriter.bytes(header, new byte[0])))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(BAD + "its header is not valid JSON");
    }

    @Test
    void lineBreaksInNamesDoNotBreakMessages() {
        String header = "{\"a\\nb\\u001b[31m\":[]}";
        assertThatThrownBy(() -> ReadBack.of(FILE, SafetensorsWriter.bytes(header, new byte[0])))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "the entry of tensor a?b?[31m is not an object" + MEND);
    }

    @Test
    void isRecognisedByContentUnderAnyName() throws Exception {
        byte[] file = SafetensorsWriter.bytes(Map.of("w", TestTensor.f32(List.of(1L), 4)));
        MemoryFiles files =
                new MemoryFiles(new java.util.TreeMap<>(Map.of("weights", file)), java.util.Optional.of("weights"));
        assertThat(ReadBack.of(files).values("w")).containsExactly(4);
    }

    @Test
    void typesWithoutPlainNumbersAreListedButNotOpened() throws Exception {
        byte[] file = SafetensorsWriter.bytes(
                "{" + SafetensorsWriter.entry("a", "F6_E2M3", List.of(4L), 0, 3) + "}", new byte[3]);
        try (CheckpointReader reader = new CheckpointReader(MemoryFiles.of(FILE, file))) {
            var tensor = reader.read().tensors().get(0);
            assertThat(tensor.dtype()).isEqualTo(DType.F6_E2M3);
            assertThatThrownBy(tensor::open)
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage("tensor cannot be measured: model.safetensors: a holds F6_E2M3, not plain numbers;"
                            + " leave it out with --matrices or --layers");
        }
    }

    @Test
    void headerIsReadAsUtf8() throws Exception {
        String header = "{" + u8("gewicht.ü", 0, 1) + "}";
        assertThat(header.getBytes(StandardCharsets.UTF_8)).hasSize(header.length() + 1);
        assertThat(ReadBack.of(FILE, SafetensorsWriter.bytes(header, new byte[] {9}))
                        .values("gewicht.ü"))
                .containsExactly(9);
    }

    private static String u8(String name, long begin, long end) {
        return SafetensorsWriter.entry(name, "U8", List.of(1L), begin, end);
    }
}
