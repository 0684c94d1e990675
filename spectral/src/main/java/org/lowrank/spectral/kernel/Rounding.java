package org.lowrank.spectral.kernel;

/** Bounds on what double arithmetic adds to a measurement. */
public final class Rounding {
    private static final double UNIT = 0x1p-53;

    private Rounding() {}

    /**
     * ‖fl(Bq) − Bq‖ ≤ this · σ1 for B = AᵀA and a unit vector q, where a product sums {@code depth} terms one after another in
     * all: with y = Aq, |fl(y)_i − y_i| ≤ γ ‖a_i‖, so that the first product is off by at most γ‖A‖_F and what follows from it by
     * γ‖A‖_F σ1; the second adds γ |A|ᵀ|y|, of norm at most γ‖A‖_F σ1 (Higham, Accuracy and Stability, 3.1). Orthogonalisation
     * adds a few units of ‖Bq‖.
     */
    public static double product(double depth, double frobeniusNorm) {
        return (depth + 32) * UNIT * frobeniusNorm;
    }

    /** Relative error of σ1 from a backward stable decomposition: max(r, c) units, with a margin of 8. */
    public static double decomposition(long rows, long cols) {
        return 8.0 * Math.max(rows, cols) * UNIT;
    }
}
