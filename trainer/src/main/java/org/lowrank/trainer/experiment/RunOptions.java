package org.lowrank.trainer.experiment;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.tasks.Progress;

/**
 * How an experiment runs; none of it changes a curve.
 *
 * @param threads at least 1; draws run side by side
 * @param checkpoints where interrupted work is kept and resumed from, or null for nowhere
 * @param progress told about every chunk of steps
 */
public record RunOptions(int threads, @Nullable Path checkpoints, Progress progress) {
    /** Checks the threads. */
    public RunOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("run: " + threads + " threads: need at least 1");
        }
    }
}
