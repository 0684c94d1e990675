package org.lowrank.weights.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Which group's value belongs to which element: element (i0, i1, …) of an array has the value at
 * {@code Σ (i_d / block_d) · stride_d} of the groups, or at {@code Σ … + group(i_last) · stride_last} where groups are
 * listed by column.
 *
 * @param shape of the array
 * @param block elements that share a value along each axis, at least 1; where {@code columns} lists groups, the last is
 *     their number
 * @param strides of the groups along each axis, in groups
 * @param columns the group of each index of the last axis
 */
public record Spread(List<Long> shape, List<Long> block, List<Long> strides, Optional<StoredTensor> columns) {
    public Spread {
        shape = List.copyOf(shape);
        block = List.copyOf(block);
        strides = List.copyOf(strides);
    }

    /** Groups stored row-major in a grid of as many axes as the array. */
    public static Spread grid(List<Long> shape, List<Long> block) {
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            strides.add(stride);
            stride = Math.multiplyExact(stride, (shape.get(d) + block.get(d) - 1) / block.get(d));
        }
        Collections.reverse(strides);
        return new Spread(shape, block, strides, Optional.empty());
    }

    /** One value for all. */
    public static Spread all(List<Long> shape) {
        return grid(shape, shape.stream().map(size -> Math.max(1, size)).toList());
    }

    /** Values of {@code block} elements each, counted over the array as one row. */
    public static Spread flat(long elements, long block) {
        return grid(List.of(elements), List.of(block));
    }
}
