package org.lowrank.trainer.theory.merging;

/** The bound that Section 5 repeats: p (1 − ηλ)^t + ε (1 − (1 − ηλ)^t)/λ, with its limit εηt at λ = 0. */
record Decay(double eta, double lambda, double epsilon) {
    /**
     * The bound after t steps.
     *
     * @param start p, the projection at the start
     * @param sign of the ε-term; 1
     */
    double bound(double start, long step, double sign) {
        double share = Math.pow(1 - eta * lambda, step);
        double grown = lambda == 0 ? eta * step : (1 - share) / lambda;
        return start * share + sign * epsilon * grown;
    }
}
