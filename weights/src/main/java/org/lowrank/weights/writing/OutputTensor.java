package org.lowrank.weights.writing;

import java.util.List;
import org.lowrank.weights.tensor.DType;

/**
 * A tensor to be written, known before its values are.
 *
 * @param name as it will stand in the file
 * @param dtype of whole bytes per element, as safetensors has them
 * @param shape outermost dimension first, empty for a scalar
 */
public record OutputTensor(String name, DType dtype, List<Long> shape) {
    /**
     * Checks that a safetensors file can hold it.
     *
     * @throws IllegalArgumentException if it cannot
     */
    public OutputTensor {
        shape = List.copyOf(shape);
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException("__metadata__ is safetensors' own name, a tensor cannot have it");
        }
        if (dtype.bits() < 8 || dtype.name().endsWith("FNUZ")) {
            throw new IllegalArgumentException("safetensors cannot hold " + name + " as " + dtype);
        }
        if (shape.stream().anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException(name + " cannot have shape " + shape);
        }
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Bytes of one element. */
    public int width() {
        return dtype.bits() / 8;
    }

    /** Number of bytes. */
    public long bytes() {
        return Math.multiplyExact(elements(), (long) width());
    }
}
