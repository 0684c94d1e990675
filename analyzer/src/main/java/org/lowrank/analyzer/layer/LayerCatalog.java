package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * Finds the layers of a checkpoint: by the declarations of its {@code model_type}, or, where that is unknown, by the only
 * declaration whose names and shapes fit; and, where every matrix is wanted, the others by name.
 */
public final class LayerCatalog {
    private final Checkpoint checkpoint;
    private final boolean everything;
    private final boolean part;
    private final List<String> types;
    private final List<String> warnings;

    private LayerCatalog(Checkpoint checkpoint, boolean everything, boolean part) {
        this.part = part;
        this.checkpoint = checkpoint;
        this.everything = everything;
        this.types = StackConfig.modelTypes(checkpoint.config());
        this.warnings = new ArrayList<>(ConfigProblems.of(checkpoint.config()));
    }

    /** The layer matrices of a checkpoint, as {@link #resolve(Checkpoint, LayerSelection)} finds them. */
    public static ModelLayers resolve(Checkpoint checkpoint) throws MalformedWeightsException {
        return resolve(checkpoint, LayerSelection.ALL);
    }

    /**
     * The layer matrices of a checkpoint, and every other tensor with the reason why it is in none. Where the selection asks
     * for every matrix ({@code --matrices all}), weights without a role are matrices too, known by their names, and what is
     * no known architecture is measured by name alone.
     *
     * @throws MalformedWeightsException if the architecture is unknown, or a tensor is missing or has the wrong shape
     */
    public static ModelLayers resolve(Checkpoint checkpoint, LayerSelection selection)
            throws MalformedWeightsException {
        return resolve(checkpoint, selection, false);
    }

    /** The same of a part of a model: where its architecture is unknown it has no layer matrices, and a warning says so. */
    static ModelLayers resolvePart(Checkpoint checkpoint, LayerSelection selection) throws MalformedWeightsException {
        return resolve(checkpoint, selection, true);
    }

    private static ModelLayers resolve(Checkpoint checkpoint, LayerSelection selection, boolean part)
            throws MalformedWeightsException {
        if (checkpoint.adapter().isPresent()) {
            throw new MalformedWeightsException("not a model: " + String.join(", ", checkpoint.files()) + ": "
                    + checkpoint.adapter().get().title() + "; merge it into its base model and analyze that");
        }
        LayerCatalog catalog = new LayerCatalog(checkpoint, selection.everything(), part);
        try {
            return catalog.resolve();
        } catch (MalformedWeightsException e) {
            if (!selection.everything()) {
                throw e;
            }
            List<String> warnings = new ArrayList<>(catalog.warnings);
            warnings.add("every matrix is known by its name alone: " + e.getMessage());
            return new LayerAssembly(checkpoint, new ArrayList<>(new LinkedHashSet<>(warnings)), true)
                    .assemble(List.of(), Set.of());
        }
    }

    private ModelLayers resolve() throws MalformedWeightsException {
        Map<Tensor, PathSegments> paths = new IdentityHashMap<>();
        Set<String> all = new HashSet<>();
        for (Tensor tensor : checkpoint.tensors()) {
            PathSegments path = PathSegments.of(tensor.name());
            paths.put(tensor, path);
            all.add(path.text());
        }
        List<LayerStack> declared = declared(paths, all);
        Set<Tensor> taken = new HashSet<>();
        declared.forEach(stack -> stack.placed().forEach(placed -> taken.add(placed.tensor())));
        List<LayerStack> stacks = new ArrayList<>(declared);
        boolean several = types.size() > 1 && !types.contains("gguf");
        if (declared.isEmpty() || several) {
            for (LayerStack stack : inferred(paths, all, taken)) {
                warnings.add("layers of " + stack.container() + " inferred from names and shapes as "
                        + stack.architecture().title() + ": " + reason());
                stacks.add(stack);
            }
        }
        boolean byName = stacks.isEmpty() && ArchitectureCatalog.isWithoutRoles(types);
        if (stacks.isEmpty() && !byName) {
            MalformedWeightsException unknown = UnknownArchitecture.of(checkpoint, types);
            if (!part || everything) {
                throw unknown;
            }
            warnings.add("no layer matrices: " + unknown.getMessage());
            return new LayerAssembly(checkpoint, warnings, false).assemble(List.of(), Set.of());
        }
        if (byName && !everything) {
            warnings.add(
                    "model_type " + String.join(", ", types) + " has neither attention nor a feed-forward part in a"
                            + " transformer's sense: its matrices are measured by name, as with --matrices all");
        }
        if (byName) {
            stacks = LayerPlacing.withoutRoles(ArchitectureCatalog.of(types), checkpoint.tensors(), paths, all);
        }
        stacks = LayerPlacing.complete(stacks, checkpoint.tensors(), paths, all);
        return new LayerAssembly(checkpoint, warnings, everything || byName).assemble(stacks, Set.copyOf(declared));
    }

    private String reason() {
        if (!types.isEmpty()) {
            return "not declared for model_type " + String.join(", ", types);
        }
        if (checkpoint.hasUnreadSettings()) {
            return "config.json could not be read";
        }
        boolean there = !checkpoint.config().isEmpty()
                || checkpoint.described().stream().anyMatch(name -> name.endsWith("config.json"));
        return there ? "config.json has no model_type" : "no config.json beside the weights";
    }

    /** The stacks that the declarations of this type explain; one in parts only where no other declaration has it whole. */
    private List<LayerStack> declared(Map<Tensor, PathSegments> paths, Set<String> all)
            throws MalformedWeightsException {
        List<LayerStack> usable =
                LayerPlacing.stacks(ArchitectureCatalog.of(types), checkpoint.tensors(), paths, all).stream()
                        .filter(LayerStack::isUsable)
                        .toList();
        List<LayerStack> chosen = LayerPlacing.chosen(usable);
        List<LayerStack> incomplete =
                chosen.stream().filter(stack -> !stack.isComplete()).toList();
        if (!incomplete.isEmpty()) {
            Set<Tensor> whole = new HashSet<>();
            for (LayerStack stack : LayerPlacing.fitting(checkpoint.tensors(), paths, all)) {
                stack.placed().forEach(placed -> whole.add(placed.tensor()));
            }
            List<LayerStack> kept = new ArrayList<>(chosen);
            for (LayerStack stack : incomplete) {
                if (stack.placed().stream().allMatch(placed -> whole.contains(placed.tensor()))) {
                    kept.remove(stack); // another declaration has all of it and more: it is inferred
                }
            }
            chosen = kept;
        }
        for (LayerStack stack : chosen) {
            String wrong = StackShapes.of(stack).contradiction(true).orElse(null);
            if (wrong != null) {
                throw new MalformedWeightsException("wrong shape: " + String.join(", ", checkpoint.files()) + ": "
                        + wrong + "; the weights do not fit model_type " + String.join(", ", types)
                        + ": mend config.json if it is not this model's");
            }
        }
        return chosen;
    }

    /** The complete stacks that some declaration explains by names and shapes, where those that fit agree. */
    private List<LayerStack> inferred(Map<Tensor, PathSegments> paths, Set<String> all, Set<Tensor> taken)
            throws MalformedWeightsException {
        List<Tensor> rest = checkpoint.tensors().stream()
                .filter(tensor -> !taken.contains(tensor))
                .toList();
        List<LayerStack> fitting = LayerPlacing.fitting(rest, paths, all);
        List<LayerStack> chosen = LayerPlacing.chosen(fitting);
        Map<String, List<LayerStack>> alike = new LinkedHashMap<>();
        fitting.forEach(stack -> alike.computeIfAbsent(stack.container() + " " + stack.size(), k -> new ArrayList<>())
                .add(stack));
        for (LayerStack stack : chosen) {
            LayerReadings.requireOne(
                    stack, alike.getOrDefault(stack.container() + " " + stack.size(), List.of()), checkpoint, types);
            String wrong = StackShapes.of(stack).contradiction(true).orElse(null);
            if (wrong != null) {
                throw new MalformedWeightsException("wrong shape: " + String.join(", ", checkpoint.files()) + ": "
                        + wrong + "; the layers were inferred from names, so this is an architecture of its own:"
                        + " --matrices all measures every matrix by name");
            }
        }
        return chosen;
    }
}
