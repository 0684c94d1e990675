package org.lowrank.analyzer.activation;

import org.jspecify.annotations.Nullable;

/**
 * How two texts' vectors lie to each other at one place of a model. A row of activations.csv.
 *
 * @param stack {@code encoder} or {@code decoder}
 * @param layer from 0; −1 for the embedding
 * @param input QKV, O, M1, M2 or {@code hidden}
 * @param tokensA rows of A
 * @param tokensB rows of B
 * @param width d
 * @param raw of the vectors themselves, which is what a weight multiplies
 * @param centred of the vectors less the mean of all of them
 * @param random the same numbers for independent random directions: E of |cos| at 50 % and 99 %, and k/d
 * @param stableRankA ‖X_A‖_F/‖X_A‖_2
 * @param stableRankB of B
 * @param effectiveRankA exp of the entropy of the singular values' shares (Roy and Vetterli 2007)
 * @param effectiveRankB of B
 * @param nullModel the reading of the vectors themselves where the same texts run through the same model with random weights of
 *     equal variance; null where that was not asked for
 * @param gamma the paper's γ_k over both texts where the activation is ReLU: the smallest positive entry of M2's input over the
 *     length of M1's; null elsewhere
 */
public record ActivationOverlap(
        String stack,
        int layer,
        String input,
        int tokensA,
        int tokensB,
        int width,
        Reading raw,
        Reading centred,
        RandomReading random,
        double stableRankA,
        double stableRankB,
        double effectiveRankA,
        double effectiveRankB,
        @Nullable Reading nullModel,
        @Nullable Double gamma) {
    /** The same beside what random weights give. */
    ActivationOverlap withNullModel(@Nullable Reading reading) {
        return new ActivationOverlap(
                stack,
                layer,
                input,
                tokensA,
                tokensB,
                width,
                raw,
                centred,
                random,
                stableRankA,
                stableRankB,
                effectiveRankA,
                effectiveRankB,
                reading,
                gamma);
    }

    /**
     * One reading. Cosines are over pairs of a token of A and one of B; quantiles are of |cos|.
     *
     * @param cosMean mean of cos
     * @param ownP99 99 % quantile between the two halves of A, or A and the control text: the control of one subject
     * @param energyBInA share of ‖X_B‖² in the k leading directions of A's first half; of A with a control text
     * @param energyAInA share of ‖X_A2‖² in the same directions, A2 the second half or the control text
     * @param angleOverlap √(mean cos²) of the principal angles between the k leading directions of A's first half and of B
     * @param ownAngleOverlap the same between those of A's two halves
     */
    public record Reading(
            double cosMean,
            double p50,
            double p99,
            double max,
            double ownP99,
            double energyBInA,
            double energyAInA,
            double angleOverlap,
            double ownAngleOverlap) {}

    /** Independent random directions in d dimensions. */
    public record RandomReading(double p50, double p99, double energy, double angleOverlap) {
        /** Quantiles of |g|, g standard normal, at 50 % and 99 %. */
        static RandomReading of(int directions, int width) {
            double root = Math.sqrt(width);
            return new RandomReading(
                    0.6744897501960817 / root,
                    2.5758293035489004 / root,
                    Math.min(1, directions / (double) width),
                    Math.sqrt(Math.min(1, directions / (double) width)));
        }
    }
}
