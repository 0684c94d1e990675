package org.lowrank.analyzer.source.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.tensor.DType;
import org.lowrank.analyzer.tensor.Tensor;
import org.lowrank.spectral.ElementType;
import org.lowrank.spectral.StridedBlock;

/**
 * A tensor at a place in a file.
 *
 * @param name in the checkpoint
 * @param dtype stored type
 * @param shape outermost first
 * @param source the file's bytes
 * @param offset of its first element in the file
 * @param storedBytes its length there
 * @param orientation where the file tells
 * @param strides elements between neighbours along each axis, or null for row-major
 * @param decoder for values that are not read in place, or null where they are or cannot be
 * @param reverseBytes the file is big-endian
 */
record StoredTensor(
        String name,
        DType dtype,
        List<Long> shape,
        ByteSource source,
        long offset,
        long storedBytes,
        Orientation orientation,
        @Nullable List<Long> strides,
        @Nullable ElementDecoder decoder,
        boolean reverseBytes)
        implements Tensor {
    /** A row-major tensor of plain elements. */
    static StoredTensor plain(
            String name, DType dtype, List<Long> shape, ByteSource source, long offset, long storedBytes) {
        return new StoredTensor(
                name,
                dtype,
                shape,
                source,
                offset,
                storedBytes,
                Orientation.UNKNOWN,
                null,
                ElementDecoder.of(dtype),
                false);
    }

    StoredTensor named(String newName, Orientation newOrientation) {
        return new StoredTensor(
                newName, dtype, shape, source, offset, storedBytes, newOrientation, strides, decoder, reverseBytes);
    }

    StoredTensor decodedBy(ElementDecoder newDecoder) {
        return new StoredTensor(
                name, dtype, shape, source, offset, storedBytes, orientation, strides, newDecoder, reverseBytes);
    }

    @Override
    public String file() {
        return source.name();
    }

    @Override
    public Values open() throws IOException {
        boolean fits = storedBytes <= Integer.MAX_VALUE;
        return new StoredValues(this, fits ? source.read(offset, (int) storedBytes) : null);
    }

    // Identity, not contents: a tensor is a place in a file, and records of readers hold large lists.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    private static final class StoredValues implements Values {
        private static final int LARGEST_BLOCK = 1 << 30;

        private final StoredTensor tensor;
        private final ByteSource.@Nullable Region whole;
        private final List<ByteSource.Region> pieces = new ArrayList<>();

        StoredValues(StoredTensor tensor, ByteSource.@Nullable Region whole) {
            this.tensor = tensor;
            this.whole = whole;
        }

        @Override
        public List<StridedBlock> matrix(View view) throws IOException {
            long elements = tensor.shape.stream().reduce(1L, Math::multiplyExact);
            long last = view.offset() + (view.rows() - 1) * view.rowStride() + (view.cols() - 1) * view.colStride();
            if (view.rows() < 1 || view.cols() < 1 || view.offset() < 0 || last >= elements) {
                throw new MalformedWeightsException(
                        "matrix outside its tensor: " + tensor.name + " in " + tensor.file() + ": elements up to "
                                + last + " of " + elements + " are needed; the config does not fit the file");
            }
            ElementType type = ElementDecoder.inPlace(tensor.dtype);
            boolean inPlace = type != null
                    && tensor.strides == null
                    && view.colStride() == 1
                    && !tensor.reverseBytes
                    && !isScaled();
            return inPlace ? inPlace(view, java.util.Objects.requireNonNull(type)) : decoded(view);
        }

        /** A plain type with a decoder of its own: its elements are not the weights (a scale belongs to them). */
        private boolean isScaled() {
            return tensor.decoder instanceof ScaledDecoder;
        }

        private List<StridedBlock> inPlace(View view, ElementType type) throws IOException {
            List<StridedBlock> blocks = new ArrayList<>();
            long rowBytes = Math.multiplyExact(view.rowStride(), (long) type.bytes());
            long rowsAtOnce = Math.max(1, LARGEST_BLOCK / rowBytes);
            for (long row = 0; row < view.rows(); row += rowsAtOnce) {
                long rows = Math.min(rowsAtOnce, view.rows() - row);
                long from = (view.offset() + row * view.rowStride()) * type.bytes();
                long length = (rows - 1) * rowBytes + view.cols() * type.bytes();
                blocks.add(new StridedBlock(
                        bytes(from, Math.toIntExact(length)),
                        type,
                        (int) rows,
                        Math.toIntExact(view.cols()),
                        Math.toIntExact(view.rowStride())));
            }
            return blocks;
        }

        private ByteBuffer bytes(long from, int length) throws IOException {
            if (whole != null) {
                ByteBuffer all = whole.bytes();
                return all.slice((int) from, length).order(ByteOrder.LITTLE_ENDIAN);
            }
            ByteSource.Region piece = tensor.source.read(tensor.offset + from, length);
            synchronized (pieces) {
                pieces.add(piece);
            }
            return piece.bytes();
        }

        private List<StridedBlock> decoded(View view) throws IOException {
            boolean wide = tensor.dtype == DType.F64;
            ElementDecoder decoder = tensor.decoder;
            if (decoder == null && !wide) {
                throw new MalformedWeightsException("unreadable tensor type: " + tensor.name + " in " + tensor.file()
                        + ": " + tensor.dtype + " does not hold plain numbers; use weights in F32, F16 or BF16");
            }
            ByteBuffer stored = whole != null ? whole.bytes() : bytes(0, Math.toIntExact(tensor.storedBytes));
            if (tensor.reverseBytes) {
                stored = Swapped.copy(stored, ElementDecoder.bits(tensor.dtype) / 8);
            }
            ElementType type = wide ? ElementType.F64 : ElementType.F32;
            int cols = Math.toIntExact(view.cols());
            long rowsAtOnce = Math.max(1, LARGEST_BLOCK / ((long) cols * type.bytes()));
            List<StridedBlock> blocks = new ArrayList<>();
            for (long row = 0; row < view.rows(); row += rowsAtOnce) {
                int rows = (int) Math.min(rowsAtOnce, view.rows() - row);
                ByteBuffer target = ByteBuffer.allocateDirect(Math.multiplyExact(rows * cols, type.bytes()))
                        .order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < rows; i++) {
                    long from = view.offset() + (row + i) * view.rowStride();
                    copyRow(view, from, cols, stored, decoder, target);
                }
                blocks.add(new StridedBlock(target.flip(), type, rows, cols, cols));
            }
            return blocks;
        }

        private void copyRow(
                View view,
                long from,
                int cols,
                ByteBuffer stored,
                @Nullable ElementDecoder decoder,
                ByteBuffer target) {
            if (tensor.strides == null && view.colStride() == 1 && decoder != null && tensor.dtype != DType.F64) {
                float[] row = new float[cols];
                decoder.decode(stored, from, cols, row);
                target.asFloatBuffer().put(row);
                target.position(target.position() + 4 * cols);
                return;
            }
            float[] one = new float[1];
            for (int j = 0; j < cols; j++) {
                long at = place(from + j * view.colStride());
                if (tensor.dtype == DType.F64) {
                    target.putDouble(stored.getDouble(Math.toIntExact(at * 8)));
                } else if (decoder != null) {
                    decoder.decode(stored, at, 1, one);
                    target.putFloat(one[0]);
                }
            }
        }

        /** Row-major position to position in the storage. */
        private long place(long position) {
            List<Long> strides = tensor.strides;
            if (strides == null) {
                return position;
            }
            long rest = position;
            long at = 0;
            for (int d = tensor.shape.size() - 1; d >= 0; d--) {
                long size = tensor.shape.get(d);
                at += rest % size * strides.get(d);
                rest /= size;
            }
            return at;
        }

        @Override
        public void close() {
            if (whole != null) {
                whole.close();
            }
            synchronized (pieces) {
                pieces.forEach(ByteSource.Region::close);
                pieces.clear();
            }
        }
    }

    /** Big-endian files. */
    private static final class Swapped {
        static ByteBuffer copy(ByteBuffer bytes, int size) {
            ByteBuffer copy = ByteBuffer.allocateDirect(bytes.limit()).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = 0; at + size <= bytes.limit(); at += size) {
                for (int b = 0; b < size; b++) {
                    copy.put(at + b, bytes.get(at + size - 1 - b));
                }
            }
            return copy;
        }
    }
}
