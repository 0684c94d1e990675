package org.lowrank.weights.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where the elements of an array lie in its storage: index (i0, i1, …) is storage element
 * {@code offset + i0 * strides[0] + i1 * strides[1] + …}.
 *
 * @param offset in elements, at least 0
 * @param strides in elements, one per dimension, at least 0
 */
public record Layout(long offset, List<Long> strides) {
    public Layout {
        strides = List.copyOf(strides);
        if (offset < 0 || strides.stream().anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException("negative offset or stride: " + offset + ", " + strides);
        }
    }

    /** Row-major without gaps. The number of elements must fit a long. */
    public static Layout contiguous(long offset, List<Long> shape) {
        if (shape.contains(0L)) {
            return new Layout(offset, Collections.nCopies(shape.size(), 1L));
        }
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            strides.add(stride);
            stride = Math.multiplyExact(stride, shape.get(d));
        }
        Collections.reverse(strides);
        return new Layout(offset, strides);
    }

    /** Whether the elements follow one another in row-major order without gaps. */
    public boolean isContiguous(List<Long> shape) {
        List<Long> plain = contiguous(0, shape).strides;
        for (int d = 0; d < shape.size(); d++) {
            if (shape.get(d) > 1 && !plain.get(d).equals(strides.get(d))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Elements of storage up to and including the last one used, 0 for an empty array.
     *
     * @throws ArithmeticException if that is no long
     */
    public long extent(List<Long> shape) {
        long last = offset;
        for (int d = 0; d < shape.size(); d++) {
            if (shape.get(d) == 0) {
                return 0;
            }
            last = Math.addExact(last, Math.multiplyExact(shape.get(d) - 1, strides.get(d)));
        }
        return Math.addExact(last, 1);
    }

    /** The storage element of row-major index {@code index}. */
    long locate(long index, List<Long> shape) {
        long rest = index;
        long element = offset;
        for (int d = shape.size() - 1; d >= 0; d--) {
            long size = shape.get(d);
            element += rest % size * strides.get(d);
            rest /= size;
        }
        return element;
    }
}
