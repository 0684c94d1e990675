package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.ModulePath;
import org.lowrank.weights.tensor.Tensor;

/**
 * Finds the layers of a checkpoint: by the declarations of its {@code model_type}, or, where that is unknown, by the only
 * declaration whose names and shapes fit.
 */
public final class LayerCatalog {
    private LayerCatalog() {}

    /**
     * The layer matrices of a checkpoint, and every other tensor with the reason why it is in none.
     *
     * @throws MalformedWeightsException if the architecture is unknown, or a tensor is missing or has the wrong shape
     */
    public static ModelLayers resolve(Checkpoint checkpoint) throws MalformedWeightsException {
        JsonNode config = checkpoint.config();
        List<String> types = StackConfig.modelTypes(config);
        Map<Tensor, String> paths = new LinkedHashMap<>();
        checkpoint.tensors().forEach(tensor -> paths.put(tensor, ModulePath.of(tensor.name())));

        List<String> warnings = new ArrayList<>();
        List<LayerStack> declared = chosen(stacks(ArchitectureCatalog.of(types), paths));
        for (LayerStack stack : declared) {
            Optional<String> wrong = StackShapes.contradiction(stack, true);
            if (wrong.isPresent()) {
                throw new MalformedWeightsException("wrong shape: " + String.join(", ", checkpoint.files()) + ": "
                        + wrong.get() + "; the weights do not fit model_type " + String.join(", ", types)
                        + ", download them again");
            }
        }
        List<LayerStack> stacks = new ArrayList<>(declared);
        boolean several = types.size() > 1 && !types.contains("gguf");
        if (declared.isEmpty() || several) {
            declared.forEach(stack -> stack.placed().forEach(placed -> paths.remove(placed.tensor())));
            List<LayerStack> inferred = inferred(paths, types, checkpoint);
            inferred.forEach(
                    stack -> warnings.add("layers of " + stack.container() + " inferred from names and shapes as "
                            + stack.architecture().title() + ": " + reason(types)));
            stacks.addAll(inferred);
        }
        if (stacks.isEmpty()) {
            throw UnknownArchitecture.of(checkpoint, types);
        }
        return new LayerAssembly(checkpoint, warnings).assemble(stacks, new HashSet<>(declared));
    }

    private static String reason(List<String> types) {
        return types.isEmpty()
                ? "no config.json beside the weights"
                : "not declared for model_type " + String.join(", ", types);
    }

    /** Every stack that a declaration finds, complete or not. */
    private static List<LayerStack> stacks(List<Architecture> architectures, Map<Tensor, String> paths) {
        List<LayerStack> stacks = new ArrayList<>();
        for (Architecture architecture : architectures) {
            Map<String, LayerStack> byPrefix = new LinkedHashMap<>();
            paths.forEach((tensor, path) -> {
                Architecture.Place place = architecture.place(path);
                if (place != null) {
                    byPrefix.computeIfAbsent(place.prefix(), prefix -> new LayerStack(architecture, prefix))
                            .add(tensor, place);
                }
            });
            stacks.addAll(byPrefix.values());
        }
        return stacks;
    }

    /** The complete stacks that explain most, each tensor in one of them. */
    private static List<LayerStack> chosen(List<LayerStack> stacks) {
        List<LayerStack> sorted = stacks.stream()
                .filter(LayerStack::isComplete)
                .sorted(Comparator.comparingInt(LayerStack::size).reversed())
                .toList();
        List<LayerStack> chosen = new ArrayList<>();
        Set<Tensor> taken = new HashSet<>();
        for (LayerStack stack : sorted) {
            List<Tensor> tensors =
                    stack.placed().stream().map(LayerStack.Placed::tensor).toList();
            if (tensors.stream().noneMatch(taken::contains)) {
                taken.addAll(tensors);
                chosen.add(stack);
            }
        }
        return chosen;
    }

    /** As {@link #chosen}, over all declarations that names alone tell, where those that fit agree. */
    private static List<LayerStack> inferred(Map<Tensor, String> paths, List<String> types, Checkpoint checkpoint)
            throws MalformedWeightsException {
        List<LayerStack> fitting = stacks(ArchitectureCatalog.all(), paths).stream()
                .filter(stack -> stack.isComplete()
                        && StackShapes.contradiction(stack, false).isEmpty())
                .toList();
        List<LayerStack> chosen = chosen(fitting);
        for (LayerStack stack : chosen) {
            Set<String> readings = new TreeSet<>();
            Set<String> titles = new TreeSet<>();
            for (LayerStack other : fitting) {
                if (other.container().equals(stack.container()) && other.size() == stack.size()) {
                    readings.add(reading(other));
                    titles.add(other.architecture().title());
                }
            }
            boolean fused = stack.placed().stream()
                    .anyMatch(placed -> placed.place().role().kind() == Role.Kind.QKV);
            if (readings.size() > 1 || (fused && !stack.architecture().inferable())) {
                throw new MalformedWeightsException("unknown architecture: " + String.join(", ", checkpoint.files())
                        + ": "
                        + (types.isEmpty() ? "no model_type" : "model_type " + String.join(", ", types)) + ", and "
                        + stack.container() + " fits " + titles.stream().collect(Collectors.joining(" or "))
                        + ", which divide the fused Q, K, V differently; give config.json with its model_type");
            }
        }
        return chosen;
    }

    /** What would come out: roles, orientation and split. */
    private static String reading(LayerStack stack) {
        Architecture architecture = stack.architecture();
        boolean fused = stack.placed().stream()
                .anyMatch(placed -> placed.place().role().kind() == Role.Kind.QKV
                        || placed.place().role().kind() == Role.Kind.KV);
        return stack.placed().stream()
                        .map(placed ->
                                placed.tensor().name() + "=" + placed.place().role())
                        .sorted()
                        .collect(Collectors.joining(","))
                + architecture.inOut()
                + (fused ? architecture.split() : "");
    }
}
