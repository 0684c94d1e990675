package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.weights.tensor.Tensor;

/**
 * Which matrices are wanted.
 *
 * @param layers ranges of layer numbers, all where empty
 * @param kinds names without expert and cross mark, all where empty
 * @param everything weights without a role too, by name
 * @param include patterns of tensor names, all where empty
 * @param exclude patterns of tensor names that are left out
 * @param heads the forms of single attention heads too
 */
public record LayerSelection(
        List<Range> layers,
        Set<String> kinds,
        boolean everything,
        List<Glob> include,
        List<Glob> exclude,
        boolean heads) {
    /** Every matrix with a role. */
    public static final LayerSelection ALL = new LayerSelection(List.of(), Set.of(), false, List.of(), List.of());

    private static final String HEADS_ARE =
            "heads: QK is W_Qᵀ W_K and OV is W_O W_V of one head, of rank at most the head's"
                    + " dimension, without biases, scaling and normalisation; a model with rotary positions turns queries and keys by"
                    + " their distance before they are multiplied, so that its QK form is this one only at distance 0";
    private static final String NO_HEADS =
            "heads: none are told apart here: config.json does not say how many there are, or"
                    + " queries and keys read different inputs (latent attention), or the heads' rows do not lie together";

    /** The kinds there are. */
    public static final List<String> KINDS = List.of("Q", "K", "V", "QKV", "O", "M1", "M2", "GATE");

    private static final String EVERYTHING = "ALL";
    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

    public LayerSelection {
        layers = List.copyOf(layers);
        kinds = java.util.Collections.unmodifiableSet(new java.util.TreeSet<>(kinds)); // in an order that is printed
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /** Without single heads. */
    public LayerSelection(
            List<Range> layers, Set<String> kinds, boolean everything, List<Glob> include, List<Glob> exclude) {
        this(layers, kinds, everything, include, exclude, false);
    }

    /** The same with or without single heads. */
    public LayerSelection withHeads(boolean wanted) {
        return new LayerSelection(layers, kinds, everything, include, exclude, wanted);
    }

    /** Layers {@code first} to {@code last}, both included. */
    public record Range(int first, int last) {}

    /**
     * Reads {@code 0-5,11} and {@code Q,K,M1}.
     *
     * @throws IllegalArgumentException in one line if one of them is malformed
     */
    public static LayerSelection parse(Optional<String> layers, Optional<String> kinds) {
        List<Range> ranges = new ArrayList<>();
        for (String part : parts(layers)) {
            Matcher range = RANGE.matcher(part);
            if (!range.matches()) {
                throw new IllegalArgumentException(
                        "--layers: '" + part + "': no layer or range; write for instance 0-5,11");
            }
            int first = Integer.parseInt(range.group(1));
            int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
            if (last < first) {
                throw new IllegalArgumentException(
                        "--layers: '" + part + "': ends before it starts; write for instance 0-5");
            }
            ranges.add(new Range(first, last));
        }
        Set<String> names = new LinkedHashSet<>();
        for (String part : parts(kinds)) {
            String name = part.toUpperCase(Locale.ROOT);
            if (!KINDS.contains(name) && !name.equals(EVERYTHING)) {
                throw new IllegalArgumentException("--matrices: '" + part + "': unknown matrix; choose from "
                        + String.join(",", KINDS) + " or all");
            }
            names.add(name);
        }
        boolean everything = names.contains(EVERYTHING);
        return new LayerSelection(ranges, everything ? Set.of() : names, everything, List.of(), List.of());
    }

    /** The same, of tensors whose names fit one of the first patterns (all where there are none) and none of the second. */
    public LayerSelection withNames(List<String> included, List<String> excluded) {
        return new LayerSelection(
                layers,
                kinds,
                everything,
                included.stream().map(Glob::of).toList(),
                excluded.stream().map(Glob::of).toList());
    }

    private static List<String> parts(Optional<String> list) {
        return list.map(text -> List.of(text.strip().split("\\s*,\\s*"))).orElse(List.of());
    }

    /** Whether a matrix is wanted; experts and cross-attention go with their kind. */
    public boolean includes(LayerMatrix matrix) {
        return inLayers(matrix)
                && (kinds.isEmpty() || kinds.contains(matrix.id().kind().name()))
                && matrix.parts().stream().allMatch(part -> named(part.tensor().name()));
    }

    private boolean inLayers(LayerMatrix matrix) {
        return layers.isEmpty()
                || layers.stream().anyMatch(range -> range.first() <= matrix.layer() && matrix.layer() <= range.last());
    }

    private boolean named(String tensor) {
        return (include.isEmpty() || include.stream().anyMatch(glob -> glob.matches(tensor)))
                && exclude.stream().noneMatch(glob -> glob.matches(tensor));
    }

    /** The wanted matrices; tensors that are in none of them join the skipped ones. */
    public ModelLayers apply(ModelLayers model) {
        if (layers.isEmpty() && kinds.isEmpty() && include.isEmpty() && exclude.isEmpty()) {
            return model;
        }
        List<LayerMatrix> wanted =
                new ArrayList<>(model.matrices().stream().filter(this::includes).toList());
        List<String> warnings = new ArrayList<>(model.warnings());
        if (heads) {
            List<LayerMatrix> forms =
                    model.heads().stream().filter(this::inLayers).toList();
            wanted.addAll(forms);
            wanted.sort(Comparator.comparing(LayerMatrix::id));
            warnings.add(forms.isEmpty() ? NO_HEADS : HEADS_ARE);
        }
        Set<Tensor> read = new HashSet<>();
        wanted.forEach(matrix ->
                matrix.parts().forEach(part -> read.addAll(part.tensor().sources())));
        Set<Tensor> left = new LinkedHashSet<>();
        model.matrices()
                .forEach(matrix ->
                        matrix.parts().forEach(part -> left.addAll(part.tensor().sources())));
        left.removeAll(read);
        List<ModelLayers.SkippedTensor> skipped = new ArrayList<>(model.skipped());
        for (Tensor tensor : left) {
            skipped.add(new ModelLayers.SkippedTensor(
                    tensor.name(), tensor.dtype(), tensor.shape(), "not selected by " + options()));
        }
        return new ModelLayers(model.card(), wanted, skipped, warnings, model.heads());
    }

    private String options() {
        return include.isEmpty() && exclude.isEmpty()
                ? "--layers or --matrices"
                : "--layers, --matrices, --include or --exclude";
    }
}
