package org.lowrank.inference.engine;

/**
 * How a model is run.
 *
 * @param threads of the native engine, at least 1
 * @param gpu whether on the first GPU
 * @param batchTokens tokens that are run through a layer at once
 * @param randomWeights the null model: every matrix is replaced by independent Gaussian numbers of its own variance; biases and
 *     norms stay
 */
public record RunSettings(int threads, boolean gpu, int batchTokens, boolean randomWeights) {
    /** 4096 tokens at once on the processor. */
    public static RunSettings defaults() {
        return new RunSettings(Runtime.getRuntime().availableProcessors(), false, 4096, false);
    }

    /** The same with so many threads. */
    public RunSettings withThreads(int count) {
        return new RunSettings(count, gpu, batchTokens, randomWeights);
    }

    /** The same on a GPU or not. */
    public RunSettings withGpu(boolean on) {
        return new RunSettings(threads, on, batchTokens, randomWeights);
    }

    /** The same with so many tokens at once. */
    public RunSettings withBatchTokens(int tokens) {
        return new RunSettings(threads, gpu, tokens, randomWeights);
    }

    /** The same model with random weights. */
    public RunSettings withRandomWeights() {
        return new RunSettings(threads, gpu, batchTokens, true);
    }
}
