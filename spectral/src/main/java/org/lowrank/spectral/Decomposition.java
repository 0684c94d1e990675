package org.lowrank.spectral;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.nio.DoubleBuffer;
import java.util.Optional;

/** Measurement by a full singular value decomposition in double: backward stable, so that its bounds hold for certain. */
final class Decomposition {
    /** Below this side EJML is done before a native engine has started. */
    private static final int NATIVE = 256;

    private Decomposition() {}

    static SpectralMeasurement measure(Operand operand, SpectralOptions options) {
        double frobenius = operand.frobeniusNorm();
        int rows = operand.rows();
        int cols = operand.cols();
        if (frobenius == 0) {
            double[] zeros = options.spectrum() ? new double[operand.shortSide()] : null;
            return new SpectralMeasurement(rows, cols, 0, 0, 0, 0, 0, zeros, 0, 1, "zero matrix");
        }
        Optional<NativeAlgebra> algebra = operand.shortSide() < NATIVE ? Optional.empty() : NativeAlgebra.get();
        double[] values = algebra.isPresent()
                ? nativeValues(algebra.get(), operand)
                : SingularValues.of(operand.dense(), rows, cols);
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
                "full decomposition (" + (algebra.isPresent() ? "LAPACK" : "EJML") + ")");
    }

    private static double[] nativeValues(NativeAlgebra algebra, Operand operand) {
        int rows = operand.rows();
        int cols = operand.cols();
        DoubleBuffer entries = NativeAlgebra.buffer((long) rows * cols);
        double[] row = new double[cols];
        for (int i = 0; i < rows; i++) {
            Certificate.decode(operand, i, 0, cols, row);
            entries.put(row);
        }
        entries.clear();
        try (NDManager manager = algebra.manager(Device.cpu())) {
            double[] values = algebra.singularValues(NativeAlgebra.array(manager, entries, rows, cols));
            Lanczos.scale(values, operand.unit());
            return values;
        }
    }
}
