package org.lowrank.spectral;

import java.util.OptionalDouble;

/**
 * The stable rank ‖A‖_F / ‖A‖_2 of the paper (Section 2); its square is the literature's (Rudelson and Vershynin 2007).
 * Both lie between 1 and (the square root of, for the paper's) the rank of A.
 */
public final class StableRank {
    private StableRank() {}

    /**
     * ‖A‖_F / ‖A‖_2, in [1, √rank A].
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
     * leading order (‖A‖_F → √(rc), ‖A‖_2 → √r + √c; Davidson and Szarek 2001).
     */
    public static double ofGaussian(long rows, long cols) {
        double r = rows;
        double c = cols;
        return Math.sqrt(r * c) / (Math.sqrt(r) + Math.sqrt(c));
    }
}
