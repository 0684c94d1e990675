package org.lowrank.spectral;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.algebra.NativeGram;
import org.lowrank.spectral.kernel.Rounding;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.Operand;

/** Measurement by a full singular value decomposition in double: backward stable, so that its bounds hold for certain. */
final class Decomposition {
    /** Below this side EJML is done before a native engine has started. */
    static final int NATIVE = 256;

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
        double[] values = algebra.isPresent() ? nativeValues(algebra.get(), operand) : referenceValues(operand);
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

    private static double[] referenceValues(Operand operand) {
        double[] values = SingularValues.of(operand.dense(), operand.rows(), operand.cols());
        Sums.scale(values, operand.unit());
        return values;
    }

    /**
     * All singular values as roots of the eigenvalues of AᵀA or AAᵀ: half of a decomposition's time. Eigenvalues carry an
     * absolute error of about n·u·σ1², so that σ_i is right to about 1e-13·(σ1/σ_i)² relative. The floor reported is the root
     * of what is certain of that error; values below it may have no correct digit.
     */
    static SpectralMeasurement spectrum(NativeGram grams, Operand operand) {
        double[] values;
        try (NDArray gram = grams.of(operand)) {
            values = grams.eigenvalues(gram);
        }
        double unit = operand.unit();
        double frobenius = operand.frobeniusNorm();
        double largest = values[0];
        double squared = frobenius / unit * (frobenius / unit);
        double error = (grams.error(operand) * squared + 8.0 * operand.shortSide() * 0x1p-53 * largest) / largest;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sqrt(Math.max(0, values[i])) * unit;
        }
        double norm = values[0];
        return new SpectralMeasurement(
                operand.rows(),
                operand.cols(),
                frobenius,
                norm,
                norm * (1 - error),
                norm * (1 + error),
                0,
                values,
                norm * Math.sqrt(error),
                1,
                "eigenvalues of the Gram matrix (LAPACK)");
    }

    private static double[] nativeValues(NativeAlgebra algebra, Operand operand) {
        int rows = operand.rows();
        int cols = operand.cols();
        NativeAlgebra.Entries entries = new NativeAlgebra.Entries((long) rows * cols, false);
        double[] row = new double[cols];
        for (int i = 0; i < rows; i++) {
            operand.decode(i, 0, cols, row);
            entries.put(row, cols, 1);
        }
        try (NDManager manager = algebra.manager(Device.cpu())) {
            double[] values = algebra.singularValues(entries.array(manager, rows, cols));
            Sums.scale(values, operand.unit());
            return values;
        }
    }
}
