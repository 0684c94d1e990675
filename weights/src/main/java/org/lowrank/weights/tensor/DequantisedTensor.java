package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.ElementType;

/**
 * A weight whose values are computed from several stored tensors: codes, scales, zero points.
 *
 * @param codes the name its codes are stored under
 * @param dtype what an element is before it is scaled
 * @param shape of the weight, not of the words its codes are packed in
 * @param file that holds the codes
 * @param storedBytes of the codes and all that belongs to them
 * @param elements the values, row-major
 */
public record DequantisedTensor(
        String name,
        String codes,
        DType dtype,
        List<Long> shape,
        String file,
        long storedBytes,
        Orientation orientation,
        Elements elements)
        implements Tensor {
    public DequantisedTensor {
        shape = List.copyOf(shape);
    }

    /** The same under the name it has in its file. */
    @Override
    public List<Tensor> sources() {
        return List.of(
                name.equals(codes)
                        ? this
                        : new DequantisedTensor(codes, codes, dtype, shape, file, storedBytes, orientation, elements));
    }

    @Override
    public Values open() throws IOException {
        ElementType type = elements.digits() <= 24 ? ElementType.F32 : ElementType.F64;
        return StoredValues.of(this, elements.open(), type);
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
