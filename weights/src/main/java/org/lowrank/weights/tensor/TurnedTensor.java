package org.lowrank.weights.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.OffHeap;

/**
 * A weight that a format stores as [in, out] under the name it has in PyTorch, where a weight of that name is [out, in]: its
 * transpose. What is written under the name then means what a reader takes it for.
 */
public final class TurnedTensor implements Tensor {
    private final Tensor stored;
    private final long rows;
    private final long cols;

    /**
     * The transpose.
     *
     * @param stored [cols, rows]
     */
    private TurnedTensor(Tensor stored) {
        this.stored = stored;
        this.rows = stored.shape().get(1);
        this.cols = stored.shape().get(0);
    }

    /** The tensor as PyTorch lays one of its name: turned where the format tells that it is stored as [in, out]. */
    public static Tensor asNamed(Tensor tensor) {
        boolean turned = tensor.orientation() == Orientation.IN_OUT
                && tensor.shape().size() == 2
                && tensor.name().endsWith(".weight");
        return turned ? new TurnedTensor(tensor) : tensor;
    }

    @Override
    public String name() {
        return stored.name();
    }

    @Override
    public DType dtype() {
        return stored.dtype();
    }

    @Override
    public List<Long> shape() {
        return List.of(rows, cols);
    }

    @Override
    public String file() {
        return stored.file();
    }

    @Override
    public long storedBytes() {
        return stored.storedBytes();
    }

    @Override
    public Orientation orientation() {
        return Orientation.OUT_IN;
    }

    @Override
    public List<Tensor> sources() {
        return stored.sources();
    }

    @Override
    public Values open() throws IOException {
        return new Turned(stored.open());
    }

    private final class Turned implements Values {
        private final Values values;
        private final List<OffHeap> made = new ArrayList<>();
        private @Nullable List<StridedBlock> blocks;

        Turned(Values values) {
            this.values = values;
        }

        @Override
        public synchronized List<StridedBlock> matrix(View view) throws IOException {
            if (blocks == null) {
                blocks = values.matrix(View.contiguous(cols, rows));
            }
            boolean wide = blocks.stream().anyMatch(block -> block.type() == ElementType.F64);
            ElementType type = wide ? ElementType.F64 : ElementType.F32;
            int height = Math.toIntExact(view.rows());
            int width = Math.toIntExact(view.cols());
            OffHeap memory = OffHeap.allocate(Math.multiplyExact(Math.multiplyExact(height, width), type.bytes()));
            made.add(memory);
            ByteBuffer bytes = memory.bytes();
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    long element = view.offset() + i * view.rowStride() + j * view.colStride();
                    double value = at(blocks, element % cols, Math.toIntExact(element / cols));
                    int to = i * width + j;
                    if (wide) {
                        bytes.putDouble(to * Double.BYTES, value);
                    } else {
                        bytes.putFloat(to * Float.BYTES, (float) value); // exact: nothing stored is wider
                    }
                }
            }
            return List.of(new StridedBlock(bytes, type, height, width, width));
        }

        private static double at(List<StridedBlock> stacked, long row, int col) {
            long left = row;
            for (StridedBlock block : stacked) {
                if (left < block.rows()) {
                    return block.get((int) left, col);
                }
                left -= block.rows();
            }
            throw new IndexOutOfBoundsException("no row " + row);
        }

        @Override
        public synchronized void close() {
            values.close();
            made.forEach(OffHeap::close);
            made.clear();
        }
    }
}
