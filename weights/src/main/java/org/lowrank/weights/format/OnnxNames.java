package org.lowrank.weights.format;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor.Orientation;

/**
 * Module names of anonymous ONNX weights, from the node that multiplies by them:
 *
 * <ul>
 *   <li>the classic exporter names the node by its path: {@code /bert/encoder/layer.0/attention/self/query/MatMul};
 *   <li>the new exporter lists scopes in {@code pkg.torch.onnx.name_scopes}, the module second from the end;
 *   <li>else the bias added to the product, {@code query.bias}, names the module;
 *   <li>a fused com.microsoft Attention weight [hidden, 3·hidden] becomes {@code <layer>.attention.self.qkv.weight}.
 * </ul>
 */
final class OnnxNames {
    private static final Set<String> QUANTISED = Set.of(
            "MatMulInteger",
            "DynamicQuantizeMatMul",
            "MatMulNBits",
            "QLinearMatMul",
            "QAttention",
            "DequantizeLinear",
            "QGemm");

    private final Map<String, Onnx.Node> consumers = new HashMap<>();
    private final Map<String, Integer> inputIndex = new HashMap<>();
    private final Map<String, String> identities = new HashMap<>();
    private @Nullable String quantisedOperator;

    OnnxNames(List<Onnx.Node> nodes) {
        for (Onnx.Node node : nodes) {
            if (QUANTISED.contains(node.operator)) {
                quantisedOperator = node.operator;
            }
            for (int i = 0; i < node.inputs.size(); i++) {
                String input = node.inputs.get(i);
                // A product tells more than a transposition or addition; of several the first names the weight.
                Onnx.Node known = consumers.get(input);
                boolean better = known == null || (isProduct(node) && !isProduct(known));
                if (better && (isProduct(node) || Set.of("Transpose", "Add").contains(node.operator))) {
                    consumers.put(input, node);
                    inputIndex.put(input, i);
                }
            }
            if (node.operator.equals("Transpose") && node.inputs.size() == 1 && node.outputs.size() == 1) {
                identities.put(node.inputs.get(0), node.outputs.get(0));
            }
        }
    }

    private static boolean isProduct(Onnx.Node node) {
        return Set.of("MatMul", "Gemm", "FusedMatMul", "Attention").contains(node.operator);
    }

    /** A name and which axis is the output. */
    record Named(String name, Orientation orientation) {}

    Named of(String name, List<Long> shape) {
        if (shape.size() != 2) {
            return new Named(name, Orientation.UNKNOWN);
        }
        Onnx.Node node = consumers.get(name);
        if (node == null) {
            return new Named(name, Orientation.UNKNOWN);
        }
        if (node.operator.equals("Transpose")) {
            // Weight stored [out, in] and transposed in the graph.
            Onnx.Node product = consumers.get(identities.getOrDefault(name, ""));
            return new Named(product == null ? name : moduleName(name, product), Orientation.OUT_IN);
        }
        Integer index = inputIndex.get(name);
        if (index == null || index != 1) {
            return new Named(name, Orientation.UNKNOWN);
        }
        if (node.operator.equals("Attention")) {
            return new Named(attentionLayer(node) + ".attention.self.qkv.weight", Orientation.IN_OUT);
        }
        Orientation orientation = node.transposed ? Orientation.OUT_IN : Orientation.IN_OUT;
        return new Named(moduleName(name, node), orientation);
    }

    private String moduleName(String name, Onnx.Node node) {
        if (!isAnonymous(name)) {
            return name;
        }
        String scopes = node.properties.get("pkg.torch.onnx.name_scopes");
        if (scopes != null) {
            String[] names = scopes.replaceAll("[\\[\\]'\" ]", "").split(",");
            if (names.length >= 2) {
                return names[names.length - 2] + ".weight";
            }
        }
        String module = path(node.name);
        if (!module.isEmpty()) {
            return module + ".weight";
        }
        String bias = biasAfter(node);
        return bias == null ? name : bias.substring(0, bias.length() - ".bias".length()) + ".weight";
    }

    private static boolean isAnonymous(String name) {
        return name.startsWith("onnx::")
                || name.startsWith("val_")
                || name.matches("[_a-z]*\\d+")
                || !name.contains(".");
    }

    /** {@code /a/b/MatMul} to {@code a.b}; empty for a name that is no path. */
    private static String path(String nodeName) {
        int last = nodeName.lastIndexOf('/');
        return last <= 0 || !nodeName.startsWith("/")
                ? ""
                : nodeName.substring(1, last).replace('/', '.');
    }

    /** The layer of a fused attention: its own path, or that of the projection {@code …/attention/output/…} it feeds. */
    private String attentionLayer(Onnx.Node attention) {
        String own = path(attention.name);
        if (!own.isEmpty()) {
            return own.contains(".attention") ? own.substring(0, own.lastIndexOf(".attention")) : own;
        }
        for (String output : attention.outputs) {
            Onnx.Node next = consumers.get(output);
            String path = next == null ? "" : moduleName("", next);
            if (path.contains(".attention.")) {
                return path.substring(0, path.lastIndexOf(".attention."));
            }
        }
        return attention.name;
    }

    private @Nullable String biasAfter(Onnx.Node product) {
        for (String output : product.outputs) {
            Onnx.Node next = consumers.get(output);
            if (next != null && next.operator.equals("Add")) {
                for (String input : next.inputs) {
                    if (input.endsWith(".bias")) {
                        return input;
                    }
                }
            }
        }
        if (product.operator.equals("Gemm") && product.inputs.size() == 3) {
            String bias = product.inputs.get(2);
            return bias.endsWith(".bias") ? bias : null;
        }
        return null;
    }

    /** A graph that multiplies by packed integers holds no weight matrices. */
    void refuseQuantised(String file, List<String> initializers) throws MalformedWeightsException {
        if (quantisedOperator != null
                && initializers.stream()
                        .anyMatch(n -> n.endsWith("_quantized") || n.endsWith("_scale") || n.contains("_Q4"))) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "quantised ONNX file: " + file + ": its products are " + quantisedOperator
                            + " on packed integers, not weight matrices; use the unquantised export (model.onnx)");
        }
    }
}
