package org.lowrank.inference.engine;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.lowrank.inference.description.QkvSplit;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** Reads matrices into memory as float32 [out, in], those of several modules below one another, with their biases. */
final class MatrixLoader {
    private final TensorNames names;
    private final NDManager memory;
    private final boolean inOut;
    private final boolean randomised;

    /**
     * A loader.
     *
     * @param inOut whether matrices are stored [in, out] where their format does not tell
     * @param randomised whether they are replaced by Gaussian numbers
     */
    MatrixLoader(TensorNames names, NDManager memory, boolean inOut, boolean randomised) {
        this.names = names;
        this.memory = memory;
        this.inOut = inOut;
        this.randomised = randomised;
    }

    /**
     * Rows of a module for a joined matrix.
     *
     * @param rows of the stored matrix
     * @param order the stored rows in the order wanted
     */
    record Source(String module, int rows, List<QkvSplit.Rows> order) {
        static Source whole(String module, int rows) {
            return new Source(module, rows, List.of(new QkvSplit.Rows(0, rows)));
        }
    }

    /** Modules below one another as one, with a bias where any of them has one. */
    Parts.Linear linear(List<Source> sources, int cols, List<FloatStore> stores) throws IOException {
        long rows = sources.stream().mapToLong(Source::rows).sum();
        FloatStore weight = keep(FloatStore.allocate(memory, rows, cols), stores);
        FloatBuffer target = weight.floats();
        boolean biased = false;
        for (Source source : sources) {
            int first = target.position();
            put(source, cols, target);
            if (randomised) {
                GaussianFill.replace(target.slice(first, target.position() - first), source.module());
            }
            biased |= names.find(source.module() + ".bias").isPresent();
        }
        if (!biased) {
            return new Parts.Linear(weight, null);
        }
        FloatStore bias = keep(FloatStore.allocate(memory, 1, rows), stores);
        FloatBuffer numbers = bias.floats();
        for (Source source : sources) {
            putBias(source, numbers);
        }
        return new Parts.Linear(weight, bias);
    }

    private void put(Source source, int cols, FloatBuffer target) throws IOException {
        Tensor tensor = names.get(source.module());
        boolean turned = transposed(tensor);
        List<Long> expected =
                turned ? List.of((long) cols, (long) source.rows()) : List.of((long) source.rows(), (long) cols);
        check(tensor, expected);
        try (Tensor.Values values = tensor.open()) {
            if (!turned) {
                for (QkvSplit.Rows rows : source.order()) {
                    Widening.rows(values, rows.start(), rows.count(), cols, target);
                }
                return;
            }
            FloatBuffer whole = target.slice(target.position(), source.rows() * cols);
            Widening.transposed(values, cols, source.rows(), whole);
            target.position(target.position() + source.rows() * cols);
            if (source.order().size() > 1) {
                throw new MalformedWeightsException("cannot split fused matrix: " + tensor.file() + ": " + tensor.name()
                        + " is stored [in, out]; save the model as safetensors");
            }
        }
    }

    private void putBias(Source source, FloatBuffer target) throws IOException {
        Optional<Tensor> bias = names.find(source.module() + ".bias");
        if (bias.isEmpty()) {
            for (int i = 0; i < source.rows(); i++) {
                target.put(0);
            }
            return;
        }
        check(bias.get(), List.of((long) source.rows()));
        try (Tensor.Values values = bias.get().open()) {
            for (QkvSplit.Rows rows : source.order()) {
                Widening.entries(values, rows.start(), rows.count(), target);
            }
        }
    }

    /** Whether a matrix is stored [in, out]. */
    boolean transposed(Tensor tensor) {
        return switch (tensor.orientation()) {
            case IN_OUT -> true;
            case OUT_IN -> false;
            case UNKNOWN -> inOut;
        };
    }

    /** Refuses a tensor of another shape. */
    static void check(Tensor tensor, List<Long> expected) throws MalformedWeightsException {
        if (!tensor.shape().equals(expected)) {
            throw new MalformedWeightsException("wrong shape: " + tensor.file() + ": " + tensor.name() + " is "
                    + tensor.shape() + " where config.json asks for " + expected + "; check config.json");
        }
    }

    /** Notes a store among those that its owner closes. */
    static FloatStore keep(FloatStore store, List<FloatStore> stores) {
        stores.add(store);
        return store;
    }
}
