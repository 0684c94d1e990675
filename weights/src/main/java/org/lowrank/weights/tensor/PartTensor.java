package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What is stored beside the codes of a quantised weight and makes it up with them.
 *
 * @param stored the scale, zero point, table, …
 * @param weight the weight's name
 */
public record PartTensor(StoredTensor stored, String weight) implements Tensor {
    @Override
    public Optional<String> partOf() {
        return Optional.of(weight);
    }

    @Override
    public String name() {
        return stored.name();
    }

    @Override
    public DType dtype() {
        return stored.dtype();
    }

    @Override
    public List<Long> shape() {
        return stored.shape();
    }

    @Override
    public String file() {
        return stored.file();
    }

    @Override
    public long storedBytes() {
        return stored.storedBytes();
    }

    @Override
    public Orientation orientation() {
        return stored.orientation();
    }

    @Override
    public Values open() throws IOException {
        return stored.open();
    }
}
