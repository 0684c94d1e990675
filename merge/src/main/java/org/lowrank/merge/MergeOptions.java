package org.lowrank.merge;

import java.nio.file.Path;
import org.lowrank.weights.writing.ShardPlan;

/**
 * How a merge is run; none of it changes the weights.
 *
 * @param out the model's directory
 * @param shardBytes most bytes of tensors in one file
 * @param threads tensors side by side
 * @param dryRun predict and plan, write no weights
 * @param replace an existing directory that a merge has written
 * @param hashes whether local input files are hashed for the card: one more pass over them
 * @param measures what is measured before and after
 */
public record MergeOptions(
        Path out,
        long shardBytes,
        int threads,
        boolean dryRun,
        boolean replace,
        boolean hashes,
        MergeMeasures measures) {
    /** A plain merge on all processors. */
    public static MergeOptions to(Path out) {
        return new MergeOptions(
                out,
                ShardPlan.USUAL_SHARD_BYTES,
                Runtime.getRuntime().availableProcessors(),
                false,
                false,
                true,
                MergeMeasures.NONE);
    }

    /** The same with other measures. */
    public MergeOptions with(MergeMeasures other) {
        return new MergeOptions(out, shardBytes, threads, dryRun, replace, hashes, other);
    }
}
