package org.lowrank.spectral;

import java.util.OptionalDouble;

/**
 * The stable rank ‖A‖_F / ‖A‖_2 of the paper (Section 2), in [1, √rank A]. Its square ‖A‖_F² / ‖A‖_2², in [1, rank A], is
 * the literature's (Rudelson and Vershynin 2007). Neither changes when A is scaled, transposed or rotated.
 */
public final class StableRank {
    private StableRank() {}

    /**
     * ‖A‖_F / ‖A‖_2, in [1, √rank A] up to rounding: 1 for rank one, √n for the n × n identity. Relative error: the sum of
     * those of the two norms.
     *
     * @param frobeniusNorm ‖A‖_F ≥ 0
     * @param spectralNorm ‖A‖_2 ≥ 0
     * @return empty for the zero matrix, whose stable rank is undefined
     */
    public static OptionalDouble of(double frobeniusNorm, double spectralNorm) {
        return spectralNorm > 0 ? OptionalDouble.of(frobeniusNorm / spectralNorm) : OptionalDouble.empty();
    }

    /**
     * √(rc) / (√r + √c): the stable rank (the paper's convention) of an r × c matrix with i.i.d. Gaussian entries, to
     * leading order (‖A‖_F → √(rc), ‖A‖_2 → √r + √c; Davidson and Szarek 2001). With m = min(r, c) it lies
     * in [√m/2, √m): √m/2 for a square matrix, towards √m the longer the other side.
     *
     * @param rows r, at least 1
     * @param cols c, at least 1
     */
    public static double ofGaussian(long rows, long cols) {
        double r = rows;
        double c = cols;
        return Math.sqrt(r * c) / (Math.sqrt(r) + Math.sqrt(c));
    }
}
