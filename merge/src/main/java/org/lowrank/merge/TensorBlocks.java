package org.lowrank.merge;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.tensor.Tensor;

/** The values of any tensor as they are given: mapped, fetched, decoded or computed, one block for nearly every tensor. */
final class TensorBlocks implements TensorElements.Stored {
    private final Tensor.Values values;
    private final List<TensorElements.Run> runs = new ArrayList<>();

    private TensorBlocks(Tensor.Values values) {
        this.values = values;
    }

    static TensorBlocks open(Tensor tensor, long count) throws IOException {
        List<Long> shape = tensor.shape();
        long cols = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
        TensorBlocks opened = new TensorBlocks(tensor.open());
        try {
            if (count > 0) {
                opened.add(opened.values.matrix(Tensor.View.contiguous(count / cols, cols)));
            }
            return opened;
        } catch (IOException | RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    private void add(List<StridedBlock> blocks) {
        long first = 0;
        for (StridedBlock block : blocks) {
            long end = first + (long) block.rows() * block.cols();
            runs.add(new TensorElements.Run(block.data(), block.type(), first, end));
            first = end;
        }
    }

    @Override
    public boolean are(ElementType type) {
        return runs.stream().allMatch(run -> run.type() == type);
    }

    @Override
    public TensorElements.Run with(long element) {
        for (TensorElements.Run run : runs) {
            if (run.holds(element)) {
                return run;
            }
        }
        throw new IndexOutOfBoundsException("no element " + element);
    }

    @Override
    public void close() {
        values.close();
    }
}
