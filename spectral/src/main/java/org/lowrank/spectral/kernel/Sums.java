package org.lowrank.spectral.kernel;

/** Sums of a few thousand doubles with eight independent accumulators: relative error at most (n/8 + 3)·2⁻⁵³ Σ|term|. */
public final class Sums {
    private Sums() {}

    public static double squares(double[] x, int n) {
        return dot(x, 0, x, 0, n);
    }

    public static double dot(double[] x, int xAt, double[] y, int yAt, int n) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        int j = 0;
        for (; j <= n - 8; j += 8) {
            s0 += x[xAt + j] * y[yAt + j];
            s1 += x[xAt + j + 1] * y[yAt + j + 1];
            s2 += x[xAt + j + 2] * y[yAt + j + 2];
            s3 += x[xAt + j + 3] * y[yAt + j + 3];
            s4 += x[xAt + j + 4] * y[yAt + j + 4];
            s5 += x[xAt + j + 5] * y[yAt + j + 5];
            s6 += x[xAt + j + 6] * y[yAt + j + 6];
            s7 += x[xAt + j + 7] * y[yAt + j + 7];
        }
        for (; j < n; j++) {
            s0 += x[xAt + j] * y[yAt + j];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    /** The Euclidean norm. */
    public static double norm(double[] x) {
        return Math.sqrt(squares(x, x.length));
    }

    /** x *= factor. */
    public static void scale(double[] x, double factor) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }

    /** y += a x. */
    public static void axpy(double a, double[] x, int xAt, double[] y, int yAt, int n) {
        for (int j = 0; j < n; j++) {
            y[yAt + j] += a * x[xAt + j];
        }
    }
}
