package org.lowrank.spectral;

/** The spectral norm ‖A‖_2 = σ1 of a dense double matrix. */
public final class SpectralNorm {
    private static final int FULL = 24;

    private SpectralNorm() {}

    /**
     * σ1 to a relative 1e-12 (missed with probability below 1e-12 over a fixed random start), by the Lanczos process on the
     * smaller Gram side; a full decomposition for tiny matrices. Zero for the zero matrix.
     *
     * @param rowMajor r·c finite entries; not modified
     */
    public static double of(double[] rowMajor, int rows, int cols) {
        if (Math.min(rows, cols) <= FULL) {
            return SingularValues.of(rowMajor, rows, cols)[0];
        }
        double scale = Scaling.powerOfTwoNear(rowMajor);
        if (scale == 0) {
            return 0;
        }
        boolean tall = rows >= cols;
        int n = Math.min(rows, cols);
        Lanczos lanczos = new Lanczos(n, 1, 1e-12, 1e-12);
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
