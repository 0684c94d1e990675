package org.lowrank.spectral.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Both products of rows of floats that come from memory, in one loop. */
final class StreamedRows {
    private static final VectorSpecies<Double> D = VectorKernel.D;
    private static final int LANES = D.length();

    private StreamedRows() {}

    /**
     * z += (scale A)ᵀ(scale A x), where the next four rows are multiplied while the last four are added up, so that they come from memory
     * meanwhile. The sums of both, and what they are multiplied by, fill 32 registers. No method of ours is called in
     * the loop: the JIT compiler inlines no more of them after so many, and would put the vectors on the heap.
     */
    static void addGram(RowBlock rows, double scale, Columns x, Columns z) {
        float[] a = rows.floats();
        int n = rows.cols();
        int quads = x.count() == Columns.BLOCK ? rows.rows() / 4 : 0;
        double[] y = new double[4 * Columns.BLOCK];
        for (int q = 0; q < quads; q++) {
            int at = rows.at() + 4 * q * n;
            if (q == 0) {
                FloatRows.dotFour(a, at, n, x, y, 0);
            } else {
                axpyDotFour(a, at, n, y, x, z);
            }
            RowKernel.scaleTwice(y, scale);
        }
        if (quads > 0) {
            FloatRows.axpyFour(a, rows.at() + 4 * (quads - 1) * n, n, y, 0, z);
        }
        for (int k = 4 * quads; k < rows.rows(); k++) {
            for (int v = 0; v < x.count(); v++) {
                double yk = scale * (scale * FloatRows.dotOne(a, rows.at() + k * n, n, x.array(), x.at(v)));
                FloatRows.axpyOne(a, rows.at() + k * n, n, yk, z.array(), z.at(v));
            }
        }
    }

    /** Adds y times the four rows before {@code at} to z, and puts the products of the four rows from there on in y. */
    private static void axpyDotFour(float[] a, int at, int n, double[] y, Columns x, Columns z) {
        double[] xs = x.array();
        int x0 = x.at();
        int x1 = x.at(1);
        int x2 = x.at(2);
        double[] zs = z.array();
        int z0 = z.at();
        int z1 = z.at(1);
        int z2 = z.at(2);
        int before = at - 4 * n;
        DoubleVector s00 = DoubleVector.zero(D);
        DoubleVector s01 = DoubleVector.zero(D);
        DoubleVector s02 = DoubleVector.zero(D);
        DoubleVector s10 = DoubleVector.zero(D);
        DoubleVector s11 = DoubleVector.zero(D);
        DoubleVector s12 = DoubleVector.zero(D);
        DoubleVector s20 = DoubleVector.zero(D);
        DoubleVector s21 = DoubleVector.zero(D);
        DoubleVector s22 = DoubleVector.zero(D);
        DoubleVector s30 = DoubleVector.zero(D);
        DoubleVector s31 = DoubleVector.zero(D);
        DoubleVector s32 = DoubleVector.zero(D);
        DoubleVector y00 = DoubleVector.broadcast(D, y[0]);
        DoubleVector y01 = DoubleVector.broadcast(D, y[1]);
        DoubleVector y02 = DoubleVector.broadcast(D, y[2]);
        DoubleVector y10 = DoubleVector.broadcast(D, y[3]);
        DoubleVector y11 = DoubleVector.broadcast(D, y[4]);
        DoubleVector y12 = DoubleVector.broadcast(D, y[5]);
        DoubleVector y20 = DoubleVector.broadcast(D, y[6]);
        DoubleVector y21 = DoubleVector.broadcast(D, y[7]);
        DoubleVector y22 = DoubleVector.broadcast(D, y[8]);
        DoubleVector y30 = DoubleVector.broadcast(D, y[9]);
        DoubleVector y31 = DoubleVector.broadcast(D, y[10]);
        DoubleVector y32 = DoubleVector.broadcast(D, y[11]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector v0 = DoubleVector.fromArray(D, xs, x0 + j);
            DoubleVector v1 = DoubleVector.fromArray(D, xs, x1 + j);
            DoubleVector v2 = DoubleVector.fromArray(D, xs, x2 + j);
            DoubleVector w0 = DoubleVector.fromArray(D, zs, z0 + j);
            DoubleVector w1 = DoubleVector.fromArray(D, zs, z1 + j);
            DoubleVector w2 = DoubleVector.fromArray(D, zs, z2 + j);
            DoubleVector a0 = (DoubleVector)
                    FloatVector.fromArray(VectorKernel.F, a, at + j).convertShape(VectorOperators.F2D, D, 0);
            s00 = a0.fma(v0, s00);
            s01 = a0.fma(v1, s01);
            s02 = a0.fma(v2, s02);
            DoubleVector b0 = (DoubleVector)
                    FloatVector.fromArray(VectorKernel.F, a, before + j).convertShape(VectorOperators.F2D, D, 0);
            w0 = b0.fma(y00, w0);
            w1 = b0.fma(y01, w1);
            w2 = b0.fma(y02, w2);
            DoubleVector a1 = (DoubleVector)
                    FloatVector.fromArray(VectorKernel.F, a, at + n + j).convertShape(VectorOperators.F2D, D, 0);
            s10 = a1.fma(v0, s10);
            s11 = a1.fma(v1, s11);
            s12 = a1.fma(v2, s12);
            DoubleVector b1 = (DoubleVector)
                    FloatVector.fromArray(VectorKernel.F, a, before + n + j).convertShape(VectorOperators.F2D, D, 0);
            w0 = b1.fma(y10, w0);
            w1 = b1.fma(y11, w1);
            w2 = b1.fma(y12, w2);
            DoubleVector a2 = (DoubleVector)
                    FloatVector.fromArray(VectorKernel.F, a, at + 2 * n + j).convertShape(VectorOperators.F2D, D, 0);
            s20 = a2.fma(v0, s20);
            s21 = a2.fma(v1, s21);
            s22 = a2.fma(v2, s22);
            DoubleVector b2 = (DoubleVector) FloatVector.fromArray(VectorKernel.F, a, before + 2 * n + j)
                    .convertShape(VectorOperators.F2D, D, 0);
            w0 = b2.fma(y20, w0);
            w1 = b2.fma(y21, w1);
            w2 = b2.fma(y22, w2);
            DoubleVector a3 = (DoubleVector)
                    FloatVector.fromArray(VectorKernel.F, a, at + 3 * n + j).convertShape(VectorOperators.F2D, D, 0);
            s30 = a3.fma(v0, s30);
            s31 = a3.fma(v1, s31);
            s32 = a3.fma(v2, s32);
            DoubleVector b3 = (DoubleVector) FloatVector.fromArray(VectorKernel.F, a, before + 3 * n + j)
                    .convertShape(VectorOperators.F2D, D, 0);
            w0 = b3.fma(y30, w0);
            w1 = b3.fma(y31, w1);
            w2 = b3.fma(y32, w2);
            w0.intoArray(zs, z0 + j);
            w1.intoArray(zs, z1 + j);
            w2.intoArray(zs, z2 + j);
        }
        for (int i = j; i < n; i++) {
            for (int r = 0; r < 4; r++) {
                zs[z0 + i] += y[3 * r] * a[before + r * n + i];
                zs[z1 + i] += y[3 * r + 1] * a[before + r * n + i];
                zs[z2 + i] += y[3 * r + 2] * a[before + r * n + i];
            }
        }
        y[0] = s00.reduceLanes(VectorOperators.ADD);
        y[1] = s01.reduceLanes(VectorOperators.ADD);
        y[2] = s02.reduceLanes(VectorOperators.ADD);
        y[3] = s10.reduceLanes(VectorOperators.ADD);
        y[4] = s11.reduceLanes(VectorOperators.ADD);
        y[5] = s12.reduceLanes(VectorOperators.ADD);
        y[6] = s20.reduceLanes(VectorOperators.ADD);
        y[7] = s21.reduceLanes(VectorOperators.ADD);
        y[8] = s22.reduceLanes(VectorOperators.ADD);
        y[9] = s30.reduceLanes(VectorOperators.ADD);
        y[10] = s31.reduceLanes(VectorOperators.ADD);
        y[11] = s32.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            for (int r = 0; r < 4; r++) {
                y[3 * r] += a[at + r * n + j] * xs[x0 + j];
                y[3 * r + 1] += a[at + r * n + j] * xs[x1 + j];
                y[3 * r + 2] += a[at + r * n + j] * xs[x2 + j];
            }
        }
    }
}
