package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;

/**
 * Factors that 8-bit weights are multiplied with: one per tensor, per row, or per block of {@code block} elements.
 *
 * @param factors tensor of the factors
 * @param grid number of blocks along each dimension of the weight
 * @param block size of a block along each dimension of the weight
 */
public record Scale(Tensor factors, List<Long> grid, List<Long> block) {
    public Scale {
        grid = List.copyOf(grid);
        block = List.copyOf(block);
    }

    /** Reads the factors. */
    Factors read() throws IOException {
        long count = grid.stream().reduce(1L, Math::multiplyExact);
        double[] values = new double[Math.toIntExact(count)];
        try (Tensor.Values stored = factors.open()) {
            int at = 0;
            for (StridedBlock part : stored.matrix(Tensor.View.contiguous(1, count))) {
                for (int i = 0; i < part.cols(); i++) {
                    values[at++] = value(part, i);
                }
            }
        }
        return new Factors(values, grid, block);
    }

    private static double value(StridedBlock part, int i) {
        ElementType type = part.type();
        int position = i * type.bytes();
        return switch (type) {
            case F64 -> part.data().getDouble(position);
            case F32 -> part.data().getFloat(position);
            case F16 -> SmallFloats.f16(part.data().getShort(position));
            case BF16 -> SmallFloats.bf16(part.data().getShort(position));
        };
    }

    /** The factors in memory. */
    record Factors(double[] values, List<Long> grid, List<Long> block) {
        /** Multiplies elements index, index + step, … of one innermost row of an array of the given shape. */
        void apply(List<Long> shape, long index, long step, int count, double[] run, int at) {
            int last = shape.size() - 1;
            long rest = index;
            long column = last < 0 ? 0 : rest % shape.get(last);
            rest = last < 0 ? 0 : rest / shape.get(last);
            long cell = 0;
            long cells = last < 0 ? 1 : grid.get(last);
            for (int d = last - 1; d >= 0; d--) {
                cell += rest % shape.get(d) / block.get(d) * cells;
                cells *= grid.get(d);
                rest /= shape.get(d);
            }
            long width = last < 0 ? 1 : block.get(last);
            for (int i = 0; i < count; i++) {
                run[at + i] *= values[(int) (cell + (column + i * step) / width)];
            }
        }
    }
}
