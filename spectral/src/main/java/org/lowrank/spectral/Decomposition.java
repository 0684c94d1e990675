package org.lowrank.spectral;

/** Measurement by a full singular value decomposition in double: backward stable, so that its bounds are proven. */
final class Decomposition {
    private Decomposition() {}

    static SpectralMeasurement measure(Operand operand, SpectralOptions options) {
        double frobenius = operand.frobeniusNorm();
        int rows = operand.rows();
        int cols = operand.cols();
        if (frobenius == 0) {
            double[] zeros = options.spectrum() ? new double[operand.shortSide()] : null;
            return new SpectralMeasurement(rows, cols, 0, 0, 0, 0, 0, zeros, 0, 1, "zero matrix");
        }
        double[] values = SingularValues.of(operand.dense(), rows, cols);
        double rounding = Rounding.decomposition(rows, cols);
        return new SpectralMeasurement(
                rows,
                cols,
                frobenius,
                values[0],
                values[0] * (1 - rounding),
                values[0] * (1 + rounding),
                0,
                options.spectrum() ? values : null,
                values[0] * rounding,
                1,
                "full decomposition");
    }
}
