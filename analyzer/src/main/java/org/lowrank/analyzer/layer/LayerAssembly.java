package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.adapter.MergedTensor;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.DequantisedTensor;
import org.lowrank.weights.tensor.Tensor;

/** Puts the matrices of placed stacks together. */
final class LayerAssembly {
    /** Settings of models in which layers take keys and values from other layers. */
    private static final List<String> SHARED_KEYS =
            List.of("num_kv_shared_layers", "attention.shared_kv_layers", "use_cla", "attention_k_eq_v");

    private final Checkpoint checkpoint;
    private final List<String> warnings;
    private final boolean everything;
    private final Map<Tensor, String> unused = new IdentityHashMap<>();
    private final Set<Tensor> used = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<LayerMatrix> matrices = new ArrayList<>();
    private final NamedMatrices named = new NamedMatrices();
    private final List<LayerMatrix> heads = new ArrayList<>();

    /**
     * For one checkpoint.
     *
     * @param everything weights without a role are matrices too
     */
    LayerAssembly(Checkpoint checkpoint, List<String> warnings, boolean everything) {
        this.checkpoint = checkpoint;
        this.warnings = warnings;
        this.everything = everything;
    }

    /**
     * All matrices of these stacks.
     *
     * @param declared those whose {@code model_type} is declared: a part of a layer that is there must be whole
     */
    ModelLayers assemble(List<LayerStack> stacks, Set<LayerStack> declared) throws MalformedWeightsException {
        Map<LayerStack, String> names = StackNames.of(stacks);
        Map<LayerStack, StackConfig> configs = new LinkedHashMap<>();
        stacks.forEach(stack -> configs.put(
                stack, StackConfig.of(checkpoint.config(), names.getOrDefault(stack, stack.name()), stack.prefix())));
        LayerStack main = main(configs, names);
        Map<Tensor, Integer> layerOf = new IdentityHashMap<>();
        int layers = 0;
        for (Map.Entry<LayerStack, StackConfig> entry : configs.entrySet()) {
            LayerStack stack = entry.getKey();
            String name = names.getOrDefault(stack, stack.name());
            StackConfig config = entry.getValue();
            boolean own = config.hasOwnLayers(name) || stack == main;
            warnings.addAll(LayerDepth.ofNumber(stack, config.layers(name), own));
            warnings.addAll(LayerDepth.ofParts(stack));
            requireWholeParts(stack, config, declared.contains(stack));
            cut(stack, name, config, declared.contains(stack));
            Map<List<Integer>, Integer> numbers = stack.numbers();
            for (Map.Entry<List<Integer>, LayerStack.Layer> layer :
                    stack.layers().entrySet()) {
                int number = numbers.getOrDefault(layer.getKey(), MatrixId.NO_LAYER);
                layer.getValue().others().forEach(other -> layerOf.put(other.tensor(), number));
                layers += layer.getValue().placed().isEmpty()
                                && layer.getValue().others().stream()
                                        .allMatch(other -> other.path().startsWith("nextn"))
                        ? 0
                        : 1;
            }
        }
        List<ModelLayers.SkippedTensor> skipped = rest(layerOf);
        sayReshaped();
        matrices.sort(Comparator.comparing(LayerMatrix::id));
        return new ModelLayers(card(stacks, layers), List.copyOf(matrices), skipped, List.copyOf(warnings), heads);
    }

    /** The stack that the number of layers in config.json belongs to, where several could: one that fits it, or the largest. */
    private static @Nullable LayerStack main(Map<LayerStack, StackConfig> configs, Map<LayerStack, String> names) {
        LayerStack main = null;
        for (Map.Entry<LayerStack, StackConfig> entry : configs.entrySet()) {
            LayerStack stack = entry.getKey();
            if (!entry.getValue().hasOwnLayers(names.getOrDefault(stack, ""))
                    && (main == null || stack.layers().size() > main.layers().size())) {
                main = stack;
            }
        }
        return main;
    }

    /** A part of a layer that is there must be whole: half an attention is a checkpoint that lacks a tensor. */
    private void requireWholeParts(LayerStack stack, StackConfig config, boolean declared)
            throws MalformedWeightsException {
        Map<String, List<String>> lacking = new LinkedHashMap<>();
        for (Map.Entry<List<Integer>, LayerStack.Layer> layer : stack.layers().entrySet()) {
            List<String> missing = LayerParts.missing(layer.getValue().placed());
            if (missing.isEmpty()) {
                continue;
            }
            String here = "layer " + LayerDepth.dotted(layer.getKey()) + " of " + stack.container();
            Optional<String> shared =
                    Set.of("K", "V").containsAll(missing) ? config.says(SHARED_KEYS) : Optional.empty();
            if (declared && shared.isEmpty()) {
                throw new MalformedWeightsException("missing tensor: " + String.join(", ", checkpoint.files()) + ": "
                        + here + " has no " + String.join(", ", missing)
                        + ", which what else it has needs; save the whole model, or measure the matrices that are there by"
                        + " name with --matrices all");
            }
            lacking.computeIfAbsent(
                            " no " + String.join(", ", missing)
                                    + shared.map(key -> ": taken from another layer (" + key + ")")
                                            .orElse(""),
                            k -> new ArrayList<>())
                    .add(LayerDepth.dotted(layer.getKey()));
        }
        lacking.forEach((what, layers) -> warnings.add((layers.size() == 1 ? "layer " : "layers ")
                + String.join(", ", layers.subList(0, Math.min(8, layers.size()))) + (layers.size() > 8 ? ", …" : "")
                + " of " + stack.container() + (layers.size() == 1 ? " has" : " have") + what));
    }

    private void cut(LayerStack stack, String name, StackConfig config, boolean declared)
            throws MalformedWeightsException {
        StackShapes shapes = StackShapes.of(stack);
        WidthCheck widths = new WidthCheck(stack.architecture(), config, declared, warnings);
        boolean routed = stack.placed().stream()
                .anyMatch(placed -> placed.role().expert() || placed.role().expertAxis());
        Map<List<Integer>, Integer> numbers = stack.numbers();
        int gates = 0;
        for (Map.Entry<List<Integer>, LayerStack.Layer> layer : stack.layers().entrySet()) {
            int number = numbers.getOrDefault(layer.getKey(), MatrixId.NO_LAYER);
            LayerMatrices built = new LayerMatrices(name, number, stack, shapes, config, routed);
            built.reads(layer.getValue().placed());
            for (LayerStack.Placed placed : layer.getValue().placed()) {
                requireNumbers(placed.tensor());
                if (!built.add(placed)) {
                    unused.put(placed.tensor(), "a second matrix of its role in the layer");
                    warnings.add("two tensors for one role: " + placed.tensor().name() + " is left out");
                    continue;
                }
                used.add(placed.tensor());
                Optional<LayerMatrix> gate = built.queryGate(placed);
                if (gate.isPresent()) {
                    gates++;
                    if (everything) {
                        matrices.add(gate.get());
                    }
                }
            }
            List<LayerMatrix> cut = built.matrices().stream()
                    .sorted(Comparator.comparing(LayerMatrix::id))
                    .toList();
            widths.check(cut);
            matrices.addAll(cut);
            heads.addAll(built.heads());
        }
        if (gates > 0) {
            warnings.add(
                    "the query's tensor of " + gates + (gates == 1 ? " layer" : " layers") + " of " + stack.container()
                            + " holds a gate of the attention's output beside it: Q is the query's rows alone");
        }
    }

    /** Whether it holds whole numbers that no scale makes weights of. */
    static boolean isPlainInteger(Tensor tensor) {
        boolean integers = switch (tensor.dtype()) {
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
            default -> false;
        };
        Tensor weight = tensor instanceof MergedTensor merged ? merged.weight() : tensor;
        return integers && !(weight instanceof DequantisedTensor);
    }

    private static void requireNumbers(Tensor tensor) throws MalformedWeightsException {
        if (isPlainInteger(tensor)) {
            throw new MalformedWeightsException(
                    "not a weight matrix: " + tensor.name() + " in " + tensor.file() + ": stored as " + tensor.dtype()
                            + ", quantised in a way that is not known; use the unquantised model");
        }
    }

    private ModelLayers.ArchitectureCard card(List<LayerStack> stacks, int layers) {
        Optional<LayerStack> first = stacks.stream()
                .max(Comparator.comparingInt(stack -> stack.layers().size()));
        long heads = StackConfig.of(
                        checkpoint.config(),
                        first.map(LayerStack::name).orElse(""),
                        first.map(LayerStack::prefix).orElse(""))
                .heads();
        Map<DType, Long> weights = new LinkedHashMap<>();
        long parameters = 0;
        for (Tensor tensor : checkpoint.tensors()) {
            if (used.contains(tensor) || !SkipReason.isBuffer(tensor)) {
                long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
                weights.merge(tensor.dtype(), count, Long::sum);
                parameters += count;
            }
        }
        return new ModelLayers.ArchitectureCard(
                modelType(first),
                layers,
                dimension(true),
                dimension(false),
                heads > Integer.MAX_VALUE ? 0 : (int) heads,
                parameters,
                weights.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(DType.OTHER));
    }

    private String modelType(Optional<LayerStack> stack) {
        for (String key : List.of("model_type", "_class_name", "architecture")) {
            JsonNode declared = checkpoint.config().path(key);
            if (declared.isTextual() && !declared.asText().isBlank()) {
                return declared.asText();
            }
        }
        String gguf =
                checkpoint.config().path("gguf").path("general.architecture").asText("");
        if (!gguf.isEmpty()) {
            return gguf;
        }
        return stack.map(inferred -> inferred.architecture().types().get(0) + " (inferred)")
                .orElse("unknown");
    }

    /** The commonest input (model dimension) or output (FF dimension) of M1. */
    private long dimension(boolean input) {
        Map<Long, Long> counts = matrices.stream()
                .filter(matrix -> matrix.id().kind() == MatrixKind.M1)
                .collect(Collectors.groupingBy(
                        matrix -> input ? matrix.cols() : matrix.rows(), LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0L);
    }

    /** What no role has: measured by name where everything is wanted, listed with a reason otherwise. */
    private List<ModelLayers.SkippedTensor> rest(Map<Tensor, Integer> layerOf) {
        List<ModelLayers.SkippedTensor> skipped = new ArrayList<>();
        for (Tensor tensor : checkpoint.tensors()) {
            if (used.contains(tensor)) {
                continue;
            }
            boolean inLayer = layerOf.containsKey(tensor);
            String reason = unused.get(tensor);
            if (everything && reason == null) {
                Optional<String> against = NamedMatrices.reasonAgainst(tensor, inLayer);
                if (against.isEmpty()) {
                    matrices.addAll(named.of(tensor, layerOf.getOrDefault(tensor, MatrixId.NO_LAYER)));
                    used.add(tensor);
                    continue;
                }
                reason = against.get();
            }
            skipped.add(new ModelLayers.SkippedTensor(
                    tensor.name(),
                    tensor.dtype(),
                    tensor.shape(),
                    reason == null ? SkipReason.of(tensor, inLayer) : reason));
        }
        return skipped;
    }

    private void sayReshaped() {
        List<String> reshaped = named.reshaped();
        if (!reshaped.isEmpty()) {
            warnings.add(reshaped.size() + (reshaped.size() == 1 ? " tensor" : " tensors")
                    + " of more than two dimensions, " + reshaped.get(0)
                    + " for one, measured as the matrix [out, in·k…] that a convolution multiplies with");
        }
    }
}
