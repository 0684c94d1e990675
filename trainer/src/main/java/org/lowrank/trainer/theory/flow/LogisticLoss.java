package org.lowrank.trainer.theory.flow;

/** ℓ(z) = ln(1 + e^{−z}) of the margin z = y f, and its derivative ℓ′(z) = −1/(1 + e^z), without overflow. */
public final class LogisticLoss {
    private LogisticLoss() {}

    /** ℓ(z) ≥ 0. */
    public static double value(double margin) {
        return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    }

    /** ℓ′(z) in (−1, 0). */
    public static double derivative(double margin) {
        if (margin > 0) {
            double e = Math.exp(-margin);
            return -e / (1 + e);
        }
        return -1 / (1 + Math.exp(margin));
    }
}
