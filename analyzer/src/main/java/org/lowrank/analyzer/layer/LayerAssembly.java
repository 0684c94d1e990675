package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.DequantisedTensor;
import org.lowrank.weights.tensor.ModulePath;
import org.lowrank.weights.tensor.Tensor;

/** Puts the matrices of placed stacks together. */
final class LayerAssembly {
    private final Checkpoint checkpoint;
    private final List<String> warnings;
    private final Map<Tensor, String> unused = new LinkedHashMap<>();
    private final Set<Tensor> used = new HashSet<>();

    LayerAssembly(Checkpoint checkpoint, List<String> warnings) {
        this.checkpoint = checkpoint;
        this.warnings = warnings;
    }

    /**
     * All matrices of these stacks.
     *
     * @param declared those whose {@code model_type} is declared: they must be complete in every layer
     */
    ModelLayers assemble(List<LayerStack> stacks, Set<LayerStack> declared) throws MalformedWeightsException {
        List<LayerMatrix> matrices = new ArrayList<>();
        Map<LayerStack, String> names = names(stacks);
        int layers = 0;
        for (LayerStack stack : stacks) {
            String name = names.getOrDefault(stack, stack.name());
            StackConfig config = StackConfig.of(checkpoint.config(), name, stack.prefix());
            checkLayers(stack, name, config, declared.contains(stack));
            layers += stack.layers().size();
            matrices.addAll(matrices(stack, name, config));
        }
        matrices.sort(Comparator.comparing(LayerMatrix::id));
        return new ModelLayers(card(stacks, layers, matrices), matrices, skipped(stacks), warnings);
    }

    /** One word per stack, told apart by the end of their prefixes where the words are the same. */
    private static Map<LayerStack, String> names(List<LayerStack> stacks) {
        Map<LayerStack, String> names = new LinkedHashMap<>();
        Set<String> taken = new HashSet<>();
        for (LayerStack stack : stacks) {
            String name = stack.name();
            String segment = stack.prefix().substring(stack.prefix().lastIndexOf('.') + 1);
            if (taken.contains(name) && !segment.isEmpty()) {
                name = segment;
            }
            for (int copy = 2; !taken.add(name); copy++) {
                name = stack.name() + copy;
            }
            names.put(stack, name);
        }
        return names;
    }

    private void checkLayers(LayerStack stack, String name, StackConfig config, boolean declared)
            throws MalformedWeightsException {
        Set<Integer> numbers = new LinkedHashSet<>();
        for (Map.Entry<List<Integer>, List<LayerStack.Placed>> layer :
                stack.layers().entrySet()) {
            numbers.add(layer.getKey().get(0));
            String here = "layer "
                    + layer.getKey().stream().map(String::valueOf).collect(Collectors.joining(".")) + " of "
                    + stack.container();
            List<String> missing = new ArrayList<>();
            LayerStack.missing(layer.getValue()).forEach(kind -> missing.add(kind.name()));
            missing.addAll(LayerStack.missingOfExperts(layer.getValue()));
            for (boolean ofExperts : new boolean[] {false, true}) {
                if (LayerStack.lacksGate(layer.getValue(), ofExperts)
                        && stack.layers().values().stream().anyMatch(other -> LayerStack.hasGate(other, ofExperts))) {
                    warnings.add(here + " has no GATE, which other layers have");
                }
            }
            if (!missing.isEmpty()) {
                String what = here + " has no " + String.join(", ", missing);
                if (declared) {
                    throw new MalformedWeightsException("missing tensor: " + String.join(", ", checkpoint.files())
                            + ": " + what + "; the checkpoint is incomplete, download it again");
                }
                warnings.add(what);
            }
        }
        boolean simple =
                stack.layers().firstKey().size() == 1 && !stack.architecture().shared();
        long expected = config.layers(name);
        for (int layer = 0; simple && layer < Math.max(expected, numbers.size()); layer++) {
            if (!numbers.contains(layer)) {
                throw new MalformedWeightsException("missing layer: " + String.join(", ", checkpoint.files()) + ": "
                        + stack.container() + " has " + numbers.size() + " layers, but not layer " + layer
                        + (expected > 0 ? " of the " + expected + " in config.json" : "")
                        + "; the checkpoint is incomplete, download it again");
            }
        }
        if (simple && expected > 0 && numbers.size() > expected) {
            warnings.add(stack.container() + " has " + numbers.size() + " layers, config.json says " + expected);
        }
    }

    private List<LayerMatrix> matrices(LayerStack stack, String name, StackConfig config)
            throws MalformedWeightsException {
        List<LayerMatrix> matrices = new ArrayList<>();
        int rank = 0;
        for (Map.Entry<List<Integer>, List<LayerStack.Placed>> layer :
                stack.layers().entrySet()) {
            int number = layer.getKey().size() == 1 ? layer.getKey().get(0) : rank;
            rank++;
            LayerMatrices built = new LayerMatrices(name, number, stack.architecture(), config);
            for (LayerStack.Placed placed : layer.getValue()) {
                requireNumbers(placed.tensor());
                if (built.add(placed)) {
                    used.add(placed.tensor());
                } else {
                    unused.put(placed.tensor(), "a second matrix of its role in the layer");
                    warnings.add("two tensors for one role: " + placed.tensor().name() + " is left out");
                }
            }
            matrices.addAll(built.matrices());
        }
        return matrices;
    }

    private static void requireNumbers(Tensor tensor) throws MalformedWeightsException {
        boolean integers = switch (tensor.dtype()) {
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
            default -> false;
        };
        boolean scaled = tensor instanceof DequantisedTensor;
        if (integers && !scaled) {
            throw new MalformedWeightsException(
                    "not a weight matrix: " + tensor.name() + " in " + tensor.file() + ": stored as " + tensor.dtype()
                            + ", quantised in a way that is not known; use the unquantised model");
        }
    }

    private ModelLayers.ArchitectureCard card(List<LayerStack> stacks, int layers, List<LayerMatrix> matrices) {
        LayerStack first = stacks.stream()
                .max(Comparator.comparingInt(stack -> stack.layers().size()))
                .orElseThrow();
        StackConfig config = StackConfig.of(checkpoint.config(), first.name(), first.prefix());
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
                dimension(matrices, true),
                dimension(matrices, false),
                (int) config.heads(),
                parameters,
                weights.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(DType.OTHER));
    }

    private String modelType(LayerStack stack) {
        String declared = checkpoint.config().path("model_type").asText("");
        if (!declared.isEmpty()) {
            return declared;
        }
        String gguf =
                checkpoint.config().path("gguf").path("general.architecture").asText("");
        return gguf.isEmpty() ? stack.architecture().types().get(0) + " (inferred)" : gguf;
    }

    /** The commonest input (model dimension) or output (FF dimension) of M1. */
    private static long dimension(List<LayerMatrix> matrices, boolean input) {
        Map<Long, Long> counts = matrices.stream()
                .filter(matrix -> matrix.id().kind() == MatrixKind.M1)
                .collect(Collectors.groupingBy(
                        matrix -> input ? matrix.cols() : matrix.rows(), LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0L);
    }

    private List<ModelLayers.SkippedTensor> skipped(List<LayerStack> stacks) {
        List<ModelLayers.SkippedTensor> skipped = new ArrayList<>();
        for (Tensor tensor : checkpoint.tensors()) {
            if (!used.contains(tensor)) {
                String path = ModulePath.of(tensor.name());
                boolean inLayer = stacks.stream()
                        .anyMatch(stack -> path.startsWith(
                                stack.container().substring(0, stack.container().indexOf('#'))));
                String reason = unused.getOrDefault(tensor, SkipReason.of(tensor, inLayer));
                skipped.add(new ModelLayers.SkippedTensor(tensor.name(), tensor.dtype(), tensor.shape(), reason));
            }
        }
        return skipped;
    }
}
