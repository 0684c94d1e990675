package org.lowrank.weights.scheme;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.weights.tensor.DequantisedTensor;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PartTensor;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * Weights that are stored as what they are computed from, as PyTorch does it: the weight the model multiplies with takes the
 * place of its parts, under its own name.
 *
 * <ul>
 *   <li>Weight normalisation, {@code weight_g} and {@code weight_v} or {@code parametrizations.weight.original0} and
 *       {@code original1}: W = g · v/‖v‖, the norm over all axes but the one that g runs along.
 *   <li>Pruning, {@code weight_orig} and {@code weight_mask}: W = their product.
 *   <li>Spectral normalisation, {@code weight_orig} with {@code weight_u} and {@code weight_v}, or
 *       {@code parametrizations.weight.original} with {@code 0._u} and {@code 0._v}: W = original/(uᵀ original v).
 *   <li>{@code parametrizations.weight.original} with a LoRA beside it or nothing: the original.
 * </ul>
 */
public final class Reparametrisation {
    private static final Pattern PARAMETRISED =
            Pattern.compile("(?<stem>(?:.*\\.)?)parametrizations\\.(?<name>[^.]+)\\.(?<part>original[01]?)");
    private static final Pattern SUFFIXED =
            Pattern.compile("(?<stem>(?:.*\\.)?)(?<name>weight[a-z0-9_]*)_(?<part>g|orig)");

    /** What a parametrization keeps beside the original: {@code parametrizations.weight.0.lora_A}. */
    private static final Pattern COMPANION =
            Pattern.compile("(?<owner>(?:.*\\.)?parametrizations\\.[^.]+)\\.(?!original)(?:[^.]+\\.)*(?<part>[^.]+)");

    private final Map<String, StoredTensor> stored = new HashMap<>();
    private final Set<String> lora = new HashSet<>();
    private final Set<String> others = new HashSet<>();
    private final Map<String, String> partOf = new HashMap<>();
    private final Map<String, List<String>> kinds = new LinkedHashMap<>();

    private Reparametrisation(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (tensor instanceof StoredTensor plain) {
                stored.put(plain.name(), plain);
            }
            Matcher companion = COMPANION.matcher(tensor.name());
            if (companion.matches()) {
                (companion.group("part").startsWith("lora_") ? lora : others).add(companion.group("owner"));
            }
        }
    }

    /**
     * Tensors with their reparametrised weights composed.
     *
     * @param tensors the same, weights in place of what they are computed from
     * @param warnings one per kind of reparametrisation
     */
    public record Resolved(List<Tensor> tensors, List<String> warnings) {}

    /** Finds reparametrised weights among a model's tensors. Values are computed when a weight is opened. */
    public static Resolved resolve(List<Tensor> tensors) {
        boolean any = tensors.stream()
                .anyMatch(tensor -> PARAMETRISED.matcher(tensor.name()).matches()
                        || SUFFIXED.matcher(tensor.name()).matches());
        return any ? new Reparametrisation(tensors).compose(tensors) : new Resolved(tensors, List.of());
    }

    private Resolved compose(List<Tensor> tensors) {
        Map<String, Tensor> weights = new HashMap<>();
        for (Tensor tensor : tensors) {
            if (tensor instanceof StoredTensor plain) {
                weight(plain).ifPresent(weight -> weights.put(plain.name(), weight));
            }
        }
        List<Tensor> resolved = new ArrayList<>();
        for (Tensor tensor : tensors) {
            Tensor weight = weights.get(tensor.name());
            String owner = partOf.get(tensor.name());
            if (weight != null) {
                resolved.add(weight);
            } else if (owner != null && tensor instanceof StoredTensor plain) {
                resolved.add(new PartTensor(plain, owner));
            } else {
                resolved.add(tensor);
            }
        }
        List<String> warnings = new ArrayList<>();
        kinds.forEach((kind, names) -> warnings.add(names.size() + (names.size() == 1 ? " weight is" : " weights are")
                + " stored reparametrised, " + names.get(0) + " for one: measured as " + kind));
        return new Resolved(List.copyOf(resolved), warnings);
    }

    /** The weight whose main part this tensor is, empty if it is none. */
    private Optional<Tensor> weight(StoredTensor tensor) {
        Matcher parametrised = PARAMETRISED.matcher(tensor.name());
        if (parametrised.matches()) {
            String name = parametrised.group("stem") + parametrised.group("name");
            String owner = parametrised.group("stem") + "parametrizations." + parametrised.group("name");
            return switch (parametrised.group("part")) {
                case "original1" -> normalised(name, part(owner + ".original0"), tensor);
                case "original" -> original(name, owner, tensor);
                default -> Optional.empty();
            };
        }
        if (tensor.name().endsWith("_v")) {
            String name = tensor.name().substring(0, tensor.name().length() - 2);
            return name.substring(name.lastIndexOf('.') + 1).startsWith("weight") && !stored.containsKey(name + "_orig")
                    ? normalised(name, part(name + "_g"), tensor)
                    : Optional.empty();
        }
        Matcher suffixed = SUFFIXED.matcher(tensor.name());
        if (!suffixed.matches() || suffixed.group("part").equals("g")) {
            return Optional.empty();
        }
        String name = suffixed.group("stem") + suffixed.group("name");
        Optional<StoredTensor> mask = part(name + "_mask");
        if (mask.isPresent() && mask.get().shape().equals(tensor.shape())) {
            return Optional.of(composed(
                    name,
                    tensor,
                    Elements.of(tensor).times(Elements.of(mask.get())),
                    List.of(mask.get()),
                    "the original times its mask (pruned)"));
        }
        return spectral(name, tensor, part(name + "_u"), part(name + "_v"));
    }

    private Optional<StoredTensor> part(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    private Optional<Tensor> original(String name, String owner, StoredTensor tensor) {
        Optional<StoredTensor> left = part(owner + ".0._u");
        Optional<StoredTensor> right = part(owner + ".0._v");
        if (left.isPresent() && right.isPresent()) {
            return spectral(name, tensor, left, right);
        }
        if (others.contains(owner)) {
            return Optional.empty(); // a function of the original that its name does not tell
        }
        return Optional.of(composed(
                name,
                tensor,
                Elements.of(tensor),
                List.of(),
                lora.contains(owner) ? "the original; the LoRA beside it is left out" : "the original"));
    }

    /** g · v/‖v‖. */
    private Optional<Tensor> normalised(String name, Optional<StoredTensor> scales, StoredTensor direction) {
        if (scales.isEmpty()) {
            return Optional.empty();
        }
        List<Long> shape = direction.shape();
        List<Long> sizes = scales.get().shape();
        int axis = -1;
        for (int d = 0; d < sizes.size(); d++) {
            if (sizes.get(d) != 1) {
                if (axis >= 0 || sizes.size() != shape.size() || !sizes.get(d).equals(shape.get(d))) {
                    return Optional.empty();
                }
                axis = d;
            }
        }
        if (direction.elements() == 0) {
            return Optional.empty();
        }
        long count = axis < 0 ? 1 : shape.get(axis);
        long after = 1;
        for (int d = axis + 1; axis >= 0 && d < shape.size(); d++) {
            after *= shape.get(d);
        }
        List<Long> blocks = new ArrayList<>(shape);
        if (axis >= 0) {
            blocks.set(axis, 1L);
        }
        Elements factors = Elements.of(scales.get())
                .over(Elements.sliceNorms(direction, count, axis < 0 ? direction.elements() : after));
        return Optional.of(composed(
                name,
                direction,
                Elements.of(direction).times(factors.spread(Spread.grid(shape, blocks))),
                List.of(scales.get()),
                "g · v/‖v‖ (weight normalisation)"));
    }

    /** W/(uᵀ W v). */
    private Optional<Tensor> spectral(
            String name, StoredTensor original, Optional<StoredTensor> left, Optional<StoredTensor> right) {
        if (left.isEmpty() || right.isEmpty() || original.shape().isEmpty()) {
            return Optional.empty();
        }
        long rows = original.shape().get(0);
        boolean fits =
                left.get().elements() == rows && rows > 0 && right.get().elements() == original.elements() / rows;
        if (!fits) {
            return Optional.empty();
        }
        Elements sigma = Elements.bilinear(left.get(), original, right.get()).spread(Spread.all(original.shape()));
        return Optional.of(composed(
                name,
                original,
                Elements.of(original).over(sigma),
                List.of(left.get(), right.get()),
                "the original over uᵀ W v (spectral normalisation)"));
    }

    private Tensor composed(String name, StoredTensor main, Elements elements, List<StoredTensor> parts, String kind) {
        kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(name);
        long bytes = main.storedBytes();
        for (StoredTensor part : parts) {
            bytes += part.storedBytes();
            partOf.put(part.name(), name);
        }
        return new DequantisedTensor(
                name, main.name(), main.dtype(), main.shape(), main.file(), bytes, main.orientation(), elements);
    }
}
