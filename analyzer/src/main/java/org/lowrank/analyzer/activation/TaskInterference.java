package org.lowrank.analyzer.activation;

/**
 * How what two models learnt acts on the inputs of one matrix. With W of the base, Δ_A and Δ_B what was added to it for task A
 * and for task B, and the inputs that W multiplies when the base reads the texts. A row of interference.csv.
 *
 * @param stack {@code encoder} or {@code decoder}
 * @param layer from 0
 * @param matrix Q, K, V, O, GATE, M1 or M2
 * @param rows of the [out, in] matrix
 * @param cols of it
 * @param frobeniusNorm ‖W‖_F
 * @param frobeniusNormA ‖Δ_A‖_F
 * @param frobeniusNormB ‖Δ_B‖_F
 * @param onA the inputs of text A, where Δ_A is at home and Δ_B intrudes
 * @param onB the inputs of text B, with A and B exchanged
 */
public record TaskInterference(
        String stack,
        int layer,
        String matrix,
        int rows,
        int cols,
        double frobeniusNorm,
        double frobeniusNormA,
        double frobeniusNormB,
        Terms onA,
        Terms onB) {
    /**
     * On the inputs X of one task (a row a token), with Δ its own and Δ′ the other's. A quotient by zero is NaN.
     *
     * @param tokens rows of X
     * @param interference ‖X Δ′ᵀ‖_F/‖X Δᵀ‖_F
     * @param interferenceP50 median over tokens of ‖Δ′x‖/‖Δx‖
     * @param interferenceP99 99 % quantile of it
     * @param nullInterference the same quotient in the mean square for a random matrix in Δ′'s place, of its shape and norm (its
     *     singular values are free): E‖Rx‖² = ‖Δ′‖_F² ‖x‖²/n
     * @param relative ‖X Δ′ᵀ‖_F/‖X Wᵀ‖_F
     * @param nullRelative the same for the random matrix
     * @param ownRelative ‖X Δᵀ‖_F/‖X Wᵀ‖_F: what the task's own change does
     * @param nullOwnRelative the same for a random matrix of Δ's shape and norm
     */
    public record Terms(
            int tokens,
            double interference,
            double interferenceP50,
            double interferenceP99,
            double nullInterference,
            double relative,
            double nullRelative,
            double ownRelative,
            double nullOwnRelative) {
        /**
         * From lengths by token.
         *
         * @param own ‖Δx‖²
         * @param other ‖Δ′x‖²
         * @param base ‖Wx‖²
         * @param inputs ‖x‖²
         * @param ownNorm ‖Δ‖_F²
         * @param otherNorm ‖Δ′‖_F²
         * @param width n
         */
        static Terms of(
                double[] own,
                double[] other,
                double[] base,
                double[] inputs,
                double ownNorm,
                double otherNorm,
                int width) {
            double all = sum(inputs) / width;
            double[] quotients = new double[own.length];
            for (int i = 0; i < own.length; i++) {
                quotients[i] = root(other[i], own[i]);
            }
            java.util.Arrays.sort(quotients);
            return new Terms(
                    own.length,
                    root(sum(other), sum(own)),
                    quantile(quotients, 0.5),
                    quantile(quotients, 0.99),
                    root(otherNorm * all, sum(own)),
                    root(sum(other), sum(base)),
                    root(otherNorm * all, sum(base)),
                    root(sum(own), sum(base)),
                    root(ownNorm * all, sum(base)));
        }

        private static double sum(double[] squares) {
            double sum = 0;
            for (double square : squares) {
                sum += square;
            }
            return sum;
        }

        private static double root(double numerator, double denominator) {
            return denominator == 0 ? Double.NaN : Math.sqrt(numerator / denominator);
        }

        /** Of sorted numbers, NaN last: smallest that at least this share does not exceed. */
        private static double quantile(double[] sorted, double level) {
            int numbers = sorted.length;
            while (numbers > 0 && Double.isNaN(sorted[numbers - 1])) {
                numbers--;
            }
            return numbers == 0 ? Double.NaN : sorted[Math.max(0, (int) Math.ceil(level * numbers) - 1)];
        }
    }
}
