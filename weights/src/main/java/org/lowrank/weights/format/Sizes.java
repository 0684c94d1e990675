package org.lowrank.weights.format;

import java.util.List;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.BlockEncoding;
import org.lowrank.weights.tensor.DType;

/** Sizes computed from numbers in a file: they may be anything. */
final class Sizes {
    private Sizes() {}

    /** Number of elements. */
    static long elements(String file, String name, List<Long> shape) throws MalformedWeightsException {
        long elements = 1;
        try {
            for (long size : shape) {
                if (size < 0) {
                    throw new ArithmeticException("negative");
                }
                elements = Math.multiplyExact(elements, size);
            }
            return elements;
        } catch (ArithmeticException e) {
            throw bad(file, name, shape, "is not the shape of a tensor");
        }
    }

    /** Bytes of a tensor without gaps. Block-quantised rows must be whole blocks. */
    static long bytes(String file, String name, DType dtype, List<Long> shape) throws MalformedWeightsException {
        long elements = elements(file, name, shape);
        try {
            BlockEncoding block = BlockEncoding.of(dtype).orElse(null);
            if (block != null) {
                long row = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
                if (row % block.elementsPerBlock() != 0) {
                    throw bad(
                            file,
                            name,
                            shape,
                            "has rows that are no multiple of " + block.elementsPerBlock() + ", the block size of "
                                    + dtype);
                }
                return Math.multiplyExact(elements / block.elementsPerBlock(), (long) block.bytesPerBlock());
            }
            long bits = Math.multiplyExact(elements, (long) dtype.bits());
            if (bits % 8 != 0) {
                throw bad(file, name, shape, "is not a whole number of bytes of type " + dtype);
            }
            return bits / 8;
        } catch (ArithmeticException e) {
            throw bad(file, name, shape, "is not the shape of a tensor");
        }
    }

    private static MalformedWeightsException bad(String file, String name, List<Long> shape, String why) {
        return new MalformedWeightsException(
                "bad shape: " + file + ": " + shape + " of tensor " + name + " " + why + "; save it again");
    }
}
