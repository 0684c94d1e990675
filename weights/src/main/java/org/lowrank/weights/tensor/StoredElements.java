package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** The elements of a stored tensor. */
record StoredElements(StoredTensor tensor) implements Elements {
    @Override
    public int digits() {
        return switch (tensor.dtype()) {
            case F16 -> 11;
            case BF16, I8, U8 -> 8;
            case F8_E4M3, F8_E4M3FNUZ -> 4;
            case F8_E5M2, F8_E5M2FNUZ -> 3;
            case F8_E8M0, BOOL -> 1;
            case I16, U16 -> 16;
            case I32, U32 -> 32;
            case F64, I64, U64 -> 53;
            default -> 24;
        };
    }

    @Override
    public boolean whole() {
        return switch (tensor.dtype()) {
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
            default -> false;
        };
    }

    @Override
    public Reader open() throws IOException {
        StoredTensor.Storage storage = tensor.storage()
                .orElseThrow(() -> new MalformedWeightsException("tensor cannot be measured: " + tensor.file() + ": "
                        + tensor.name() + " holds " + tensor.dtype()
                        + ", not plain numbers; leave it out with --matrices or --layers"));
        return open(storage, StorageWindows.WINDOW_BYTES);
    }

    Windowed open(StoredTensor.Storage storage, int windowBytes) throws IOException {
        StorageWindows windows = new StorageWindows(storage, tensor.shape(), windowBytes);
        try {
            windows.prefetch();
        } catch (IOException | RuntimeException e) {
            windows.close();
            throw e;
        }
        return new Windowed(tensor.shape(), storage.layout(), windows);
    }

    /** Reads through windows of the storage. */
    static final class Windowed implements Reader {
        private final List<Long> shape;
        private final Layout layout;
        private final StorageWindows windows;
        private final boolean contiguous;

        private Windowed(List<Long> shape, Layout layout, StorageWindows windows) {
            this.shape = shape;
            this.layout = layout;
            this.windows = windows;
            this.contiguous = layout.isContiguous(shape);
        }

        StorageWindows windows() {
            return windows;
        }

        boolean contiguous() {
            return contiguous;
        }

        Layout layout() {
            return layout;
        }

        @Override
        public void read(long index, long step, int count, double[] out, int at) throws IOException {
            if (contiguous) {
                windows.decode(layout.offset() + index, step, count, out, at);
                return;
            }
            long inner = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
            long stride = shape.isEmpty() ? 1 : layout.strides().get(shape.size() - 1);
            Rows.forEach(
                    shape,
                    index,
                    step,
                    count,
                    (row, column, run, done) -> windows.decode(
                            layout.locate(row * inner + column, shape), step * stride, run, out, at + done));
        }

        @Override
        public void close() {
            windows.close();
        }
    }
}
