package org.lowrank.trainer.descent;

/** Which samples go through the second layer together: those that activate similar hidden units. */
final class SamplePairs {
    private SamplePairs() {}

    /**
     * Greedy matching by Hamming distance, O(n² · words / 2).
     *
     * @param active sample i's hidden units as bits, {@code words} longs a sample
     * @param pairs overwritten with the samples so that 2p and 2p + 1 are a pair; where n is odd, n stands for nobody
     */
    static void match(long[] active, int words, int samples, int[] pairs) {
        boolean[] taken = new boolean[samples];
        int at = 0;
        for (int i = 0; i < samples; i++) {
            if (!taken[i]) {
                taken[i] = true;
                int nearest = samples;
                int least = Integer.MAX_VALUE;
                for (int other = i + 1; other < samples; other++) {
                    int distance = taken[other] ? Integer.MAX_VALUE : distance(active, words, i, other);
                    if (distance < least) {
                        least = distance;
                        nearest = other;
                    }
                }
                pairs[at++] = i;
                pairs[at++] = nearest;
                if (nearest < samples) {
                    taken[nearest] = true;
                }
            }
        }
    }

    private static int distance(long[] active, int words, int a, int b) {
        int count = 0;
        for (int w = 0; w < words; w++) {
            count += Long.bitCount(active[a * words + w] ^ active[b * words + w]);
        }
        return count;
    }
}
