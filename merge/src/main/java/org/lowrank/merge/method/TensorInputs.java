package org.lowrank.merge.method;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One tensor in all models.
 *
 * @param name as it will be written
 * @param shape outermost dimension first
 * @param layerMatrix whether it is a matrix of a layer, so that its leading directions mean something
 * @param base the base model's, where there is one
 * @param models the others', in the recipe's order
 * @param parameters the recipe's numbers for this tensor
 */
public record TensorInputs(
        String name,
        List<Long> shape,
        boolean layerMatrix,
        Optional<Elements> base,
        List<Elements> models,
        TensorParameters parameters) {
    /** Elements read at a time: all arrays of a merge stay in a core's cache. Sums go chunk by chunk, so it is part of the result. */
    public static final int CHUNK = 1 << 14;

    /** Sees the elements of a chunk. */
    @FunctionalInterface
    interface Visitor {
        void visit(long first, int count, double[] values);
    }

    /** Number of elements. */
    public long count() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    int rows() {
        return Math.toIntExact(shape.get(0));
    }

    int cols() {
        return Math.toIntExact(shape.get(1));
    }

    Elements requiredBase() {
        return base.orElseThrow(() -> new IllegalStateException("no base model for " + name));
    }

    /** Passes over Δ = θ_model − θ_base. */
    void forEachDelta(int model, Visitor visitor) throws IOException {
        double[] delta = new double[CHUNK];
        double[] base = new double[CHUNK];
        for (long first = 0; first < count(); first += CHUNK) {
            int n = (int) Math.min(CHUNK, count() - first);
            models.get(model).read(first, n, delta);
            requiredBase().read(first, n, base);
            for (int i = 0; i < n; i++) {
                delta[i] -= base[i];
            }
            visitor.visit(first, n, delta);
        }
    }
}
