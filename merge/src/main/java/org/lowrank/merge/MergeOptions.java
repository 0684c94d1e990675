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
 * @param predict how the task vectors lie to one another, before
 * @param verify measure the merged matrices, after
 * @param directions leading directions compared
 * @param replace an existing directory that a merge has written
 */
public record MergeOptions(
        Path out,
        long shardBytes,
        int threads,
        boolean dryRun,
        boolean predict,
        boolean verify,
        int directions,
        boolean replace) {
    /** A plain merge on all processors. */
    public static MergeOptions to(Path out) {
        return new MergeOptions(
                out,
                ShardPlan.USUAL_SHARD_BYTES,
                Runtime.getRuntime().availableProcessors(),
                false,
                false,
                false,
                org.lowrank.merge.prediction.MergePredictor.DEFAULT_DIRECTIONS,
                false);
    }
}
