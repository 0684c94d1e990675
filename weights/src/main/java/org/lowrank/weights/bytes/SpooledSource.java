package org.lowrank.weights.bytes;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A source whose ranges are fetched once: each is written to a file that has no name left where the system allows it, and read from
 * there as memory. The file is gone when this is closed, and where it has no name also when the process is killed. Two threads that
 * want the same range wait for one fetch.
 */
public final class SpooledSource implements ByteSource {
    private final ByteSource source;
    private final FileChannel file;
    private final ConcurrentHashMap<Range, CompletableFuture<Boolean>> fetched = new ConcurrentHashMap<>();

    private record Range(long offset, int length) {}

    private SpooledSource(ByteSource source, FileChannel file) {
        this.source = source;
        this.file = file;
    }

    /**
     * Spools a source.
     *
     * @param source closed with this
     * @param directory of the file; made where it does not exist
     */
    public static SpooledSource open(ByteSource source, Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
            FileChannel file = FileChannel.open(
                    directory.resolve(UUID.randomUUID().toString()),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SPARSE,
                    StandardOpenOption.DELETE_ON_CLOSE);
            return new SpooledSource(source, file);
        } catch (IOException | RuntimeException e) {
            try (source) {
                throw e;
            }
        }
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public long size() {
        return source.size();
    }

    @Override
    public Region read(long offset, int length) throws IOException {
        Ranges.check(this, offset, length);
        if (length == 0) {
            return OffHeap.allocate(0);
        }
        fetch(new Range(offset, length));
        return OffHeap.owning(file.map(FileChannel.MapMode.READ_ONLY, offset, length));
    }

    /** Returns once the range lies in the file; a fetch of another thread that failed is tried again. */
    private void fetch(Range range) throws IOException {
        while (true) {
            CompletableFuture<Boolean> own = new CompletableFuture<>();
            CompletableFuture<Boolean> other = fetched.putIfAbsent(range, own);
            if (other == null) {
                fetch(range, own);
                return;
            }
            if (arrived(other)) {
                return;
            }
        }
    }

    private void fetch(Range range, CompletableFuture<Boolean> told) throws IOException {
        boolean done = false;
        try (Region region = source.read(range.offset, range.length)) {
            ByteBuffer bytes = region.bytes();
            while (bytes.hasRemaining()) {
                file.write(bytes, range.offset + bytes.position());
            }
            done = true;
        } finally {
            if (!done) {
                fetched.remove(range, told);
            }
            told.complete(done);
        }
    }

    private static boolean arrived(Future<Boolean> other) throws InterruptedIOException {
        try {
            return other.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while downloading");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is completed with a truth value only
        }
    }

    @Override
    public void close() throws IOException {
        try (file) {
            source.close();
        }
    }

    // A source is a place, not its description.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
