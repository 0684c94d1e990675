package org.lowrank.analyzer.measurement;

/**
 * All singular values of a matrix and what is read off them.
 *
 * @param singularValues σ1 ≥ σ2 ≥ …
 * @param errorBound absolute error of each; values below it have no correct digit
 * @param effectiveRank exp of the entropy of σ/Σσ (Roy and Vetterli 2007), in [1, rank]
 * @param rank90 how many leading σ hold 90 % of Σσ²
 * @param rank99 how many leading σ hold 99 % of Σσ²
 */
public record Spectrum(double[] singularValues, double errorBound, double effectiveRank, int rank90, int rank99) {
    /** Computes the summaries of singular values sorted from the largest. */
    public static Spectrum of(double[] singularValues, double errorBound) {
        double sum = 0;
        double energy = 0;
        double largest = singularValues.length == 0 ? 0 : singularValues[0];
        for (double value : singularValues) {
            sum += value;
            energy += square(value, largest);
        }
        double entropy = 0;
        for (double value : singularValues) {
            double share = value / sum;
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return new Spectrum(
                singularValues,
                errorBound,
                sum > 0 ? Math.exp(entropy) : 0,
                energyRank(singularValues, 0.90 * energy),
                energyRank(singularValues, 0.99 * energy));
    }

    /** (σ/σ1)²: neither overflows nor vanishes. */
    private static double square(double value, double largest) {
        double relative = largest > 0 ? value / largest : 0;
        return relative * relative;
    }

    private static int energyRank(double[] singularValues, double wanted) {
        double held = 0;
        for (int i = 0; i < singularValues.length; i++) {
            held += square(singularValues[i], singularValues[0]);
            if (held >= wanted) {
                return i + 1;
            }
        }
        return singularValues.length;
    }
}
