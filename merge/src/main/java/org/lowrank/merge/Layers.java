package org.lowrank.merge;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.analyzer.layer.LayerCatalog;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.merge.recipe.TensorPlace;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** Which tensor lies in which layer, by the first number in its name, and which layer matrices it holds, by the catalogue. */
final class Layers {
    private static final Pattern NUMBER = Pattern.compile("(.*?)(?<=^|[./])(\\d{1,6})[./].*");

    private final Map<String, Integer> counts;
    private final Map<String, Set<String>> matricesOf = new HashMap<>();
    private final List<LayerMatrix> matrices;
    private final String unknown;

    private Layers(Map<String, Integer> counts, List<LayerMatrix> matrices, String unknown) {
        this.counts = counts;
        this.matrices = matrices;
        this.unknown = unknown;
    }

    static Layers of(Checkpoint checkpoint) {
        Layers layers = catalogued(checkpoint);
        for (LayerMatrix matrix : layers.matrices) {
            if (matrix.stackedFrom().isEmpty()) {
                matrix.parts()
                        .forEach(part -> layers.matricesOf
                                .computeIfAbsent(part.tensor().name(), name -> new HashSet<>())
                                .add(matrix.id().family()));
            }
        }
        return layers;
    }

    private static Layers catalogued(Checkpoint checkpoint) {
        try {
            return new Layers(
                    counts(checkpoint), LayerCatalog.resolve(checkpoint).matrices(), "");
        } catch (MalformedWeightsException e) {
            return new Layers(counts(checkpoint), List.of(), String.valueOf(e.getMessage()));
        }
    }

    /** The layer matrices, of the stacks the catalogue knows. */
    List<LayerMatrix> matrices() {
        return matrices;
    }

    /** Why the catalogue knows none, empty where it does. */
    String unknown() {
        return unknown;
    }

    TensorPlace place(String name) {
        Matcher number = NUMBER.matcher(name);
        Set<String> held = matricesOf.getOrDefault(name, Set.of());
        if (!number.matches()) {
            return new TensorPlace(name, -1, 0, held);
        }
        int layer = Integer.parseInt(number.group(2));
        int count = counts.getOrDefault(number.group(1), 1);
        return new TensorPlace(name, layer, count > 1 ? layer / (count - 1.0) : 1, held);
    }

    /** Numbers of layers by the path before the number. */
    static Map<String, Integer> counts(Checkpoint checkpoint) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Tensor tensor : checkpoint.tensors()) {
            Matcher number = NUMBER.matcher(tensor.name());
            if (number.matches()) {
                counts.merge(number.group(1), Integer.parseInt(number.group(2)) + 1, Math::max);
            }
        }
        return counts;
    }

    /** Whether a tensor is a matrix of a layer: by the catalogue where it knows the model, by its place and shape where not. */
    boolean isLayerMatrix(Tensor tensor) {
        boolean matrix = tensor.shape().size() == 2
                && tensor.shape().get(0) > 1
                && tensor.shape().get(1) > 1;
        return matrix
                && (matrices.isEmpty() ? place(tensor.name()).layer() >= 0 : matricesOf.containsKey(tensor.name()));
    }
}
