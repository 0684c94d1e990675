package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.lowrank.machine.net.BrokenBodyException;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.machine.net.WebClient;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.bytes.Ranges;
import org.lowrank.weights.bytes.UnavailableSourceException;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * A file on the Hub read by HTTP ranges. Small reads come in runs (headers, directories), so they are served from blocks
 * that are remembered; a large read is one request of exactly its bytes.
 */
final class RangedSource implements ByteSource {
    /** Holds the header of nearly every safetensors file. */
    static final int BLOCK = 128 << 10;

    private static final int MOST_BLOCKS = 32;
    private static final int BUFFER = 64 << 10;

    private final RemoteFile remote;
    private final TransferProgress progress;
    private final AtomicLong transferred = new AtomicLong();
    private final Map<Long, byte[]> blocks = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
            return size() > MOST_BLOCKS;
        }
    };
    private volatile boolean closed;

    RangedSource(RemoteFile remote, TransferProgress progress) {
        this.remote = remote;
        this.progress = progress;
    }

    @Override
    public String name() {
        return remote.file().path();
    }

    @Override
    public long size() {
        return remote.file().size();
    }

    @Override
    public Region read(long offset, int length) throws IOException {
        Ranges.check(this, offset, length);
        OffHeap region = OffHeap.allocate(length);
        try {
            if (length > 0 && length <= BLOCK) {
                readBlocks(offset, region.bytes());
            } else if (length > 0) {
                fetch(offset, region.bytes());
            }
            return region;
        } catch (IOException | RuntimeException e) {
            region.close();
            throw e;
        }
    }

    /** One lock for all small reads: a second reader of the same block waits instead of asking again. */
    private synchronized void readBlocks(long offset, ByteBuffer out) throws IOException {
        while (out.hasRemaining()) {
            long at = offset + out.position();
            long number = at / BLOCK;
            byte[] block = blocks.get(number);
            if (block == null) {
                block = new byte[(int) Math.min(BLOCK, size() - number * BLOCK)];
                fetch(number * BLOCK, ByteBuffer.wrap(block));
                blocks.put(number, block);
            }
            int from = (int) (at - number * BLOCK);
            out.put(block, from, Math.min(out.remaining(), block.length - from));
        }
    }

    /** Fills the buffer with the bytes from there on; goes on where a connection broke. */
    private void fetch(long offset, ByteBuffer out) throws IOException {
        int failures = 0;
        while (out.hasRemaining()) {
            if (closed) {
                throw new IOException("cannot read: " + name() + ": the model was closed; open it again");
            }
            int before = out.position();
            try (RemoteFile.Part part = remote.open(offset + before, offset + out.limit())) {
                copy(part, offset + before - part.start(), out);
            } catch (ModelNotFoundException e) {
                throw new UnavailableSourceException(String.valueOf(e.getMessage()), e);
            } catch (BrokenBodyException e) {
                failures = WebClient.isProgress(out.position() - before, out.remaining()) ? 0 : failures + 1;
                if (failures > WebClient.MOST_FAILURES) {
                    throw new UnavailableSourceException(
                            "cannot read: " + name() + ": the connection broke " + failures + " times at byte "
                                    + (offset + out.position()) + "; check the network and run again",
                            e);
                }
                pause();
            }
        }
    }

    private void pause() throws IOException {
        try {
            remote.client().pause(0);
        } catch (HubUnreachableException e) {
            throw new UnavailableSourceException(String.valueOf(e.getMessage()), e);
        }
    }

    private void copy(RemoteFile.Part part, long skip, ByteBuffer out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (long left = skip; left > 0; ) {
            left -= part.read(buffer, (int) Math.min(buffer.length, left));
        }
        while (out.hasRemaining()) {
            int n = part.read(buffer, Math.min(buffer.length, out.remaining()));
            out.put(buffer, 0, n);
            progress.transferred("streaming " + name(), transferred.addAndGet(n), -1);
        }
    }

    /** No more is fetched. */
    @Override
    public void close() {
        closed = true;
    }
}
