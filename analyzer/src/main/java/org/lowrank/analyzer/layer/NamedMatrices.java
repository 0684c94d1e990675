package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * Weights without a role as matrices known by name: embeddings, heads, routers, convolutions, state-space projections. A
 * tensor of more than two dimensions is read as [out, in·k…], as a convolution multiplies; experts along a first axis one by
 * one.
 */
final class NamedMatrices {
    /** The stack of matrices without a role. */
    static final String STACK = "other";

    private final Set<String> names = new HashSet<>();
    private final List<String> reshaped = new ArrayList<>();

    /** The module's path, for the column {@code matrix}: the name without {@code .weight}. */
    static String path(String name) {
        return name.endsWith(".weight") ? name.substring(0, name.length() - ".weight".length()) : name;
    }

    /** Tensors read with other dimensions than they are stored with, by name. */
    List<String> reshaped() {
        return reshaped;
    }

    /** Why a tensor is no weight matrix, empty if it is one. */
    static Optional<String> reasonAgainst(Tensor tensor, boolean inLayer) {
        boolean matrix = tensor.shape().size() >= 2 && !tensor.shape().contains(0L);
        if (!matrix || SkipReason.isBuffer(tensor) || tensor.name().matches(".*lora_(A|B|embedding).*")) {
            return Optional.of(SkipReason.of(tensor, inLayer));
        }
        if (LayerAssembly.isPlainInteger(tensor)) {
            return Optional.of("stored as " + tensor.dtype() + ", no weights or quantised in a way that is not known");
        }
        return tensor instanceof StoredTensor stored && stored.storage().isEmpty()
                ? Optional.of("holds " + tensor.dtype() + ", not plain numbers")
                : Optional.empty();
    }

    /**
     * The matrices of one weight, one for most.
     *
     * @param layer its number, {@link MatrixId#NO_LAYER} outside any known layer
     */
    List<LayerMatrix> of(Tensor tensor, int layer) {
        List<Long> shape = tensor.shape();
        String name = tensor.name();
        String path = path(name);
        if (!names.add(path)) {
            path = name; // both x and x.weight
            names.add(path);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.contains("conv")) {
            while (shape.size() > 2 && shape.get(0) == 1) {
                shape = shape.subList(1, shape.size());
            }
        }
        if (shape.size() == 3 && (lower.contains("expert") || lower.contains("_exps"))) {
            List<LayerMatrix> experts = new ArrayList<>();
            for (long expert = 0; expert < shape.get(0); expert++) {
                experts.add(matrix(tensor, layer, path + ":E" + expert, shape.subList(1, 3), expert));
            }
            return experts;
        }
        if (shape.size() > 2) {
            reshaped.add(name);
        }
        return List.of(matrix(tensor, layer, path, shape, 0));
    }

    private static LayerMatrix matrix(Tensor tensor, int layer, String path, List<Long> shape, long index) {
        boolean inOut = tensor.orientation() == Tensor.Orientation.IN_OUT;
        long size = shape.stream().reduce(1L, Math::multiplyExact);
        long out = shape.get(inOut ? shape.size() - 1 : 0);
        long in = size / out;
        Tensor.View view =
                inOut ? new Tensor.View(index * size, in, out, out, 1) : new Tensor.View(index * size, out, in, in, 1);
        return new LayerMatrix(
                MatrixId.tensor(STACK, layer, path),
                out,
                in,
                List.of(new LayerMatrix.Part(tensor, List.of(view), inOut)));
    }
}
