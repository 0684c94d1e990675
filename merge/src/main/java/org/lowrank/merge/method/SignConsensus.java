package org.lowrank.merge.method;

/**
 * TIES' second and third step for weighted, thinned task vectors d_m = w_m Δ_m: the elected sign of an element is that of Σ d_m
 * (of Σ sign d_m for {@code count}), + where that is 0; only elements of that sign count. Then Σ d_m over those, with
 * {@code normalize} divided by the sum of their weights (1 where that is 0).
 */
record SignConsensus(double[] weights, TensorParameters.Consensus method, boolean normalize, double lambda) {
    static SignConsensus of(TensorParameters parameters) {
        return new SignConsensus(
                parameters.weights(), parameters.consensus(), parameters.normalize(), parameters.lambda());
    }

    /** out = base + λ · the agreed change; {@code deltas} are unweighted and are overwritten. */
    void merge(double[] base, double[][] deltas, int count, double[] out) {
        for (int m = 0; m < weights.length; m++) {
            for (int i = 0; i < count; i++) {
                deltas[m][i] *= weights[m];
            }
        }
        for (int i = 0; i < count; i++) {
            double election = 0;
            for (double[] delta : deltas) {
                election += method == TensorParameters.Consensus.SUM ? delta[i] : Math.signum(delta[i]);
            }
            double sign = election >= 0 ? 1 : -1;
            double sum = 0;
            double divisor = 0;
            for (int m = 0; m < weights.length; m++) {
                if (Math.signum(deltas[m][i]) == sign) {
                    sum += deltas[m][i];
                    divisor += weights[m];
                }
            }
            double change = normalize ? sum / (divisor == 0 ? 1 : divisor) : sum;
            out[i] = base[i] + lambda * change;
        }
    }
}
