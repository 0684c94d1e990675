package org.lowrank.spectral.matrix;

import java.util.List;
import org.lowrank.machine.memory.StridedBlock;

/**
 * A matrix in its stored precision, made of blocks that are stacked along one axis. Norms and singular values do not
 * change under transposition, so a weight stored as [in, out] is measured as it lies; the stack [Q; K; V] of three
 * such weights is then a stack along {@link Axis#COLUMNS}.
 *
 * @param blocks at least one; the same number of columns when stacked along ROWS, of rows when along COLUMNS
 * @param axis the axis along which the blocks follow one another
 */
public record StoredMatrix(List<StridedBlock> blocks, Axis axis) {
    /** The axis of a stack. */
    public enum Axis {
        /** Blocks lie below one another: [A; B]. */
        ROWS,
        /** Blocks lie beside one another: [A B]. */
        COLUMNS
    }

    /**
     * Checks that the blocks fit.
     *
     * @throws IllegalArgumentException if there are none or their shapes do not stack along the axis
     */
    public StoredMatrix {
        blocks = List.copyOf(blocks);
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("a matrix needs at least one block");
        }
        StridedBlock first = blocks.get(0);
        for (StridedBlock block : blocks) {
            boolean fits = axis == Axis.ROWS ? block.cols() == first.cols() : block.rows() == first.rows();
            if (!fits) {
                throw new IllegalArgumentException("blocks of " + first.rows() + " x " + first.cols() + " and "
                        + block.rows() + " x " + block.cols() + " do not stack along " + axis);
            }
        }
    }

    /** A matrix of one block. */
    public static StoredMatrix of(StridedBlock block) {
        return new StoredMatrix(List.of(block), Axis.ROWS);
    }

    /**
     * Rows as stored.
     *
     * @throws ArithmeticException beyond 2³¹ − 1
     */
    public int rows() {
        return axis == Axis.ROWS
                ? blocks.stream().mapToInt(StridedBlock::rows).reduce(0, Math::addExact)
                : blocks.get(0).rows();
    }

    /**
     * Columns as stored.
     *
     * @throws ArithmeticException beyond 2³¹ − 1
     */
    public int cols() {
        return axis == Axis.COLUMNS
                ? blocks.stream().mapToInt(StridedBlock::cols).reduce(0, Math::addExact)
                : blocks.get(0).cols();
    }
}
