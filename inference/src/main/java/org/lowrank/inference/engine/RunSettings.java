package org.lowrank.inference.engine;

/**
 * How a model is run.
 *
 * @param threads of the native engine, at least 1
 * @param gpu whether on the first GPU
 * @param batchTokens tokens that are run through a layer at once
 */
public record RunSettings(int threads, boolean gpu, int batchTokens) {
    /** 4096 tokens at once on the processor. */
    public static RunSettings defaults() {
        return new RunSettings(Runtime.getRuntime().availableProcessors(), false, 4096);
    }

    /** The same with so many threads. */
    public RunSettings withThreads(int count) {
        return new RunSettings(count, gpu, batchTokens);
    }

    /** The same on a GPU or not. */
    public RunSettings withGpu(boolean on) {
        return new RunSettings(threads, on, batchTokens);
    }

    /** The same with so many tokens at once. */
    public RunSettings withBatchTokens(int tokens) {
        return new RunSettings(threads, gpu, tokens);
    }
}
