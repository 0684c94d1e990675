package org.lowrank.spectral;

/** Bounds on what double arithmetic adds to a measurement. */
final class Rounding {
    private static final double UNIT = 0x1p-53;

    private Rounding() {}

    /**
     * Relative error of √(vᵀAᵀAv) and of a Ritz value's root, computed row by row with at least eight accumulators: each of
     * the two products has a componentwise error of at most (n/8 + 16) units of |A||v|, so that the square is off by at most
     * (r/4 + c/8 + 32)·u·‖A‖²_F (Higham, Accuracy and Stability, 3.1; rows are added four at a time), and the root by half
     * of that relative to σ1².
     */
    static double gram(long rows, long cols, double frobeniusNorm, double spectralNorm) {
        double terms = rows / 4.0 + cols / 8.0 + 32;
        double ratio = frobeniusNorm / spectralNorm;
        return 0.5 * terms * UNIT * ratio * ratio + 8 * UNIT;
    }

    /** Relative error of σ1 from a backward stable decomposition: max(r, c) units, with a margin of 8. */
    static double decomposition(long rows, long cols) {
        return 8.0 * Math.max(rows, cols) * UNIT;
    }
}
