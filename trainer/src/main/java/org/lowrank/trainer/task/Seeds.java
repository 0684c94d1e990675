package org.lowrank.trainer.task;

/**
 * Independent random streams from one seed: each use of randomness has its own stream, so that draw i is the same whether
 * it runs alone or in a batch, and more of one kind of number never shifts another kind.
 */
public final class Seeds {
    private Seeds() {}

    /** What a stream is for; the numbers never change, or old seeds would give new draws. */
    public enum Use {
        INPUTS(1),
        LABELS(2),
        WEIGHTS(3),
        BATCHES(4),
        SAMPLE(5),
        CONTROL(6),
        CLASSES(7);

        private final int number;

        Use(int number) {
            this.number = number;
        }
    }

    /**
     * The stream's own seed: seed, draw, network and use, each mixed in by the finaliser of SplitMix64 (Steele, Lea and
     * Flood 2014).
     *
     * @param seed of the experiment
     * @param draw from 0
     * @param network which of a draw's networks or tasks, from 0
     */
    public static long of(long seed, int draw, int network, Use use) {
        long mixed = mix(seed);
        mixed = mix(mixed + draw);
        mixed = mix(mixed + network);
        return mix(mixed + use.number);
    }

    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
