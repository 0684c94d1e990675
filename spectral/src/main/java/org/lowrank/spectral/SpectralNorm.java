package org.lowrank.spectral;

import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.Rounding;
import org.lowrank.spectral.kernel.RowBlock;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Scaling;
import org.lowrank.spectral.lanczos.Lanczos;
import org.lowrank.spectral.lanczos.SpectralBound;

/**
 * The spectral norm ‖A‖_2 = max ‖Ax‖/‖x‖ = σ1 of a dense double matrix (Golub and Van Loan, 2.3). For stored weights see
 * {@link SpectralEngine}.
 */
public final class SpectralNorm {
    private static final int FULL = 24;

    private SpectralNorm() {}

    /**
     * σ1 of an r × c matrix, in [‖A‖_F/√min(r, c), ‖A‖_F]; 0 for the zero matrix. Cost: two products with A per step of the
     * Lanczos process on the smaller Gram side, typically 20 to 100 steps; a full decomposition where the smaller side is at
     * most 24. Accuracy: relative 1e-12, missed with probability below 1e-12 over a random start whose seed is fixed
     * (Golub and Van Loan, 10.1; the bound is derived in docs/adr/0001-numerics.md).
     *
     * @param rowMajor r·c finite entries; not modified
     * @param rows r, at least 1
     * @param cols c, at least 1
     * @throws IllegalArgumentException if an entry is NaN or infinite or the length is not r·c
     */
    public static double of(double[] rowMajor, int rows, int cols) {
        if (rowMajor.length != Math.multiplyExact(rows, cols)) {
            throw new IllegalArgumentException(rowMajor.length + " entries are not " + rows + " x " + cols);
        }
        if (Math.min(rows, cols) <= FULL) {
            return SingularValues.of(rowMajor, rows, cols)[0];
        }
        double scale = Scaling.powerOfTwoNear(rowMajor);
        if (scale == 0) {
            return 0;
        }
        RowKernel kernel = RowKernel.fastest();
        Lanczos lanczos = new Lanczos(cols, 1, kernel);
        double depth = (double) rows + cols;
        double rounding = Rounding.product(depth, FrobeniusNorm.of(rowMajor) / scale);
        SpectralBound bound = new SpectralBound(lanczos, 1e-12, 1e-12, rounding);
        do {
            multiply(rowMajor, rows, cols, scale, lanczos, kernel);
            lanczos.advance();
        } while (!bound.reached() && !bound.stalled());
        return bound.stalled() ? SingularValues.of(rowMajor, rows, cols)[0] : scale * Math.sqrt(bound.eigenvalue());
    }

    /** AᵀA x in units of the scale squared. */
    private static void multiply(double[] a, int rows, int cols, double scale, Lanczos lanczos, RowKernel kernel) {
        int group = Math.max(4, 4096 / cols / 4 * 4);
        double[] y = new double[group * Columns.BLOCK];
        for (int row = 0; row < rows; row += group) {
            RowBlock block = new RowBlock(a, row * cols, Math.min(group, rows - row), cols);
            kernel.dot(block, lanczos.vectors(), y);
            for (int k = 0; k < y.length; k++) {
                y[k] = y[k] / scale / scale;
            }
            kernel.axpy(block, y, lanczos.product());
        }
    }
}
