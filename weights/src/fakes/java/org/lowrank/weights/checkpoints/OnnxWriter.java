package org.lowrank.weights.checkpoints;

import java.util.List;
import java.util.Map;
import org.lowrank.weights.tensor.DType;

/** An ONNX model: initializers and nodes (onnx/onnx.proto). */
public final class OnnxWriter {
    private final ProtoWriter graph = new ProtoWriter();

    /** A model of initializers only. */
    public static byte[] bytes(Map<String, TestTensor> tensors) {
        OnnxWriter writer = new OnnxWriter();
        tensors.forEach(writer::initializer);
        return writer.toByteArray();
    }

    /** An initializer with raw_data. */
    public OnnxWriter initializer(String name, TestTensor tensor) {
        return initializer(
                describe(name, dataType(tensor.dtype()), tensor.shape()).bytes(9, tensor.data()));
    }

    /** An initializer in a file beside the model. */
    public OnnxWriter external(String name, TestTensor tensor, String location, long offset, long length) {
        ProtoWriter proto = describe(name, dataType(tensor.dtype()), tensor.shape());
        proto.message(13, property("location", location));
        proto.message(13, property("offset", String.valueOf(offset)));
        proto.message(13, property("length", String.valueOf(length)));
        return initializer(proto.number(14, 1));
    }

    /** Any TensorProto. */
    public OnnxWriter initializer(ProtoWriter tensor) {
        graph.message(5, tensor);
        return this;
    }

    /** A node without attributes. */
    public OnnxWriter node(String name, String operator, List<String> inputs, List<String> outputs) {
        return node(describeNode(name, operator, inputs, outputs));
    }

    /** Any NodeProto. */
    public OnnxWriter node(ProtoWriter node) {
        graph.message(1, node);
        return this;
    }

    /** NodeProto of name, operator, inputs and outputs. */
    public static ProtoWriter describeNode(String name, String operator, List<String> inputs, List<String> outputs) {
        ProtoWriter node = new ProtoWriter();
        inputs.forEach(input -> node.text(1, input));
        outputs.forEach(output -> node.text(2, output));
        return node.text(3, name).text(4, operator);
    }

    /** TensorProto of dims, data_type and name. */
    public static ProtoWriter describe(String name, int dataType, List<Long> shape) {
        ProtoWriter proto = new ProtoWriter();
        shape.forEach(dim -> proto.number(1, dim));
        return proto.number(2, dataType).text(8, name);
    }

    /** StringStringEntryProto. */
    public static ProtoWriter property(String key, String value) {
        return new ProtoWriter().text(1, key).text(2, value);
    }

    /** ModelProto. */
    public byte[] toByteArray() {
        return new ProtoWriter()
                .number(1, 8)
                .text(2, "test")
                .message(7, graph.text(2, "main"))
                .message(8, new ProtoWriter().number(2, 17))
                .toByteArray();
    }

    /** TensorProto.DataType. */
    public static int dataType(DType dtype) {
        return switch (dtype) {
            case F32 -> 1;
            case U8 -> 2;
            case I8 -> 3;
            case U16 -> 4;
            case I16 -> 5;
            case I32 -> 6;
            case I64 -> 7;
            case BOOL -> 9;
            case F16 -> 10;
            case F64 -> 11;
            case U32 -> 12;
            case U64 -> 13;
            case BF16 -> 16;
            case F8_E4M3 -> 17;
            case F8_E4M3FNUZ -> 18;
            case F8_E5M2 -> 19;
            case F8_E5M2FNUZ -> 20;
            case F8_E8M0 -> 24;
            default -> throw new IllegalArgumentException("ONNX has no " + dtype);
        };
    }
}
