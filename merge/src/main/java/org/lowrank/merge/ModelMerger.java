package org.lowrank.merge;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.machine.tasks.SideBySide;
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

    /** Writes every missing shard and the index. */
    void merge(ModelWriter writer, Progress progress) throws IOException, InterruptedException {
        Map<String, MergePlan.Item> items = new HashMap<>();
        plan.tensors().forEach(item -> items.put(item.output().name(), item));
        long total = writer.missing().stream().mapToLong(ShardPlan.Shard::bytes).sum();
        long done = 0;
        for (ShardPlan.Shard shard : writer.missing()) {
            done = write(shard, writer, items, progress, done, total);
        }
        writer.writeIndex();
    }

    private long write(
            ShardPlan.Shard shard,
            ModelWriter writer,
            Map<String, MergePlan.Item> items,
            Progress progress,
            long before,
            long total)
            throws IOException, InterruptedException {
        List<OutputTensor> tensors = new ArrayList<>(
                shard.tensors().stream().map(ShardPlan.PlacedTensor::tensor).toList());
        tensors.sort(Comparator.comparingLong((OutputTensor tensor) -> -tensor.bytes())
                .thenComparing(OutputTensor::name));
        long done = before;
        try (ShardWriter file = writer.begin(shard)) {
            try (SideBySide<Long> workers =
                    new SideBySide<>("merge", threads)) { // ended before the file is removed or named
                for (OutputTensor tensor : tensors) {
                    MergePlan.Item item = items.get(tensor.name());
                    if (item == null) {
                        throw new IllegalStateException(tensor.name() + " is not planned");
                    }
                    workers.start(() -> {
                        new TensorMerge(plan, item).write(file.sink(tensor));
                        return tensor.bytes();
                    });
                }
                for (int i = 0; i < tensors.size(); i++) {
                    done += workers.next();
                    progress.at(done, total);
                }
            }
            file.commit();
        }
        done = before + shard.bytes(); // with the header
        progress.at(done, total);
        return done;
    }
}
