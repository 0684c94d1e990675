package org.lowrank.inference.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.lowrank.inference.description.Transformer;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.ModulePath;
import org.lowrank.weights.tensor.Tensor;

/**
 * A checkpoint's tensors by module. The base model's modules stand under one prefix (none, {@code transformer.},
 * {@code model.}…), which is where the first layer is; heads stand at any place above.
 */
final class TensorNames {
    private final Map<String, Tensor> byPath;
    private final String prefix;
    private final String files;

    private TensorNames(Map<String, Tensor> byPath, String prefix, String files) {
        this.byPath = byPath;
        this.prefix = prefix;
        this.files = files;
    }

    static TensorNames of(Checkpoint checkpoint, Transformer transformer) throws MalformedWeightsException {
        Map<String, Tensor> byPath = new HashMap<>();
        for (Tensor tensor : checkpoint.tensors()) {
            byPath.put(path(tensor.name()), tensor);
        }
        String files = String.join(", ", checkpoint.files());
        if (byPath.containsKey("rope_freqs")) {
            throw new MalformedWeightsException("cannot run this model: " + files
                    + ": its tensor rope_freqs stretches positions, which is not described for GGUF; "
                    + "give the model as safetensors");
        }
        String wanted = transformer.layer().path(0, transformer.sizes().layers()) + "."
                + transformer.layer().attention().projections().o();
        Set<String> prefixes = new TreeSet<>();
        for (String path : byPath.keySet()) {
            if (path.equals(wanted) || path.endsWith("." + wanted)) {
                prefixes.add(path.substring(0, path.length() - wanted.length()));
            }
        }
        if (prefixes.size() != 1) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "cannot run this model: " + files + ": "
                            + (prefixes.isEmpty()
                                    ? "no tensor " + wanted + ".weight, which model_type " + transformer.type() + " has"
                                    : "several stacks of layers, under " + String.join(", ", prefixes))
                            + "; check model_type in config.json");
        }
        return new TensorNames(byPath, prefixes.iterator().next(), files);
    }

    /** {@code x.LayerNorm.gamma} is {@code x.LayerNorm}, {@code x.LayerNorm.beta} is {@code x.LayerNorm.bias}. */
    private static String path(String name) {
        String path = ModulePath.of(name);
        if (path.endsWith(".gamma")) {
            return path.substring(0, path.length() - ".gamma".length());
        }
        return path.endsWith(".beta") ? path.substring(0, path.length() - "beta".length()) + "bias" : path;
    }

    /** The weight of a module of the base model. */
    Optional<Tensor> find(String module) {
        return Optional.ofNullable(byPath.get(prefix + module));
    }

    /**
     * The same where it must be there.
     *
     * @throws MalformedWeightsException if it is not
     */
    Tensor get(String module) throws MalformedWeightsException {
        Optional<Tensor> found = find(module);
        if (found.isEmpty()) {
            throw missing(prefix + module);
        }
        return found.get();
    }

    /** The first of these that is there. */
    Tensor first(List<String> modules) throws MalformedWeightsException {
        for (String module : modules) {
            Optional<Tensor> found = find(module);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw missing(prefix + modules.get(0));
    }

    /** A module of a head: beside the base model, or in it. */
    Optional<Tensor> findAbove(String module) {
        String place = prefix;
        while (true) {
            Tensor found = byPath.get(place + module);
            if (found != null || place.isEmpty()) {
                return Optional.ofNullable(found);
            }
            int dot = place.lastIndexOf('.', place.length() - 2);
            place = place.substring(0, dot + 1);
        }
    }

    /** The names from the place on where a module of a head stands. */
    TensorNames above(String module) {
        String place = prefix;
        while (!place.isEmpty() && !byPath.containsKey(place + module)) {
            place = place.substring(0, place.lastIndexOf('.', place.length() - 2) + 1);
        }
        return new TensorNames(byPath, place, files);
    }

    MalformedWeightsException missing(String path) {
        return new MalformedWeightsException("missing tensor: " + files + ": no " + path
                + ", which config.json's model_type has; download the model again");
    }
}
