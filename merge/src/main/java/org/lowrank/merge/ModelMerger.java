package org.lowrank.merge;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.lowrank.weights.writing.ModelWriter;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.ShardPlan;
import org.lowrank.weights.writing.ShardWriter;

/** Carries out a plan: shard after shard, tensors side by side, the largest first. The bytes do not depend on the threads. */
final class ModelMerger {
    private final MergePlan plan;
    private final int threads;

    ModelMerger(MergePlan plan, int threads) {
        this.plan = plan;
        this.threads = threads;
    }

    /** Told how far a merge is. */
    @FunctionalInterface
    interface Progress {
        void written(long bytes, long total);
    }

    /** Writes every missing shard and the index. */
    void merge(ModelWriter writer, Progress progress) throws IOException, InterruptedException {
        Map<String, MergePlan.Item> items = new HashMap<>();
        plan.tensors().forEach(item -> items.put(item.output().name(), item));
        long total = writer.missing().stream().mapToLong(ShardPlan.Shard::bytes).sum();
        long done = 0;
        ExecutorService workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "lowrank-merge");
            thread.setDaemon(true);
            return thread;
        });
        try {
            for (ShardPlan.Shard shard : writer.missing()) {
                done = write(shard, writer, items, workers, progress, done, total);
            }
        } finally {
            workers.shutdownNow();
        }
        writer.writeIndex();
    }

    private long write(
            ShardPlan.Shard shard,
            ModelWriter writer,
            Map<String, MergePlan.Item> items,
            ExecutorService workers,
            Progress progress,
            long before,
            long total)
            throws IOException, InterruptedException {
        List<OutputTensor> tensors = new ArrayList<>(
                shard.tensors().stream().map(ShardPlan.PlacedTensor::tensor).toList());
        tensors.sort(Comparator.comparingLong((OutputTensor tensor) -> -tensor.bytes())
                .thenComparing(OutputTensor::name));
        long done = before;
        ExecutorCompletionService<Long> finished = new ExecutorCompletionService<>(workers);
        try (ShardWriter file = writer.begin(shard)) {
            try {
                for (OutputTensor tensor : tensors) {
                    MergePlan.Item item = items.get(tensor.name());
                    if (item == null) {
                        throw new IllegalStateException(tensor.name() + " is not planned");
                    }
                    finished.submit(() -> {
                        new TensorMerge(plan, item).write(file.sink(tensor));
                        return tensor.bytes();
                    });
                }
                for (int i = 0; i < tensors.size(); i++) {
                    done += finished.take().get();
                    progress.written(done, total);
                }
            } catch (ExecutionException e) {
                throw rethrown(e);
            } finally {
                if (done - before
                        < shard.tensors().stream()
                                .mapToLong(t -> t.tensor().bytes())
                                .sum()) {
                    stop(workers);
                }
            }
            file.commit();
        }
        return done;
    }

    /** No worker may write to a file that is being removed. */
    private static void stop(ExecutorService workers) throws InterruptedException {
        workers.shutdownNow();
        workers.awaitTermination(1, java.util.concurrent.TimeUnit.MINUTES);
    }

    private static IOException rethrown(ExecutionException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof IOException io) {
            return io;
        }
        if (cause instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IOException(cause);
    }
}
