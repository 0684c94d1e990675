package org.lowrank.weights.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.weights.bytes.ByteSource;

/**
 * The part of a storage that one tensor uses, read at most once in windows of whole blocks: one window for nearly every
 * tensor, several where one buffer cannot hold it.
 */
final class StorageWindows implements AutoCloseable {
    /** Far above any layer's matrix, below what one buffer holds. */
    static final int WINDOW_BYTES = 1 << 30;

    private final StoredTensor.Storage storage;
    private final long firstBlock;
    private final long blocks;
    private final int blocksPerWindow;
    private final ByteSource.@Nullable Region[] windows;
    private final List<ByteSource.Region> rows = new ArrayList<>();

    StorageWindows(StoredTensor.Storage storage, List<Long> shape, int windowBytes) {
        this.storage = storage;
        Encoding encoding = storage.encoding();
        long extent = storage.layout().extent(shape);
        this.firstBlock = extent == 0 ? 0 : storage.layout().offset() / encoding.elementsPerBlock();
        this.blocks = ceilDiv(extent, encoding.elementsPerBlock()) - firstBlock;
        this.blocksPerWindow = Math.max(1, windowBytes / encoding.bytesPerBlock());
        this.windows = new ByteSource.Region[Math.toIntExact(ceilDiv(blocks, blocksPerWindow))];
    }

    private static long ceilDiv(long dividend, int divisor) {
        return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
    }

    /** Reads now what would be read later, if it is one window. */
    void prefetch() throws IOException {
        if (windows.length == 1) {
            window(0);
        }
    }

    private ByteBuffer window(int index) throws IOException {
        ByteSource.Region window = windows[index];
        if (window == null) {
            long from = (long) index * blocksPerWindow;
            int length = (int) Math.min(blocksPerWindow, blocks - from);
            window = read(firstBlock + from, length * storage.encoding().bytesPerBlock());
            windows[index] = window;
        }
        return window.bytes();
    }

    private ByteSource.Region read(long block, int bytes) throws IOException {
        return storage.source()
                .read(storage.offset() + block * storage.encoding().bytesPerBlock(), bytes);
    }

    /** The bytes of consecutive elements of a scalar encoding, as they lie. */
    ByteBuffer bytes(long element, int count) throws IOException {
        int width = storage.encoding().bytesPerBlock();
        long from = element - firstBlock;
        int index = (int) (from / blocksPerWindow);
        int inWindow = (int) (from % blocksPerWindow);
        if (inWindow + (long) count <= blocksPerWindow) {
            ByteBuffer window = window(index);
            return window.slice(inWindow * width, count * width).order(window.order());
        }
        ByteSource.Region region = read(element, count * width);
        rows.add(region);
        return region.bytes();
    }

    /** Decodes storage elements first, first + step, … */
    void decode(long first, long step, int count, double[] out, int at) throws IOException {
        Encoding encoding = storage.encoding();
        long perWindow = (long) blocksPerWindow * encoding.elementsPerBlock();
        long origin = firstBlock * encoding.elementsPerBlock();
        int done = 0;
        while (done < count) {
            long element = first + done * step - origin;
            int index = (int) (element / perWindow);
            long inWindow = element % perWindow;
            long fits = step == 0 ? count : (perWindow - 1 - inWindow) / step + 1;
            int run = (int) Math.min(count - done, fits);
            encoding.decode(window(index), inWindow, step, run, out, at + done);
            done += run;
        }
    }

    /** The type if the bytes can be used as they lie. */
    Optional<ElementType> inPlaceType() {
        return storage.encoding().inPlaceType();
    }

    @Override
    public void close() {
        for (int i = 0; i < windows.length; i++) {
            ByteSource.Region window = windows[i];
            if (window != null) {
                window.close();
                windows[i] = null;
            }
        }
        rows.forEach(ByteSource.Region::close);
        rows.clear();
    }
}
