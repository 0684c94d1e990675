package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.util.Arrays;

/**
 * Which second-layer units each sample activates, as a tree of differences. Sample i's pattern p_i ∈ {0,1}^units enters
 * the backward pass only through sums Σ_k p_ik v_k and Σ_i p_ik s_i. Along a spanning tree of the samples (with the empty
 * pattern as root) neighbours differ in few units, so that both sums for all samples cost one addition per difference
 * instead of one per active unit. Any tree gives the same sums; a minimal one (Prim 1957, Hamming distance) is the cheapest.
 */
final class ActivationTree {
    private final int samples;
    private final int words;

    /** Sample i's pattern: {@code words} longs. The empty pattern is number {@code samples}. */
    private final long[] patterns;

    /** Samples, every parent before its children. */
    final int[] order;

    /** Sample → sample, or {@code samples} for the root. */
    final int[] parent;

    /** Where the differences of node order[p] begin. */
    final int[] first;

    /** Unit numbers times the given stride. */
    int[] units = new int[1024];

    /** +w3_k where the node has unit k and its parent has not, −w3_k the other way round. */
    float[] weights = new float[1024];

    /** Where unit k's differences begin among {@link #nodes}. */
    final int[] firstOfUnit;

    /** The samples, times the stride, whose pattern differs from their parent's in a unit; unit after unit. */
    int[] nodes = new int[1024];

    /** +1 or −1 like {@link #weights}, unit after unit. */
    float[] signs = new float[1024];

    private final int unitCount;
    private int differences;

    ActivationTree(int samples, int unitCount) {
        this.samples = samples;
        words = (unitCount + Long.SIZE - 1) / Long.SIZE;
        patterns = new long[(samples + 1) * words];
        order = new int[samples];
        parent = new int[samples];
        first = new int[samples + 1];
        firstOfUnit = new int[unitCount + 2];
        this.unitCount = unitCount;
    }

    /** Takes sample i's pattern from its activations; reads up to a panel's width beyond them. */
    void pattern(int sample, float[] activations, int from) {
        Arrays.fill(patterns, sample * words, (sample + 1) * words, 0);
        for (int k = 0; k < unitCount; k += WIDTH) {
            long bits = SecondLayer.active(activations, from + k, from + k);
            if (unitCount - k < WIDTH) {
                bits &= (1L << (unitCount - k)) - 1;
            }
            patterns[sample * words + k / Long.SIZE] |= bits << (k % Long.SIZE);
        }
    }

    /** Chooses the tree: O(samples²). */
    void grow() {
        int[] distance = new int[samples];
        int[] nearest = new int[samples];
        boolean[] reached = new boolean[samples];
        for (int i = 0; i < samples; i++) {
            distance[i] = distance(i, samples);
        }
        Arrays.fill(nearest, samples);
        for (int p = 0; p < samples; p++) {
            int next = -1;
            for (int i = 0; i < samples; i++) {
                if (!reached[i] && (next < 0 || distance[i] < distance[next])) {
                    next = i;
                }
            }
            reached[next] = true;
            order[p] = next;
            parent[next] = nearest[next];
            for (int i = 0; i < samples; i++) {
                int d = distance(i, next);
                if (!reached[i] && d < distance[i]) {
                    distance[i] = d;
                    nearest[i] = next;
                }
            }
        }
    }

    /**
     * Lists the differences of the current patterns along the tree, node after node and unit after unit, each list padded
     * to an even length with a difference of weight 0: kernels take two at a time.
     */
    void list(int stride, float[] w3) {
        int at = 0;
        differences = 0;
        Arrays.fill(firstOfUnit, 0);
        for (int p = 0; p < samples; p++) {
            int node = order[p] * words;
            int above = parent[order[p]] * words;
            first[p] = at;
            for (int w = 0; w < words; w++) {
                at = append(patterns[node + w], patterns[above + w], w, at);
            }
            differences += at - first[p];
            if ((at - first[p]) % 2 > 0) {
                units[at] = 0;
                weights[at++] = 0;
            }
        }
        first[samples] = at;
        for (int k = 0; k < unitCount; k++) {
            firstOfUnit[k + 1] = firstOfUnit[k] + (firstOfUnit[k + 1] + 1) / 2 * 2;
        }
        int end = firstOfUnit[unitCount];
        if (end > nodes.length) {
            nodes = new int[2 * end];
            signs = new float[2 * end];
        }
        Arrays.fill(nodes, 0, end, 0);
        Arrays.fill(signs, 0, end, 0);
        for (int p = 0; p < samples; p++) {
            for (int e = first[p]; e < first[p + 1]; e++) {
                int k = units[e];
                if (weights[e] != 0) {
                    int to = firstOfUnit[k]++;
                    nodes[to] = order[p] * stride;
                    signs[to] = weights[e];
                }
                units[e] = k * stride;
                weights[e] *= w3[k];
            }
        }
        for (int k = unitCount; k > 0; k--) {
            firstOfUnit[k] = (firstOfUnit[k - 1] + 1) / 2 * 2;
        }
        firstOfUnit[0] = 0;
    }

    private int append(long pattern, long above, int word, int from) {
        int at = from;
        long bits = pattern ^ above;
        if (at + Long.SIZE + 1 > units.length) {
            units = Arrays.copyOf(units, 2 * units.length);
            weights = Arrays.copyOf(weights, units.length);
        }
        while (bits != 0) {
            int bit = Long.numberOfTrailingZeros(bits);
            int k = word * Long.SIZE + bit;
            units[at] = k;
            weights[at++] = 2 * (pattern >>> bit & 1) - 1;
            firstOfUnit[k + 1]++;
            bits &= bits - 1;
        }
        return at;
    }

    /** Differences listed: what the backward pass costs, in additions per lane. */
    int differences() {
        return differences;
    }

    private int distance(int a, int b) {
        int count = 0;
        for (int w = 0; w < words; w++) {
            count += Long.bitCount(patterns[a * words + w] ^ patterns[b * words + w]);
        }
        return count;
    }
}
