package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * A tensor under another name or with its dimensions taken together.
 *
 * @param name to be known by
 * @param shape of as many elements
 * @param tensor whose values they are
 */
record RelabelledTensor(String name, List<Long> shape, Tensor tensor) implements Tensor {
    @Override
    public DType dtype() {
        return tensor.dtype();
    }

    @Override
    public String file() {
        return tensor.file();
    }

    @Override
    public long storedBytes() {
        return tensor.storedBytes();
    }

    @Override
    public Orientation orientation() {
        return tensor.orientation();
    }

    @Override
    public List<Tensor> sources() {
        return tensor.sources();
    }

    @Override
    public Values open() throws IOException {
        return tensor.open();
    }

    // A tensor is a place in a file, not its description.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
