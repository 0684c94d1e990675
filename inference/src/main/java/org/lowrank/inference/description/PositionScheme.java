package org.lowrank.inference.description;

import java.util.Optional;

/** How attention knows where a token stands. */
public sealed interface PositionScheme
        permits PositionScheme.None, PositionScheme.Rotation, PositionScheme.Alibi, PositionScheme.RelativeBias {
    /** It does not. */
    record None() implements PositionScheme {}

    /**
     * Q and K are rotated by their positions.
     *
     * @param global of layers without a window, and of all where {@code local} is empty
     * @param local of layers with a window
     * @param adjacent pairs are (2i, 2i + 1), else (i, i + r/2)
     * @param rotated the layers that rotate
     */
    record Rotation(Rotary global, Optional<Rotary> local, boolean adjacent, LayerRule rotated)
            implements PositionScheme {
        /** The rotation of a layer. */
        public Rotary of(boolean windowed) {
            return windowed ? local.orElse(global) : global;
        }
    }

    /**
     * Scores get slope · key position, one slope a head (Press et al. 2022).
     *
     * @param scaled whether the bias is multiplied by the scale of the scores too
     * @param largest for MPT's slopes 2^(−largest i/n); 0 for BLOOM's, which take odd powers beyond a power of two
     */
    record Alibi(boolean scaled, double largest) implements PositionScheme {
        /** One slope a head. */
        public double[] slopes(int heads) {
            return largest > 0 ? mpt(heads) : bloom(heads);
        }

        private static double[] bloom(int heads) {
            int power = Integer.highestOneBit(heads);
            double[] slopes = new double[heads];
            for (int i = 0; i < power; i++) {
                slopes[i] = Math.pow(2, -8.0 * (i + 1) / power);
            }
            for (int i = power; i < heads; i++) {
                slopes[i] = Math.pow(2, -4.0 * (2 * (i - power) + 1) / power);
            }
            return slopes;
        }

        private double[] mpt(int heads) {
            int power = Integer.highestOneBit(heads) == heads ? heads : 2 * Integer.highestOneBit(heads);
            double[] all = new double[power];
            for (int i = 0; i < power; i++) {
                all[i] = Math.pow(2, -largest * (i + 1) / power);
            }
            double[] slopes = new double[heads];
            for (int i = 0; i < heads; i++) {
                // Where heads are no power of two: every second slope from the second, then from the first.
                int from = power == heads ? i : i < power / 2 ? 2 * i + 1 : 2 * (i - power / 2);
                slopes[i] = all[from];
            }
            return slopes;
        }
    }

    /**
     * Scores get a learnt bias by the distance's bucket (Raffel et al. 2020), in both directions.
     *
     * @param table module of the table, [buckets, heads]
     * @param furthest distance from which on all share a bucket
     */
    record RelativeBias(String table, int buckets, int furthest) implements PositionScheme {
        /**
         * The bucket of a distance.
         *
         * @param distance key position less query position
         */
        public int bucket(int distance) {
            int half = buckets / 2;
            int side = distance > 0 ? half : 0;
            int exact = half / 2;
            int far = Math.abs(distance);
            if (far < exact) {
                return side + far;
            }
            double log = Math.log((double) far / exact) / Math.log((double) furthest / exact) * (half - exact);
            return side + Math.min(half - 1, exact + (int) log);
        }
    }
}
