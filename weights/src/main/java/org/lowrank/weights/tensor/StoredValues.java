package org.lowrank.weights.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.OffHeap;

/** The values of a tensor: in place where rows lie ready, decoded once into memory of their own otherwise. */
final class StoredValues implements Tensor.Values {
    private static final int RUN = 4096;
    /** Up to this size a tensor is decoded as a whole, so that its fused parts are not decoded again. */
    private static final long WHOLE_BYTES = 1L << 29;

    private final Tensor tensor;
    private final Elements.Reader reader;
    private final ElementType decodedType;
    private final @Nullable InPlace inPlace;
    private final int blockBytes;
    private final Map<Tensor.View, List<StridedBlock>> decoded = new HashMap<>();
    private final List<OffHeap> memory = new ArrayList<>();

    private StoredValues(
            Tensor tensor, Elements.Reader reader, ElementType decodedType, @Nullable InPlace inPlace, int blockBytes) {
        this.tensor = tensor;
        this.reader = reader;
        this.decodedType = decodedType;
        this.inPlace = inPlace;
        this.blockBytes = blockBytes;
    }

    static StoredValues open(StoredTensor tensor, StoredTensor.Storage storage, int blockBytes) throws IOException {
        StoredElements.Windowed reader = new StoredElements(tensor).open(storage, blockBytes);
        Optional<ElementType> type = storage.encoding().inPlaceType();
        InPlace inPlace = type.isPresent() && reader.contiguous()
                ? new InPlace(
                        type.get(),
                        (element, count) ->
                                reader.windows().bytes(reader.layout().offset() + element, count))
                : null;
        return new StoredValues(tensor, reader, storage.encoding().decodedType(), inPlace, blockBytes);
    }

    /** Values that are computed; closes the reader when closed. */
    static StoredValues of(Tensor tensor, Elements.Reader reader, ElementType type) {
        return new StoredValues(tensor, reader, type, null, StorageWindows.WINDOW_BYTES);
    }

    @Override
    public synchronized List<StridedBlock> matrix(Tensor.View view) throws IOException {
        checkInside(view);
        boolean rowsLieReady =
                (view.colStride() == 1 || view.cols() == 1) && (view.rowStride() >= view.cols() || view.rows() == 1);
        if (rowsLieReady && inPlace != null) {
            return slices(view, inPlace.type, inPlace.slicer);
        }
        long elements = elements();
        if (rowsLieReady && elements <= Math.min(WHOLE_BYTES, blockBytes) / decodedType.bytes()) {
            StridedBlock whole = decode(Tensor.View.contiguous(1, elements)).get(0);
            int width = whole.type().bytes();
            return slices(
                    view,
                    whole.type(),
                    (element, count) -> whole.data()
                            .slice((int) element * width, count * width)
                            .order(whole.data().order()));
        }
        return decode(view);
    }

    private long elements() {
        return tensor.shape().stream().reduce(1L, Math::multiplyExact);
    }

    private void checkInside(Tensor.View view) throws MalformedWeightsException {
        long elements = elements();
        boolean positive = view.offset() >= 0
                && view.rows() > 0
                && view.cols() > 0
                && view.rowStride() >= 0
                && view.colStride() >= 0;
        if (!positive || last(view) >= elements) {
            throw new MalformedWeightsException("matrix outside its tensor: " + tensor.file() + ": " + view.rows()
                    + " x " + view.cols() + " at element " + view.offset() + " with strides " + view.rowStride()
                    + " and "
                    + view.colStride() + " in " + tensor.name() + " of shape " + tensor.shape()
                    + "; the config does not fit the weights");
        }
    }

    /** Index of the last element, the largest long where it is none. */
    private static long last(Tensor.View view) {
        try {
            return Math.addExact(
                    view.offset(),
                    Math.addExact(
                            Math.multiplyExact(view.rows() - 1, view.rowStride()),
                            Math.multiplyExact(view.cols() - 1, view.colStride())));
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private List<StridedBlock> slices(Tensor.View view, ElementType type, Slicer slicer) throws IOException {
        long stride = view.rows() == 1 ? view.cols() : view.rowStride();
        long perBlock = (blockBytes / type.bytes() - view.cols()) / stride + 1;
        if (view.cols() > blockBytes / type.bytes() || stride > Integer.MAX_VALUE) {
            throw tooLong(view);
        }
        List<StridedBlock> blocks = new ArrayList<>();
        for (long row = 0; row < view.rows(); row += perBlock) {
            int rows = (int) Math.min(perBlock, view.rows() - row);
            int count = Math.toIntExact((rows - 1) * stride + view.cols());
            ByteBuffer bytes = slicer.slice(view.offset() + row * stride, count);
            blocks.add(new StridedBlock(bytes, type, rows, (int) view.cols(), (int) stride));
        }
        return List.copyOf(blocks);
    }

    private MalformedWeightsException tooLong(Tensor.View view) {
        return new MalformedWeightsException("row is too long: " + tensor.file() + ": " + tensor.name()
                + " has rows of " + view.cols() + " elements; leave it out with --matrices or --layers");
    }

    private List<StridedBlock> decode(Tensor.View view) throws IOException {
        List<StridedBlock> known = decoded.get(view);
        if (known != null) {
            return known;
        }
        ElementType type = decodedType;
        long perBlock = blockBytes / type.bytes() / view.cols();
        if (perBlock == 0) {
            throw tooLong(view);
        }
        List<StridedBlock> blocks = new ArrayList<>();
        for (long row = 0; row < view.rows(); row += perBlock) {
            int rows = (int) Math.min(perBlock, view.rows() - row);
            int cols = (int) view.cols();
            OffHeap target = OffHeap.allocate(rows * cols * type.bytes());
            memory.add(target);
            fill(view, row, rows, type, target.bytes());
            blocks.add(new StridedBlock(target.bytes(), type, rows, cols, cols));
        }
        decoded.put(view, List.copyOf(blocks));
        return blocks;
    }

    private void fill(Tensor.View view, long firstRow, int rows, ElementType type, ByteBuffer target)
            throws IOException {
        double[] run = new double[(int) Math.min(RUN, view.cols())];
        for (int row = 0; row < rows; row++) {
            long start = view.offset() + (firstRow + row) * view.rowStride();
            for (long col = 0; col < view.cols(); col += run.length) {
                int count = (int) Math.min(run.length, view.cols() - col);
                reader.read(start + col * view.colStride(), view.colStride(), count, run, 0);
                put(run, count, type, target);
            }
        }
    }

    private static void put(double[] run, int count, ElementType type, ByteBuffer target) {
        for (int i = 0; i < count; i++) {
            if (type == ElementType.F64) {
                target.putDouble(run[i]);
            } else {
                target.putFloat((float) run[i]);
            }
        }
    }

    @Override
    public synchronized void close() {
        reader.close();
        decoded.clear();
        memory.forEach(OffHeap::close);
        memory.clear();
    }

    /** Bytes of consecutive array elements. */
    @FunctionalInterface
    private interface Slicer {
        ByteBuffer slice(long element, int count) throws IOException;
    }

    /** Elements that need no decoding. */
    private record InPlace(ElementType type, Slicer slicer) {}
}
