package org.lowrank.spectral.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.lowrank.machine.memory.ElementType;

/**
 * Rows of 16-bit numbers widened to floats and multiplied in the same loop, so that they come from memory while the products are
 * computed. Two rows at a time: with more the JIT compiler puts the vectors on the heap.
 */
final class HalfRows {
    private static final VectorSpecies<Double> D = VectorKernel.D;
    private static final VectorSpecies<Float> F = VectorKernel.F;
    private static final VectorSpecies<Integer> I = VectorKernel.I;
    private static final VectorSpecies<Short> S = VectorKernel.S;
    private static final int LANES = D.length();

    private HalfRows() {}

    /** {@link RowKernel#widenAndDot} with {@link Columns#BLOCK} vectors. */
    static void widenAndDot(ElementType type, short[] bits, int from, RowBlock rows, Columns x, double[] y) {
        float[] a = rows.floats();
        int n = rows.cols();
        int pairs = rows.rows() & -2;
        for (int k = 0; k < pairs; k += 2) {
            pair(type, bits, from + k * n, n, a, rows.at() + k * n, x, y, k * Columns.BLOCK);
        }
        if (pairs < rows.rows()) {
            VectorKernel.widenTo(type, bits, from + pairs * n, a, rows.at() + pairs * n, n);
            double[] last = new double[Columns.BLOCK];
            FloatRows.dot(new RowBlock(a, rows.at() + pairs * n, 1, n), x, last);
            System.arraycopy(last, 0, y, pairs * Columns.BLOCK, last.length);
        }
    }

    private static void pair(
            ElementType type, short[] bits, int from, int n, float[] a, int at, Columns x, double[] y, int k) {
        int shift = VectorKernel.shift(type);
        int mask = VectorKernel.mask(type);
        double[] xs = x.array();
        int x0 = x.at();
        int x1 = x.at(1);
        int x2 = x.at(2);
        DoubleVector s00 = DoubleVector.zero(D);
        DoubleVector s01 = DoubleVector.zero(D);
        DoubleVector s02 = DoubleVector.zero(D);
        DoubleVector s10 = DoubleVector.zero(D);
        DoubleVector s11 = DoubleVector.zero(D);
        DoubleVector s12 = DoubleVector.zero(D);
        int j = 0;
        for (; j <= n - 2 * LANES; j += 2 * LANES) {
            DoubleVector v0 = DoubleVector.fromArray(D, xs, x0 + j);
            DoubleVector v1 = DoubleVector.fromArray(D, xs, x1 + j);
            DoubleVector v2 = DoubleVector.fromArray(D, xs, x2 + j);
            DoubleVector w0 = DoubleVector.fromArray(D, xs, x0 + j + LANES);
            DoubleVector w1 = DoubleVector.fromArray(D, xs, x1 + j + LANES);
            DoubleVector w2 = DoubleVector.fromArray(D, xs, x2 + j + LANES);
            ((IntVector) ShortVector.fromArray(S, bits, from + j).convertShape(VectorOperators.S2I, I, 0))
                    .lanewise(VectorOperators.LSHL, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .intoArray(a, at + j);
            DoubleVector a0 =
                    (DoubleVector) FloatVector.fromArray(F, a, at + j).convertShape(VectorOperators.F2D, D, 0);
            s00 = a0.fma(v0, s00);
            s01 = a0.fma(v1, s01);
            s02 = a0.fma(v2, s02);
            DoubleVector b0 =
                    (DoubleVector) FloatVector.fromArray(F, a, at + j + LANES).convertShape(VectorOperators.F2D, D, 0);
            s00 = b0.fma(w0, s00);
            s01 = b0.fma(w1, s01);
            s02 = b0.fma(w2, s02);
            ((IntVector) ShortVector.fromArray(S, bits, from + n + j).convertShape(VectorOperators.S2I, I, 0))
                    .lanewise(VectorOperators.LSHL, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .intoArray(a, at + n + j);
            DoubleVector a1 =
                    (DoubleVector) FloatVector.fromArray(F, a, at + n + j).convertShape(VectorOperators.F2D, D, 0);
            s10 = a1.fma(v0, s10);
            s11 = a1.fma(v1, s11);
            s12 = a1.fma(v2, s12);
            DoubleVector b1 = (DoubleVector)
                    FloatVector.fromArray(F, a, at + n + j + LANES).convertShape(VectorOperators.F2D, D, 0);
            s10 = b1.fma(w0, s10);
            s11 = b1.fma(w1, s11);
            s12 = b1.fma(w2, s12);
        }
        y[k] = s00.reduceLanes(VectorOperators.ADD);
        y[k + 1] = s01.reduceLanes(VectorOperators.ADD);
        y[k + 2] = s02.reduceLanes(VectorOperators.ADD);
        y[k + 3] = s10.reduceLanes(VectorOperators.ADD);
        y[k + 4] = s11.reduceLanes(VectorOperators.ADD);
        y[k + 5] = s12.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            for (int r = 0; r < 2; r++) {
                float element = Float.intBitsToFloat((bits[from + r * n + j] << shift) & mask);
                a[at + r * n + j] = element;
                y[k + 3 * r] += element * xs[x0 + j];
                y[k + 3 * r + 1] += element * xs[x1 + j];
                y[k + 3 * r + 2] += element * xs[x2 + j];
            }
        }
    }
}
