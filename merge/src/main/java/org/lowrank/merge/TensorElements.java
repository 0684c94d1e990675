package org.lowrank.merge;

import java.io.IOException;
import java.util.List;
import org.lowrank.machine.memory.Conversion;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.merge.method.Elements;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** The elements of an opened tensor in row-major order; NaN and infinities are named. For one thread. */
final class TensorElements implements Elements, AutoCloseable {
    private static final Conversion CONVERSION = Conversion.fastest();

    private final Tensor tensor;
    private final String model;
    private final long count;
    private final Tensor.Values values;
    private final List<StridedBlock> blocks;

    private TensorElements(Tensor tensor, String model, long count, Tensor.Values values, List<StridedBlock> blocks) {
        this.tensor = tensor;
        this.model = model;
        this.count = count;
        this.values = values;
        this.blocks = blocks;
    }

    /** Opens a tensor with at least one element. */
    static TensorElements open(Tensor tensor, String model) throws IOException {
        long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        List<Long> shape = tensor.shape();
        long cols = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
        Tensor.Values values = tensor.open();
        try {
            List<StridedBlock> blocks =
                    count == 0 ? List.of() : values.matrix(Tensor.View.contiguous(count / cols, cols));
            return new TensorElements(tensor, model, count, values, blocks);
        } catch (IOException | RuntimeException | Error e) {
            values.close();
            throw e;
        }
    }

    @Override
    public long count() {
        return count;
    }

    /** Whether all of them lie as single-precision numbers in the file, so that {@link #floats} gives them. */
    boolean areFloats() {
        return blocks.stream().allMatch(block -> block.type() == ElementType.F32);
    }

    /** The same as {@link #read} in single precision, as they are stored; NaN and infinities are not looked for. */
    void floats(long first, int wanted, float[] out) throws IOException {
        parts(
                first,
                wanted,
                (block, from, count, at) -> block.data().asFloatBuffer().get(from, out, at, count));
    }

    @Override
    public void read(long first, int wanted, double[] out) throws IOException {
        parts(first, wanted, (block, from, count, at) -> {
            if (!CONVERSION.widen(block.type(), block.data(), from, count, out, at)) {
                throw notFinite(first + at, out, at, count);
            }
        });
    }

    /** What of a block goes where. */
    @FunctionalInterface
    private interface Part {
        void copy(StridedBlock block, int from, int count, int at) throws IOException;
    }

    private void parts(long first, int wanted, Part part) throws IOException {
        long start = 0;
        int done = 0;
        for (StridedBlock block : blocks) {
            long size = (long) block.rows() * block.cols();
            while (done < wanted && first + done < start + size) {
                int count = (int) Math.min(wanted - done, start + size - first - done);
                part.copy(block, (int) (first + done - start), count, done);
                done += count;
            }
            start += size;
        }
        if (done < wanted) {
            throw new IllegalArgumentException(
                    "elements " + first + " to " + (first + wanted) + " are outside " + tensor.name());
        }
    }

    private MalformedWeightsException notFinite(long first, double[] values, int at, int length) {
        int i = 0;
        while (i < length - 1 && Double.isFinite(values[at + i])) {
            i++;
        }
        return new MalformedWeightsException("not a finite number: " + model + ": element " + (first + i) + " of "
                + tensor.name() + " in " + tensor.file() + " is " + values[at + i]
                + "; merge a checkpoint without NaN and infinities");
    }

    @Override
    public void close() {
        values.close();
    }
}
