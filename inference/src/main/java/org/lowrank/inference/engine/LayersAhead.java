package org.lowrank.inference.engine;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Reads one layer's weights on a thread of its own while another layer is computed with. */
final class LayersAhead implements AutoCloseable {
    private final WeightLoader loader;
    private final ExecutorService reading;
    private @Nullable Future<Parts.Layer> next;

    LayersAhead(WeightLoader loader) {
        this.loader = loader;
        reading = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "lowrank-layer-reader");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to read a layer, once the one before was taken. */
    void read(int layer) {
        next = reading.submit(() -> loader.load(layer));
    }

    /** The layer taken was the last. */
    void nothingMore() {
        next = null;
    }

    /** The layer that was being read; closed by the caller. */
    Parts.Layer taken() throws IOException, InterruptedException {
        try {
            return Objects.requireNonNull(next).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Gives back what was read and not used. */
    @Override
    public void close() {
        reading.shutdown();
        discard(next);
    }

    /** Waits for what is being read, so that nothing is read from closed files, and gives it back. */
    private static void discard(@Nullable Future<Parts.Layer> loaded) {
        boolean interrupted = false;
        while (loaded != null) {
            try {
                loaded.get().close();
                loaded = null;
            } catch (ExecutionException alreadyFailed) {
                loaded = null;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
