package org.lowrank.spectral;

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
        boolean tall = rows >= cols;
        int n = Math.min(rows, cols);
        Lanczos lanczos = new Lanczos(n, 1, 1e-12, 1e-12, SpectralEngines.kernel());
        double[] inner = new double[Math.max(rows, cols)];
        while (!lanczos.done()) {
            double[] product = new double[n];
            gram(rowMajor, rows, cols, scale, tall, lanczos.vector(), inner, product);
            lanczos.advance(product);
        }
        double[] v = lanczos.ritzVector();
        if (tall) {
            times(rowMajor, rows, cols, scale, v, inner);
        } else {
            transposedTimes(rowMajor, rows, cols, scale, v, inner);
        }
        return scale * Lanczos.norm(inner);
    }

    private static void gram(
            double[] a, int rows, int cols, double scale, boolean tall, double[] x, double[] inner, double[] out) {
        if (tall) {
            times(a, rows, cols, scale, x, inner);
            transposedTimes(a, rows, cols, scale, inner, out);
        } else {
            transposedTimes(a, rows, cols, scale, x, inner);
            times(a, rows, cols, scale, inner, out);
        }
    }

    private static void times(double[] a, int rows, int cols, double scale, double[] x, double[] y) {
        for (int i = 0; i < rows; i++) {
            y[i] = Sums.dot(a, i * cols, x, 0, cols) / scale;
        }
    }

    private static void transposedTimes(double[] a, int rows, int cols, double scale, double[] y, double[] z) {
        java.util.Arrays.fill(z, 0, cols, 0);
        for (int i = 0; i < rows; i++) {
            Sums.axpy(y[i] / scale, a, i * cols, z, 0, cols);
        }
    }
}
