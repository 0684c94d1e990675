package org.lowrank.analyzer.source.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.source.ModelFiles;
import org.lowrank.analyzer.source.ModelNotFoundException;
import org.lowrank.analyzer.tensor.DType;
import org.lowrank.analyzer.tensor.StoredTensor;
import org.lowrank.analyzer.tensor.Tensor;

/**
 * ONNX: initializers and Constant nodes of the main graph. Exporters fold a Linear's weight into an anonymous [in, out]
 * initializer; its name is restored from the consuming node (see {@link OnnxNames}).
 */
final class Onnx implements WeightFormat {
    @Override
    public String title() {
        return "ONNX";
    }

    @Override
    public boolean recognises(byte[] head, String name) {
        // ModelProto starts with ir_version (field 1, varint) in every exporter; the name decides what bytes cannot.
        return name.endsWith(".onnx") || (head.length > 2 && head[0] == 0x08 && head[2] == 0x12);
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        Graph graph = new Graph();
        Wire model = new Wire(source, 0, source.size());
        boolean found = false;
        while (model.next()) {
            if (model.field() == 7 && model.type() == Wire.BYTES) {
                readGraph(model.message(), graph);
                found = true;
            } else {
                model.skip();
            }
        }
        if (!found) {
            throw new MalformedWeightsException(
                    "bad ONNX file: " + name + ": it has no graph; export or download it again");
        }
        OnnxNames names = new OnnxNames(graph.nodes);
        Set<String> taken = new HashSet<>();
        graph.initializers.forEach(initializer -> taken.add(initializer.name));
        List<Tensor> tensors = new ArrayList<>();
        for (Initializer initializer : graph.initializers) {
            OnnxNames.Named named = names.of(initializer.name, initializer.shape);
            // A module that is called twice may have two weights: the second keeps the name it has.
            String unique = taken.add(named.name()) ? named.name() : initializer.name;
            tensors.add(initializer.tensor(files, source, opened).named(unique, named.orientation()));
        }
        names.refuseQuantised(name, graph.initializers.stream().map(i -> i.name).toList());
        return tensors;
    }

    private static void readGraph(Wire wire, Graph graph) throws IOException {
        while (wire.next()) {
            if (wire.field() == 5 && wire.type() == Wire.BYTES) {
                graph.initializers.add(Initializer.parse(wire.message()));
            } else if (wire.field() == 1 && wire.type() == Wire.BYTES) {
                readNode(wire.message(), graph);
            } else {
                wire.skip();
            }
        }
    }

    private static void readNode(Wire wire, Graph graph) throws IOException {
        Node node = new Node();
        Initializer constant = null;
        while (wire.next()) {
            if (wire.type() != Wire.BYTES) {
                wire.skip();
                continue;
            }
            switch (wire.field()) {
                case 1 -> node.inputs.add(wire.text());
                case 2 -> node.outputs.add(wire.text());
                case 3 -> node.name = wire.text();
                case 4 -> node.operator = wire.text();
                case 5 -> constant = attribute(wire.message(), constant, node);
                case 9 -> property(wire.message(), node.properties);
                default -> wire.skip();
            }
        }
        // Scalars and integers are part of the program, not parameters.
        boolean parameter = constant != null && !constant.shape.isEmpty() && FLOATS.contains(constant.dtype);
        if (node.operator.equals("Constant") && constant != null && parameter && !node.outputs.isEmpty()) {
            constant.name = node.outputs.get(0);
            graph.initializers.add(constant);
        }
        graph.nodes.add(node);
    }

    /** AttributeProto: name 1, i 3, t 5. Only tensors and transB matter here. */
    private static @Nullable Initializer attribute(Wire wire, @Nullable Initializer before, Node node)
            throws IOException {
        Initializer tensor = before;
        String name = "";
        long number = 0;
        while (wire.next()) {
            if (wire.field() == 1 && wire.type() == Wire.BYTES) {
                name = wire.text();
            } else if (wire.field() == 3 && wire.type() == Wire.VARINT) {
                number = wire.number();
            } else if (wire.field() == 5 && wire.type() == Wire.BYTES) {
                tensor = Initializer.parse(wire.message());
            } else {
                wire.skip();
            }
        }
        if (name.equals("transB")) {
            node.transposed = number == 1;
        }
        return tensor;
    }

    private static void property(Wire wire, Map<String, String> properties) throws IOException {
        String key = "";
        String value = "";
        while (wire.next()) {
            if (wire.field() == 1 && wire.type() == Wire.BYTES) {
                key = wire.text();
            } else if (wire.field() == 2 && wire.type() == Wire.BYTES) {
                value = wire.text();
            } else {
                wire.skip();
            }
        }
        properties.put(key, value);
    }

    private static final Set<DType> FLOATS = EnumSet.range(DType.F64, DType.F8_E8M0);

    private static final class Graph {
        final List<Initializer> initializers = new ArrayList<>();
        final List<Node> nodes = new ArrayList<>();
    }

    /** A node: what it computes, from what, and where in the module tree it came from. */
    static final class Node {
        String name = "";
        String operator = "";
        boolean transposed;
        final List<String> inputs = new ArrayList<>();
        final List<String> outputs = new ArrayList<>();
        final Map<String, String> properties = new HashMap<>();
    }

    /** TensorProto. */
    private static final class Initializer {
        String name = "";
        DType dtype = DType.OTHER;
        final List<Long> shape = new ArrayList<>();
        long dataAt = -1;
        long dataLength;
        int dataField;
        boolean external;
        final Map<String, String> place = new HashMap<>();

        static Initializer parse(Wire wire) throws IOException {
            Initializer tensor = new Initializer();
            while (wire.next()) {
                switch (wire.field()) {
                    case 1 -> tensor.readDims(wire);
                    case 2 -> tensor.dtype = dtype(wire.number());
                    case 8 -> tensor.name = wire.text();
                    case 4, 5, 7, 9, 10, 11 -> tensor.readData(wire);
                    case 13 -> property(wire.message(), tensor.place);
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
                        "shape " + shape + " and type " + dtype + " need " + expected + " bytes but it has "
                                + dataLength);
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
            return StoredTensor.plain(
                    name, dtype, List.copyOf(shape), new Bytes(source.name(), packed), 0, packed.length);
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
            return new MalformedWeightsException("bad ONNX file: " + source.name() + ": tensor " + name + ": " + why
                    + "; export or download it again");
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
}
