package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * ONNX: initializers and Constant nodes of the main graph. Exporters fold a Linear's weight into an anonymous [in, out]
 * initializer; its name is restored from the consuming node (see {@link OnnxNames}).
 */
final class Onnx implements WeightFormat {
    private static final int DEEPEST = 16;

    @Override
    public String title() {
        return "ONNX";
    }

    @Override
    public boolean recognises(byte[] head, long size) {
        return OnnxMagic.isModel(head, size);
    }

    @Override
    public boolean isNamed(byte[] head, String name) {
        return name.endsWith(".onnx");
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
                readGraph(model.message(), graph, "", 0);
                found = true;
            } else {
                model.skip();
            }
        }
        if (!found) {
            throw new MalformedWeightsException("bad ONNX file: " + name + ": it has no graph; export it again");
        }
        OnnxNames names = new OnnxNames(graph.nodes);
        Set<String> taken = new HashSet<>();
        graph.initializers.forEach(initializer -> taken.add(initializer.name));
        Map<OnnxTensor, String> inner = graph.names(taken);
        List<Tensor> tensors = new ArrayList<>();
        for (OnnxTensor initializer : graph.initializers) {
            OnnxNames.Named named = names.of(initializer.name, initializer.shape);
            // A module that is called twice may have two weights: the second keeps the name it has.
            String own = inner.getOrDefault(initializer, initializer.name);
            String unique = taken.add(named.name()) ? named.name() : own;
            tensors.add(initializer.tensor(files, source, opened).named(unique, named.orientation()));
        }
        names.refuseQuantised(name, graph.initializers.stream().map(i -> i.name).toList());
        return tensors;
    }

    /**
     * Reads a graph or, for the branches of an If and the body of a Loop or Scan, one inside a node's attribute.
     *
     * @param place of the graph, empty for the main one
     */
    private static void readGraph(Wire wire, Graph graph, String place, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw wire.bad("graphs nested more than " + DEEPEST + " deep");
        }
        while (wire.next()) {
            if (wire.field() == 5 && wire.type() == Wire.BYTES) {
                graph.add(OnnxTensor.parse(wire.message()), place);
            } else if (wire.field() == 1 && wire.type() == Wire.BYTES) {
                readNode(wire.message(), graph, place, depth);
            } else {
                wire.skip();
            }
        }
    }

    private static void readNode(Wire wire, Graph graph, String place, int depth) throws IOException {
        Node node = new Node();
        OnnxTensor constant = null;
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
                case 5 -> constant = attribute(wire.message(), constant, node, graph, place, depth);
                case 9 -> property(wire.message(), node.properties);
                default -> wire.skip();
            }
        }
        // Scalars and integers are part of the program, not parameters.
        boolean parameter = constant != null && !constant.shape.isEmpty() && FLOATS.contains(constant.dtype);
        if (node.operator.equals("Constant") && constant != null && parameter && !node.outputs.isEmpty()) {
            constant.name = node.outputs.get(0);
            graph.add(constant, place);
        }
        graph.nodes.add(node);
    }

    /** AttributeProto: name 1, i 3, t 5, g 6, graphs 11. Only tensors, transB and graphs matter here. */
    private static @Nullable OnnxTensor attribute(
            Wire wire, @Nullable OnnxTensor before, Node node, Graph graph, String place, int depth)
            throws IOException {
        OnnxTensor tensor = before;
        String name = "";
        long number = 0;
        while (wire.next()) {
            if (wire.field() == 1 && wire.type() == Wire.BYTES) {
                name = wire.text();
            } else if (wire.field() == 3 && wire.type() == Wire.VARINT) {
                number = wire.number();
            } else if (wire.field() == 5 && wire.type() == Wire.BYTES) {
                tensor = OnnxTensor.parse(wire.message());
            } else if ((wire.field() == 6 || wire.field() == 11) && wire.type() == Wire.BYTES) {
                String owner = node.name.isEmpty() ? node.operator : node.name;
                readGraph(wire.message(), graph, place + owner + "/" + name + "/", depth + 1);
            } else {
                wire.skip();
            }
        }
        if (name.equals("transB")) {
            node.transposed = number == 1;
        }
        return tensor;
    }

    static void property(Wire wire, Map<String, String> properties) throws IOException {
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
        final List<OnnxTensor> initializers = new ArrayList<>();
        final List<Node> nodes = new ArrayList<>();
        private final List<Inner> inner = new ArrayList<>();

        private record Inner(OnnxTensor tensor, String place) {}

        void add(OnnxTensor tensor, String place) {
            if (place.isEmpty()) {
                initializers.add(tensor);
            } else {
                inner.add(new Inner(tensor, place));
            }
        }

        /** Two branches may call their own weights alike: the later one's name begins with its place. */
        Map<OnnxTensor, String> names(Set<String> taken) {
            Map<OnnxTensor, String> names = new IdentityHashMap<>();
            for (Inner one : inner) {
                String name = one.tensor.name;
                names.put(one.tensor, taken.add(name) ? name : one.place + name);
                initializers.add(one.tensor);
            }
            return names;
        }
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
}
