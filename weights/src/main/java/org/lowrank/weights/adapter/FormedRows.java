package org.lowrank.weights.adapter;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.tensor.Tensor;

/** Views of a computed array, formed in double outside the heap. */
final class FormedRows implements AutoCloseable {
    private static final int BLOCK_BYTES = 1 << 30;
    /** Up to this step the elements between those of a view are computed too. */
    private static final int MOST_SKIPPED = 8;

    private final List<Long> shape;
    private final List<OffHeap> memory = new ArrayList<>();

    FormedRows(List<Long> shape) {
        this.shape = List.copyOf(shape);
    }

    /** Adds array elements {@code element}, {@code element} + 1, … of one innermost row to the run. */
    @FunctionalInterface
    interface Source {
        void add(long element, double[] run, int count) throws IOException;
    }

    /**
     * The view's elements.
     *
     * @throws IllegalArgumentException if it leaves the array
     */
    List<StridedBlock> form(Tensor.View view, Source source) throws IOException {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        long last = view.offset() + (view.rows() - 1) * view.rowStride() + (view.cols() - 1) * view.colStride();
        if (view.offset() < 0 || view.rows() < 1 || view.cols() < 1 || last >= elements) {
            throw new IllegalArgumentException(view + " leaves an array of shape " + shape);
        }
        int cols = Math.toIntExact(view.cols());
        int perBlock = Math.max(1, BLOCK_BYTES / Double.BYTES / cols);
        List<StridedBlock> blocks = new ArrayList<>();
        for (long row = 0; row < view.rows(); row += perBlock) {
            int rows = (int) Math.min(perBlock, view.rows() - row);
            OffHeap target = OffHeap.allocate(Math.multiplyExact(rows, cols) * Double.BYTES);
            memory.add(target);
            if (view.colStride() <= MOST_SKIPPED) {
                rows(view, row, rows, cols, source, target.bytes());
            } else {
                columns(view, row, rows, cols, source, target.bytes());
            }
            blocks.add(new StridedBlock(target.bytes(), ElementType.F64, rows, cols, cols));
        }
        return blocks;
    }

    private void rows(Tensor.View view, long first, int rows, int cols, Source source, ByteBuffer target)
            throws IOException {
        int step = Math.toIntExact(view.colStride());
        double[] run = new double[Math.addExact(Math.multiplyExact(cols - 1, step), 1)];
        for (int i = 0; i < rows; i++) {
            runs(view.offset() + (first + i) * view.rowStride(), run, source);
            for (int j = 0; j < cols; j++) {
                target.putDouble((i * cols + j) * Double.BYTES, run[j * step]);
            }
        }
    }

    /** Innermost row after innermost row. */
    private void runs(long element, double[] run, Source source) throws IOException {
        long inner = shape.get(shape.size() - 1);
        double[] part = new double[run.length];
        for (int done = 0; done < run.length; ) {
            int count = (int) Math.min(run.length - done, inner - (element + done) % inner);
            java.util.Arrays.fill(part, 0, count, 0);
            source.add(element + done, part, count);
            System.arraycopy(part, 0, run, done, count);
            done += count;
        }
    }

    /** Where stored rows become columns. */
    private void columns(Tensor.View view, long first, int rows, int cols, Source source, ByteBuffer target)
            throws IOException {
        int step = Math.toIntExact(view.rowStride());
        double[] run = new double[Math.addExact(Math.multiplyExact(rows - 1, step), 1)];
        for (int j = 0; j < cols; j++) {
            runs(view.offset() + first * step + j * view.colStride(), run, source);
            for (int i = 0; i < rows; i++) {
                target.putDouble((i * cols + j) * Double.BYTES, run[i * step]);
            }
        }
    }

    @Override
    public void close() {
        memory.forEach(OffHeap::close);
        memory.clear();
    }
}
