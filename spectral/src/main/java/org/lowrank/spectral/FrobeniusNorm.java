package org.lowrank.spectral;

import org.lowrank.spectral.kernel.CompensatedSum;
import org.lowrank.spectral.kernel.Scaling;

/** The Frobenius norm ‖A‖_F = (Σ a_ij²)^½ = (Σ σ_i²)^½ of a dense double matrix (Golub and Van Loan, 2.3). */
public final class FrobeniusNorm {
    private FrobeniusNorm() {}

    /**
     * (Σ a_ij²)^½, at least 0; 0 for the zero matrix and for no entries. The order of the entries, and so the shape, does not
     * matter. Cost: two passes. Relative error below 1e-12 whatever the size (compensated summation, Neumaier 1974); entries
     * are scaled by a power of two, so that no square over- or underflows.
     *
     * @param entries all entries of the matrix, finite; not modified
     * @throws IllegalArgumentException if an entry is NaN or infinite
     */
    public static double of(double[] entries) {
        double scale = Scaling.powerOfTwoNear(entries);
        if (scale == 0) {
            return 0;
        }
        CompensatedSum squares = new CompensatedSum();
        for (double entry : entries) {
            double scaled = entry / scale;
            squares.add(scaled * scaled);
        }
        return scale * Math.sqrt(squares.value());
    }
}
