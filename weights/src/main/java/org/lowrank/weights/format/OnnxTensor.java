package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.StoredTensor;

/** A weight of a graph (onnx.proto, TensorProto): described on parsing, its values left where they lie. */
final class OnnxTensor {
    String name = "";
    DType dtype = DType.OTHER;
    final List<Long> shape = new ArrayList<>();
    long dataAt = -1;
    long dataLength;
    int dataField;
    boolean external;
    final Map<String, String> place = new HashMap<>();

    static OnnxTensor parse(Wire wire) throws IOException {
        OnnxTensor tensor = new OnnxTensor();
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> tensor.readDims(wire);
                case 2 -> tensor.dtype = dtype(wire.number());
                case 8 -> tensor.name = wire.text();
                case 4, 5, 7, 9, 10, 11 -> tensor.readData(wire);
                case 13 -> Onnx.property(wire.message(), tensor.place);
                case 14 -> tensor.external = wire.number() == 1;
                default -> wire.skip();
            }
        }
        return tensor;
    }

    private void readDims(Wire wire) throws IOException {
        if (wire.type() == Wire.VARINT) {
            addDim(wire, wire.number());
            return;
        }
        Wire packed = wire.message();
        while (packed.remaining() > 0) {
            addDim(packed, packed.varint());
        }
    }

    private void addDim(Wire wire, long dim) throws IOException {
        if (dim < 0) {
            throw wire.bad("a negative dimension");
        }
        shape.add(dim);
    }

    /**
     * raw_data 9, float_data 4 and double_data 10 lie as little-endian values; int32_data 5 (which holds small floats,
     * too), int64_data 7 and uint64_data 11 are varints.
     */
    private void readData(Wire wire) throws IOException {
        if (wire.type() != Wire.BYTES) {
            throw wire.bad("tensor data that is not packed");
        }
        dataField = wire.field();
        Wire data = wire.message();
        dataAt = data.position();
        dataLength = data.remaining();
    }

    StoredTensor tensor(ModelFiles files, ByteSource source, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        long elements = Sizes.elements(source.name(), name, shape);
        long expected = Sizes.bytes(source.name(), name, dtype, shape);
        if (dtype == DType.OTHER) {
            return StoredTensor.plain(name, dtype, List.copyOf(shape), source, Math.max(0, dataAt), dataLength);
        }
        if (external) {
            return externalTensor(files, source, opened, expected);
        }
        boolean fits = switch (dataField) {
            case 4 -> dtype == DType.F32;
            case 10 -> dtype == DType.F64;
            case 5, 7, 11 -> dtype != DType.F32 && dtype != DType.F64;
            default -> true;
        };
        if (!fits) {
            throw bad(source, "type " + dtype + " in data field " + dataField);
        }
        if (dataField == 5 || dataField == 7 || dataField == 11) {
            return varints(source, elements, dtype.bits() / 8);
        }
        if (dataLength != expected) {
            throw bad(
                    source,
                    "shape " + shape + " and type " + dtype + " need " + expected + " bytes but it has " + dataLength);
        }
        return StoredTensor.plain(name, dtype, List.copyOf(shape), source, Math.max(0, dataAt), dataLength);
    }

    /** Integers and small floats without raw_data sit one per varint: unpacked into memory. */
    private StoredTensor varints(ByteSource source, long elements, int width) throws IOException {
        // Every varint has at least one byte: a shape the data cannot fill allocates nothing.
        if (elements > dataLength || elements > Integer.MAX_VALUE / 8) {
            throw bad(source, elements + " elements do not fit " + dataLength + " bytes of varints");
        }
        byte[] packed = new byte[(int) elements * width];
        Wire wire = new Wire(source, dataAt, dataAt + dataLength);
        for (int i = 0; i < elements; i++) {
            long bits = wire.varint();
            for (int b = 0; b < width; b++) {
                packed[width * i + b] = (byte) (bits >> (8 * b));
            }
        }
        if (wire.remaining() != 0) {
            throw bad(source, "its varints are more than " + elements);
        }
        return StoredTensor.plain(name, dtype, List.copyOf(shape), new Bytes(source.name(), packed), 0, packed.length);
    }

    private StoredTensor externalTensor(ModelFiles files, ByteSource source, OpenFiles opened, long expected)
            throws IOException, ModelNotFoundException {
        String location = place.getOrDefault("location", "");
        String folder = source.name().contains("/")
                ? source.name().substring(0, source.name().lastIndexOf('/') + 1)
                : "";
        ByteSource data = opened.open(files, folder + FileNames.safe(location, source.name()));
        long offset = number(source, "offset", 0);
        long length = number(source, "length", expected);
        if (length != expected || offset < 0 || offset > data.size() - length) {
            Unreadable.refuse(data, Unreadable.head(data));
            throw bad(
                    source,
                    "external data at " + offset + " of length " + length + " in " + location + " (" + data.size()
                            + " bytes) does not hold shape " + shape);
        }
        return StoredTensor.plain(name, dtype, List.copyOf(shape), data, offset, length);
    }

    private long number(ByteSource source, String key, long otherwise) throws MalformedWeightsException {
        String text = place.get(key);
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw bad(source, "external data with " + key + " '" + text + "'");
        }
    }

    private MalformedWeightsException bad(ByteSource source, String why) {
        return new MalformedWeightsException(
                "bad ONNX file: " + source.name() + ": tensor " + name + ": " + why + "; export it again");
    }

    private static DType dtype(long code) {
        return switch ((int) code) {
            case 1 -> DType.F32;
            case 2 -> DType.U8;
            case 3 -> DType.I8;
            case 4 -> DType.U16;
            case 5 -> DType.I16;
            case 6 -> DType.I32;
            case 7 -> DType.I64;
            case 9 -> DType.BOOL;
            case 10 -> DType.F16;
            case 11 -> DType.F64;
            case 12 -> DType.U32;
            case 13 -> DType.U64;
            case 16 -> DType.BF16;
            case 17 -> DType.F8_E4M3;
            case 18 -> DType.F8_E4M3FNUZ;
            case 19 -> DType.F8_E5M2;
            case 20 -> DType.F8_E5M2FNUZ;
            case 24 -> DType.F8_E8M0;
            default -> DType.OTHER;
        };
    }
}
