package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.OnnxWriter;
import org.lowrank.weights.checkpoints.ProtoWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

class OnnxTest extends WeightFormatContract {
    private static final String FILE = "model.onnx";
    private static final TestTensor MATRIX = TestTensor.f32(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);

    @Override
    Format format() {
        return Format.ONNX;
    }

    @Override
    String title() {
        return "ONNX";
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

    @Test
    void typedDataFieldsAreReadLikeRawData() throws Exception {
        OnnxWriter model = new OnnxWriter();
        model.initializer(OnnxWriter.describe("float", 1, List.of(2L))
                .bytes(4, TestTensor.f32(List.of(2L), 1.5, -2).data()));
        model.initializer(OnnxWriter.describe("double", 11, List.of(1L))
                .bytes(10, TestTensor.of(DType.F64, List.of(1L), Math.E).data()));
        // 0x3e00 = 1.5 and 0xc000 = -2 as binary16, one per varint.
        model.initializer(OnnxWriter.describe("half", 10, List.of(2L)).bytes(5, varints(0x3e00, 0xc000)));
        model.initializer(OnnxWriter.describe("int32", 6, List.of(3L)).bytes(5, varints(-1, 300, 0)));
        model.initializer(OnnxWriter.describe("int8", 3, List.of(2L)).bytes(5, varints(-128, 127)));
        model.initializer(OnnxWriter.describe("int64", 7, List.of(2L)).bytes(7, varints(-5, 1L << 40)));
        model.initializer(OnnxWriter.describe("uint64", 13, List.of(1L)).bytes(11, varints(1L << 62)));
        ReadBack read = ReadBack.of(FILE, model.toByteArray());
        assertThat(read.values("float")).containsExactly(1.5, -2);
        assertThat(read.values("double")).containsExactly(Math.E);
        assertThat(read.values("half")).containsExactly(1.5, -2);
        assertThat(read.values("int32")).containsExactly(-1, 300, 0);
        assertThat(read.values("int8")).containsExactly(-128, 127);
        assertThat(read.values("int64")).containsExactly(-5, 0x1p40);
        assertThat(read.values("uint64")).containsExactly(0x1p62);
    }

    @Test
    void dataThatDoesNotFillTheShapeIsRefused() {
        ProtoWriter tooFew = OnnxWriter.describe("w", 10, List.of(1L << 33)).bytes(5, varints(1, 2));
        assertThatThrownBy(() ->
                        ReadBack.of(FILE, new OnnxWriter().initializer(tooFew).toByteArray()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad ONNX file: model.onnx: tensor w: 8589934592 elements do not fit 2 bytes of varints;"
                        + " export it again");
        ProtoWriter tooMany = OnnxWriter.describe("w", 10, List.of(1L)).bytes(5, varints(1, 2));
        assertThatThrownBy(() ->
                        ReadBack.of(FILE, new OnnxWriter().initializer(tooMany).toByteArray()))
                .hasMessage("bad ONNX file: model.onnx: tensor w: its varints are more than 1; export it again");
        ProtoWriter raw = OnnxWriter.describe("w", 1, List.of(2L, 2L)).bytes(9, new byte[12]);
        assertThatThrownBy(() ->
                        ReadBack.of(FILE, new OnnxWriter().initializer(raw).toByteArray()))
                .hasMessage(
                        "bad ONNX file: model.onnx: tensor w: shape [2, 2] and type F32 need 16 bytes but it has 12;"
                                + " export it again");
        ProtoWriter none = OnnxWriter.describe("w", 1, List.of(2L, 2L));
        assertThatThrownBy(() ->
                        ReadBack.of(FILE, new OnnxWriter().initializer(none).toByteArray()))
                .hasMessage("bad ONNX file: model.onnx: tensor w: shape [2, 2] and type F32 need 16 bytes but it has 0;"
                        + " export it again");
        ProtoWriter mixed = OnnxWriter.describe("w", 6, List.of(1L)).bytes(4, new byte[4]);
        assertThatThrownBy(() ->
                        ReadBack.of(FILE, new OnnxWriter().initializer(mixed).toByteArray()))
                .hasMessage("bad ONNX file: model.onnx: tensor w: type I32 in data field 4; export it again");
        ProtoWriter overflowing =
                OnnxWriter.describe("w", 1, List.of(1L << 40, 1L << 40)).bytes(9, new byte[4]);
        assertThatThrownBy(() -> ReadBack.of(
                        FILE, new OnnxWriter().initializer(overflowing).toByteArray()))
                .hasMessage(
                        "bad shape: model.onnx: [1099511627776, 1099511627776] of tensor w is not the shape of a tensor;"
                                + " save it again");
    }

    @Test
    void constantNodesAreWeightsUnlessScalarsOrIntegers() throws Exception {
        OnnxWriter model = new OnnxWriter();
        model.node(constant("c", OnnxWriter.describe("", 1, List.of(2L, 3L)).bytes(9, MATRIX.data())));
        model.node(constant("scalar", OnnxWriter.describe("", 1, List.of()).bytes(9, new byte[4])));
        model.node(constant("axes", OnnxWriter.describe("", 7, List.of(1L)).bytes(9, new byte[8])));
        ReadBack read = ReadBack.of(FILE, model.toByteArray());
        assertThat(read.tensors().keySet()).containsExactly("c");
        assertThat(read.values("c")).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void externalDataIsReadFromBeside() throws Exception {
        byte[] data = new ByteSink().bytes(new byte[16]).bytes(MATRIX.data()).toByteArray();
        byte[] model = new OnnxWriter()
                .external("w", MATRIX, "weights/model.onnx_data", 16, 24)
                .toByteArray();
        ReadBack read = ReadBack.of(Map.of("onnx/model.onnx", model, "onnx/weights/model.onnx_data", data));
        assertThat(read.values("w")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.checkpoint().files()).containsExactly("onnx/model.onnx", "onnx/weights/model.onnx_data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret", "/etc/passwd", "a/../../b", "C:\\x", "\\\\server\\x", "", "a//b", "..\\x"})
    void externalDataOutsideTheFolderIsRefused(String location) {
        byte[] model = new OnnxWriter().external("w", MATRIX, location, 0, 24).toByteArray();
        assertThatThrownBy(() -> ReadBack.of(FILE, model))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("unsafe file name: model.onnx: it names '" + location
                        + "'; only files beside it may be named, do not trust this model");
    }

    @Test
    void externalDataMustHoldTheTensor() {
        for (long[] place : new long[][] {{1, 24}, {0, 23}, {-1, 24}, {Long.MAX_VALUE, 24}, {0, -24}}) {
            byte[] model = new OnnxWriter()
                    .external("w", MATRIX, "d", place[0], place[1])
                    .toByteArray();
            assertThatThrownBy(() -> ReadBack.of(Map.of(FILE, model, "d", MATRIX.data())))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage("bad ONNX file: model.onnx: tensor w: external data at " + place[0] + " of length "
                            + place[1] + " in d (24 bytes) does not hold shape [2, 3]; export it again");
        }
        byte[] model = new OnnxWriter().external("w", MATRIX, "d", 0, 24).toByteArray();
        byte[] pointer =
                "version https://git-lfs.github.com/spec/v1\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ReadBack.of(Map.of(
                        FILE,
                        new OnnxWriter().external("w", MATRIX, "d", 40, 24).toByteArray(),
                        "d",
                        pointer)))
                .hasMessageStartingWith("git-LFS pointer: d: ");
        assertThatThrownBy(() -> ReadBack.of(FILE, model)).hasMessageStartingWith("missing file: d: ");
    }

    @Test
    void packedIntegersAreRefused() {
        TestTensor packed = TestTensor.of(DType.I8, List.of(1L, 2L), 1, 2);
        OnnxWriter model = new OnnxWriter().initializer("onnx::MatMul_1_quantized", packed);
        model.initializer("onnx::MatMul_1_scale", TestTensor.f32(List.of(), 1));
        model.node("m", "MatMulInteger", List.of("x", "onnx::MatMul_1_quantized"), List.of("y"));
        assertThatThrownBy(() -> ReadBack.of(FILE, model.toByteArray()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "quantised ONNX file: model.onnx: its products are MatMulInteger on packed integers, not weight"
                                + " matrices; use the unquantised export (model.onnx)");
    }

    @Test
    void aFileWithoutGraphIsRefused() {
        assertThatThrownBy(
                        () -> ReadBack.of(FILE, new ProtoWriter().number(1, 8).toByteArray()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad ONNX file: model.onnx: it has no graph; export it again");
    }

    @Test
    void lengthsBeyondTheMessageAreRefused() {
        byte[] file = new ProtoWriter()
                .number(1, 8)
                .varint(7 << 3 | 2)
                .varint(1L << 60)
                .toByteArray();
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "malformed data: model.onnx: field 7 claims 1152921504606846976 bytes, 0 are left at byte 12;"
                                + " save it again");
    }

    private static ProtoWriter constant(String output, ProtoWriter tensor) {
        return OnnxWriter.describeNode("", "Constant", List.of(), List.of(output))
                .message(
                        5, new ProtoWriter().text(1, "value").message(5, tensor).number(20, 4));
    }

    private static byte[] varints(long... values) {
        ProtoWriter packed = new ProtoWriter();
        for (long value : values) {
            packed.varint(value);
        }
        return packed.toByteArray();
    }
}
