package org.lowrank.inference.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is to be predicted at each token.
 *
 * @param ids for each sequence one token id per token, {@link #NONE} where nothing is predicted
 */
public record Targets(List<int[]> ids) {
    /** Nothing is predicted here. */
    public static final int NONE = -1;

    /** The next token of each, as causal models predict. */
    public static Targets successors(List<int[]> sequences) {
        List<int[]> all = new ArrayList<>();
        for (int[] sequence : sequences) {
            int[] targets = new int[sequence.length];
            for (int i = 0; i < targets.length; i++) {
                targets[i] = i + 1 < sequence.length ? sequence[i + 1] : NONE;
            }
            all.add(targets);
        }
        return new Targets(all);
    }

    /** Nothing anywhere: only the moments of the logits are wanted. */
    public static Targets none(List<int[]> sequences) {
        List<int[]> all = new ArrayList<>();
        for (int[] sequence : sequences) {
            int[] targets = new int[sequence.length];
            Arrays.fill(targets, NONE);
            all.add(targets);
        }
        return new Targets(all);
    }
}
