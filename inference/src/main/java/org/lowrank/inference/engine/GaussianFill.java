package org.lowrank.inference.engine;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

/** Replaces numbers by independent Gaussian ones of the same mean square: the weights of the null model. */
final class GaussianFill {
    private GaussianFill() {}

    /**
     * Replaces what a buffer holds.
     *
     * @param name of the tensor, which decides the numbers
     */
    static void replace(FloatBuffer numbers, String name) {
        double squares = 0;
        for (int i = 0; i < numbers.limit(); i++) {
            double entry = numbers.get(i);
            squares += entry * entry;
        }
        double scale = Math.sqrt(squares / Math.max(1, numbers.limit()));
        SplittableRandom random = new SplittableRandom(name.hashCode() * 0x9E3779B97F4A7C15L);
        for (int i = 0; i < numbers.limit(); i++) {
            numbers.put(i, (float) (scale * random.nextGaussian()));
        }
    }
}
