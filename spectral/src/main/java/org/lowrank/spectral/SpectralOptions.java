package org.lowrank.spectral;

/**
 * What to measure and how accurately.
 *
 * @param tolerance relative accuracy of σ1, in (0, 1e-2]; default 1e-9
 * @param failureProbability allowed probability, over the random start, that a larger singular value was missed, in (0, 1);
 *     default 1e-9
 * @param certify prove the upper bound, so that its failure probability is 0
 * @param exact full decomposition instead of the iteration
 * @param spectrum all singular values
 * @param seed seed of the random start
 */
public record SpectralOptions(
        double tolerance, double failureProbability, boolean certify, boolean exact, boolean spectrum, long seed) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if the tolerance or the probability is out of range
     */
    public SpectralOptions {
        if (!(tolerance > 0 && tolerance <= 1e-2)) {
            throw new IllegalArgumentException("tolerance " + tolerance + " is not in (0, 0.01]");
        }
        if (!(failureProbability > 0 && failureProbability < 1)) {
            throw new IllegalArgumentException("failure probability " + failureProbability + " is not in (0, 1)");
        }
    }

    /** σ1 to 1e-9, missed with probability at most 1e-9. */
    public static SpectralOptions defaults() {
        return new SpectralOptions(1e-9, 1e-9, false, false, false, 0);
    }
}
