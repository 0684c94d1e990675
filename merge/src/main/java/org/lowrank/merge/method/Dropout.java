package org.lowrank.merge.method;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * DARE's dropping: each element of a task vector is kept with probability {@code density}, on its own. Whether element i is kept
 * follows from the seed, the tensor's name, the model's place and i alone, so not from threads or chunks: SplitMix64 (Steele,
 * Lea and Flood, OOPSLA 2014) of start + (i + 1)·γ, its upper 53 bits as a number in [0, 1), below the density.
 *
 * @param start FNV-1a of the name, mixed with the seed and the model's place
 * @param density in (0, 1]
 */
record Dropout(long start, double density) {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    static Dropout of(TensorInputs inputs, int model) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : inputs.name().getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
        }
        long start = mix(mix(inputs.parameters().seed() + GAMMA) ^ hash) + model * GAMMA;
        return new Dropout(mix(start), inputs.parameters().densities()[model]);
    }

    private static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
        return b ^ b >>> 31;
    }

    /** Sets what is dropped to zero. */
    void drop(long first, int count, double[] delta) {
        if (density >= 1) {
            return;
        }
        for (int i = 0; i < count; i++) {
            double u = (mix(start + (first + i + 1) * GAMMA) >>> 11) * 0x1p-53;
            if (u >= density) {
                delta[i] = 0;
            }
        }
    }

    /** What the kept ones are multiplied with. */
    double factor(TensorInputs inputs, int model) throws IOException {
        return density >= 1
                ? 1
                : switch (inputs.parameters().rescale()) {
                    case NONE -> 1;
                    case L1 -> Magnitudes.l1Factor(inputs, model, this::drop);
                    case DENSITY -> 1 / density;
                };
    }

    /** The dropping of every model of a tensor, and then its rescaling. */
    record All(Dropout[] dropouts, double[] factors) {
        static All of(TensorInputs inputs) throws IOException {
            int models = inputs.models().size();
            Dropout[] dropouts = new Dropout[models];
            double[] factors = new double[models];
            for (int m = 0; m < models; m++) {
                dropouts[m] = Dropout.of(inputs, m);
                factors[m] = dropouts[m].factor(inputs, m);
            }
            return new All(dropouts, factors);
        }

        void apply(long first, int count, double[][] deltas) {
            for (int m = 0; m < dropouts.length; m++) {
                dropouts[m].drop(first, count, deltas[m]);
                for (int i = 0; i < count && factors[m] != 1; i++) {
                    deltas[m][i] *= factors[m];
                }
            }
        }
    }
}
