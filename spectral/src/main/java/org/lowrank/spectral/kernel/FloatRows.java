package org.lowrank.spectral.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of rows of floats, widened to double in registers. Four rows and {@link Columns#BLOCK} vectors at a time: a vector of
 * x or z is loaded once for four rows, a row once for three vectors, and the twelve sums stay in registers.
 */
final class FloatRows {
    private static final VectorSpecies<Double> D = VectorKernel.D;
    private static final int LANES = D.length();

    private FloatRows() {}

    static void dot(RowBlock rows, Columns x, double[] y) {
        float[] a = rows.floats();
        int n = rows.cols();
        int k = x.count() == Columns.BLOCK ? rows.rows() & -4 : 0;
        for (int quad = 0; quad < k; quad += 4) {
            dotFour(a, rows.at() + quad * n, n, x, y, quad * Columns.BLOCK);
        }
        for (; k < rows.rows(); k++) {
            for (int v = 0; v < x.count(); v++) {
                y[k * x.count() + v] = dotOne(a, rows.at() + k * n, n, x.array(), x.at() + v * x.stride());
            }
        }
    }

    static void axpy(RowBlock rows, double[] y, Columns z) {
        float[] a = rows.floats();
        int n = rows.cols();
        int k = z.count() == Columns.BLOCK ? rows.rows() & -4 : 0;
        for (int quad = 0; quad < k; quad += 4) {
            axpyFour(a, rows.at() + quad * n, n, y, quad * Columns.BLOCK, z);
        }
        for (; k < rows.rows(); k++) {
            for (int v = 0; v < z.count(); v++) {
                axpyOne(a, rows.at() + k * n, n, y[k * z.count() + v], z.array(), z.at() + v * z.stride());
            }
        }
    }

    static double squares(float[] a, int at, int n) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        int j = 0;
        for (; j <= n - 2 * LANES; j += 2 * LANES) {
            DoubleVector v0 = load(a, at + j);
            DoubleVector v1 = load(a, at + j + LANES);
            s0 = v0.fma(v0, s0);
            s1 = v1.fma(v1, s1);
        }
        double t = s0.add(s1).reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            double entry = a[at + j];
            t += entry * entry;
        }
        return t;
    }

    private static DoubleVector load(float[] a, int at) {
        return (DoubleVector) FloatVector.fromArray(VectorKernel.F, a, at).convertShape(VectorOperators.F2D, D, 0);
    }

    static void dotFour(float[] a, int at, int n, Columns x, double[] y, int k) {
        double[] xs = x.array();
        int x0 = x.at();
        int x1 = x.at() + x.stride();
        int x2 = x.at() + 2 * x.stride();
        DoubleVector s00 = DoubleVector.zero(D);
        DoubleVector s10 = DoubleVector.zero(D);
        DoubleVector s20 = DoubleVector.zero(D);
        DoubleVector s30 = DoubleVector.zero(D);
        DoubleVector s01 = DoubleVector.zero(D);
        DoubleVector s11 = DoubleVector.zero(D);
        DoubleVector s21 = DoubleVector.zero(D);
        DoubleVector s31 = DoubleVector.zero(D);
        DoubleVector s02 = DoubleVector.zero(D);
        DoubleVector s12 = DoubleVector.zero(D);
        DoubleVector s22 = DoubleVector.zero(D);
        DoubleVector s32 = DoubleVector.zero(D);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector v0 = DoubleVector.fromArray(D, xs, x0 + j);
            DoubleVector v1 = DoubleVector.fromArray(D, xs, x1 + j);
            DoubleVector v2 = DoubleVector.fromArray(D, xs, x2 + j);
            DoubleVector a0 = load(a, at + j);
            s00 = a0.fma(v0, s00);
            s01 = a0.fma(v1, s01);
            s02 = a0.fma(v2, s02);
            DoubleVector a1 = load(a, at + n + j);
            s10 = a1.fma(v0, s10);
            s11 = a1.fma(v1, s11);
            s12 = a1.fma(v2, s12);
            DoubleVector a2 = load(a, at + 2 * n + j);
            s20 = a2.fma(v0, s20);
            s21 = a2.fma(v1, s21);
            s22 = a2.fma(v2, s22);
            DoubleVector a3 = load(a, at + 3 * n + j);
            s30 = a3.fma(v0, s30);
            s31 = a3.fma(v1, s31);
            s32 = a3.fma(v2, s32);
        }
        y[k] = s00.reduceLanes(VectorOperators.ADD);
        y[k + 1] = s01.reduceLanes(VectorOperators.ADD);
        y[k + 2] = s02.reduceLanes(VectorOperators.ADD);
        y[k + 3] = s10.reduceLanes(VectorOperators.ADD);
        y[k + 4] = s11.reduceLanes(VectorOperators.ADD);
        y[k + 5] = s12.reduceLanes(VectorOperators.ADD);
        y[k + 6] = s20.reduceLanes(VectorOperators.ADD);
        y[k + 7] = s21.reduceLanes(VectorOperators.ADD);
        y[k + 8] = s22.reduceLanes(VectorOperators.ADD);
        y[k + 9] = s30.reduceLanes(VectorOperators.ADD);
        y[k + 10] = s31.reduceLanes(VectorOperators.ADD);
        y[k + 11] = s32.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            for (int r = 0; r < 4; r++) {
                y[k + 3 * r] += a[at + r * n + j] * xs[x0 + j];
                y[k + 3 * r + 1] += a[at + r * n + j] * xs[x1 + j];
                y[k + 3 * r + 2] += a[at + r * n + j] * xs[x2 + j];
            }
        }
    }

    static void axpyFour(float[] a, int at, int n, double[] y, int k, Columns z) {
        double[] zs = z.array();
        int z0 = z.at();
        int z1 = z.at() + z.stride();
        int z2 = z.at() + 2 * z.stride();
        DoubleVector y00 = DoubleVector.broadcast(D, y[k]);
        DoubleVector y01 = DoubleVector.broadcast(D, y[k + 1]);
        DoubleVector y02 = DoubleVector.broadcast(D, y[k + 2]);
        DoubleVector y10 = DoubleVector.broadcast(D, y[k + 3]);
        DoubleVector y11 = DoubleVector.broadcast(D, y[k + 4]);
        DoubleVector y12 = DoubleVector.broadcast(D, y[k + 5]);
        DoubleVector y20 = DoubleVector.broadcast(D, y[k + 6]);
        DoubleVector y21 = DoubleVector.broadcast(D, y[k + 7]);
        DoubleVector y22 = DoubleVector.broadcast(D, y[k + 8]);
        DoubleVector y30 = DoubleVector.broadcast(D, y[k + 9]);
        DoubleVector y31 = DoubleVector.broadcast(D, y[k + 10]);
        DoubleVector y32 = DoubleVector.broadcast(D, y[k + 11]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector v0 = DoubleVector.fromArray(D, zs, z0 + j);
            DoubleVector v1 = DoubleVector.fromArray(D, zs, z1 + j);
            DoubleVector v2 = DoubleVector.fromArray(D, zs, z2 + j);
            DoubleVector a0 = load(a, at + j);
            v0 = a0.fma(y00, v0);
            v1 = a0.fma(y01, v1);
            v2 = a0.fma(y02, v2);
            DoubleVector a1 = load(a, at + n + j);
            v0 = a1.fma(y10, v0);
            v1 = a1.fma(y11, v1);
            v2 = a1.fma(y12, v2);
            DoubleVector a2 = load(a, at + 2 * n + j);
            v0 = a2.fma(y20, v0);
            v1 = a2.fma(y21, v1);
            v2 = a2.fma(y22, v2);
            DoubleVector a3 = load(a, at + 3 * n + j);
            v0 = a3.fma(y30, v0);
            v1 = a3.fma(y31, v1);
            v2 = a3.fma(y32, v2);
            v0.intoArray(zs, z0 + j);
            v1.intoArray(zs, z1 + j);
            v2.intoArray(zs, z2 + j);
        }
        for (; j < n; j++) {
            for (int r = 0; r < 4; r++) {
                zs[z0 + j] += y[k + 3 * r] * a[at + r * n + j];
                zs[z1 + j] += y[k + 3 * r + 1] * a[at + r * n + j];
                zs[z2 + j] += y[k + 3 * r + 2] * a[at + r * n + j];
            }
        }
    }

    static double dotOne(float[] a, int at, int n, double[] x, int xAt) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        int j = 0;
        for (; j <= n - 2 * LANES; j += 2 * LANES) {
            s0 = load(a, at + j).fma(DoubleVector.fromArray(D, x, xAt + j), s0);
            s1 = load(a, at + j + LANES).fma(DoubleVector.fromArray(D, x, xAt + j + LANES), s1);
        }
        double t = s0.add(s1).reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t += a[at + j] * x[xAt + j];
        }
        return t;
    }

    static void axpyOne(float[] a, int at, int n, double y, double[] z, int zAt) {
        DoubleVector yk = DoubleVector.broadcast(D, y);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            load(a, at + j).fma(yk, DoubleVector.fromArray(D, z, zAt + j)).intoArray(z, zAt + j);
        }
        for (; j < n; j++) {
            z[zAt + j] += y * a[at + j];
        }
    }
}
