package org.lowrank.trainer.network;

/** Lemma 4's lower bounds on the mean inverse stable rank (1/K) Σ ‖W_k‖_2/‖W_k‖_F at a stationary point other than 0. */
public final class RankBound {
    private RankBound() {}

    /** Equation (3): λ^{1−1/K} e^{1−2/K}, from B ≤ 1/(eλ). */
    public static double equation3(double lambda, int layers) {
        return Math.pow(lambda, 1 - 1.0 / layers) * Math.exp(1 - 2.0 / layers);
    }

    /** (λ e^{1−2/K})^{1/2}, from B² ≤ 1/(eλ), which follows as well. */
    public static double sharper(double lambda, int layers) {
        return Math.sqrt(lambda * Math.exp(1 - 2.0 / layers));
    }
}
