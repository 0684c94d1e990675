package org.lowrank.inference.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.lowrank.inference.description.Transformer;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.ModulePath;
import org.lowrank.weights.tensor.Tensor;

/**
 * What a run takes, in bytes.
 *
 * @param layers of layers in float32, two or more
 * @param activations hidden states of all tokens, and what is kept of one layer for measuring
 * @param work products of one batch, scores and logits
 */
public record MemoryNeed(long layers, long activations, long work) {
    private static final long SCORES_AND_LOGITS = 768L << 20;

    /** All of it. */
    public long bytes() {
        return layers + activations + work;
    }

    /** The same with layers more. */
    public MemoryNeed withLayers(int more) {
        return new MemoryNeed(layers / 2 * (2 + more), activations, work);
    }

    static MemoryNeed of(Transformer transformer, Checkpoint checkpoint, List<int[]> sequences, int batchTokens) {
        long tokens = sequences.stream().mapToLong(ids -> ids.length).sum();
        long longest = sequences.stream().mapToLong(ids -> ids.length).max().orElse(0);
        String layer = transformer.layer().path(0, transformer.sizes().layers()) + ".";
        long elements = checkpoint.tensors().stream()
                .filter(tensor -> ("." + ModulePath.of(tensor.name())).contains("." + layer))
                .mapToLong(MemoryNeed::elements)
                .sum();
        long width = transformer.sizes().width();
        long inner = 4 * width; // a usual feed-forward width
        long heads = (long) transformer.sizes().heads() * transformer.sizes().headSize();
        long batch = Math.min(tokens, Math.max(batchTokens, longest));
        return new MemoryNeed(
                2 * 4 * elements,
                4 * tokens * (3 * width + heads + inner),
                4 * batch * (4 * width + 6 * heads) + SCORES_AND_LOGITS);
    }

    private static long elements(Tensor tensor) {
        return tensor.shape().stream().reduce(1L, (a, b) -> a * b);
    }

    /** Memory that this machine could give, where the system tells (Linux). */
    public static OptionalLong available() {
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException | NumberFormatException notTold) {
            return OptionalLong.empty();
        }
    }
}
