package org.lowrank.inference.description;

import java.util.ArrayList;
import java.util.List;

/**
 * How the rows of a fused [out, in] matrix belong to Q, K and V, for h query heads, g key-value heads and head size k. A
 * wrong split runs and gives plausible numbers.
 */
public enum QkvSplit {
    /** All of Q, all of K, all of V. */
    PLAIN,
    /** Per head its rows of Q, K and V. */
    PER_HEAD,
    /** Per key-value head the rows of its queries, then its K and V rows. */
    GROUPED,
    /** Four blocks, each a quarter of Q, of V and of K, in this order. */
    CODEGEN;

    /** Rows [start, start + count). */
    public record Rows(int start, int count) {}

    /** The stored rows in the order all of Q, all of K, all of V. */
    public List<Rows> order(int heads, int keyValueHeads, int headSize) {
        int q = heads * headSize;
        int kv = keyValueHeads * headSize;
        return switch (this) {
            case PLAIN -> List.of(new Rows(0, q + 2 * kv));
            case PER_HEAD -> groups(heads, List.of(headSize, headSize, headSize), List.of(0, 1, 2));
            case GROUPED -> groups(keyValueHeads, List.of(q / keyValueHeads, headSize, headSize), List.of(0, 1, 2));
            case CODEGEN -> groups(4, List.of(q / 4, q / 4, q / 4), List.of(0, 2, 1));
        };
    }

    /**
     * Groups of three parts each.
     *
     * @param sizes rows of the parts in a group as stored
     * @param order which part is Q, which K, which V
     */
    private static List<Rows> groups(int groups, List<Integer> sizes, List<Integer> order) {
        int size = sizes.stream().mapToInt(Integer::intValue).sum();
        List<Rows> rows = new ArrayList<>();
        for (int part : order) {
            int offset =
                    sizes.subList(0, part).stream().mapToInt(Integer::intValue).sum();
            for (int group = 0; group < groups; group++) {
                rows.add(new Rows(group * size + offset, sizes.get(part)));
            }
        }
        return rows;
    }
}
