package org.lowrank.trainer.network;

/** ℓ(m) = ln(1 + e^{−m}) of the margin m = y·f, evaluated without overflow or cancellation. */
public final class LogisticLoss {
    private LogisticLoss() {}

    /** ℓ(m) ≥ 0. */
    public static double of(double margin) {
        return margin >= 0
                ? StrictMath.log1p(StrictMath.exp(-margin))
                : -margin + StrictMath.log1p(StrictMath.exp(margin));
    }

    /** ℓ′(m) = −1/(1 + e^m), in (−1, 0). */
    public static double derivative(double margin) {
        return -1 / (1 + StrictMath.exp(margin));
    }
}
