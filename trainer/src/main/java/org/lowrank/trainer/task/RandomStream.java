package org.lowrank.trainer.task;

import java.util.SplittableRandom;

/**
 * Uniform and normal numbers from a seed, the same on every machine: {@link SplittableRandom}'s documented generator and
 * Marsaglia's polar method with {@link StrictMath}.
 */
public final class RandomStream {
    private final SplittableRandom random;
    private double spare;
    private boolean hasSpare;

    /** The stream of this seed. */
    public RandomStream(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Uniform in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /** Uniform in 0 … bound − 1. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** Standard normal. */
    public double normal() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        double u;
        double v;
        double square;
        do {
            u = 2 * random.nextDouble() - 1;
            v = 2 * random.nextDouble() - 1;
            square = u * u + v * v;
        } while (square >= 1 || square == 0);
        double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        spare = v * factor;
        hasSpare = true;
        return u * factor;
    }

    /** A permutation of 0 … count − 1 (Fisher and Yates), in place. */
    public void shuffle(int[] items) {
        for (int i = items.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = items[i];
            items[i] = items[j];
            items[j] = swapped;
        }
    }
}
