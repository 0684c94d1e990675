package org.lowrank.spectral;

/** The Frobenius norm ‖A‖_F = (Σ a_ij²)^½. */
public final class FrobeniusNorm {
    private FrobeniusNorm() {}

    /** ‖A‖_F of any dense matrix, relative error below 1e-12; no overflow. Zero for the zero matrix. */
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
