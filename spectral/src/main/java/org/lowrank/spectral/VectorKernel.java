package org.lowrank.spectral;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API: floats are widened to double in registers, four rows at a time, so that a vector of x or z is loaded once
 * for four rows. One loop per type of element and number of rows, because the compiler needs to see each whole.
 */
final class VectorKernel implements RowKernel {
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = D.length();
    private static final VectorSpecies<Float> F =
            VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
    private static final VectorSpecies<Integer> I =
            VectorSpecies.of(int.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, D.vectorBitSize() / 4)));

    /** Whether the processor and the run-time have vectors of at least four doubles. */
    static boolean usable() {
        return D.length() >= 4 && S.length() == LANES;
    }

    @Override
    public void dot(RowBlock rows, double[] x, double[] y) {
        int n = rows.cols();
        int k = 0;
        if (rows.array() instanceof float[] a) {
            for (; k <= rows.rows() - 4; k += 4) {
                dotFour(a, rows.at() + k * n, n, x, y, k);
            }
            for (; k < rows.rows(); k++) {
                y[k] = dotOne(a, rows.at() + k * n, n, x);
            }
            return;
        }
        double[] a = (double[]) rows.array();
        for (; k <= rows.rows() - 4; k += 4) {
            dotFour(a, rows.at() + k * n, n, x, y, k);
        }
        for (; k < rows.rows(); k++) {
            y[k] = dotOne(a, rows.at() + k * n, n, x);
        }
    }

    @Override
    public void axpy(RowBlock rows, double[] y, double[] z) {
        int n = rows.cols();
        int k = 0;
        if (rows.array() instanceof float[] a) {
            for (; k <= rows.rows() - 4; k += 4) {
                axpyFour(a, rows.at() + k * n, n, y, k, z);
            }
            for (; k < rows.rows(); k++) {
                axpyOne(a, rows.at() + k * n, n, y[k], z);
            }
            return;
        }
        double[] a = (double[]) rows.array();
        for (; k <= rows.rows() - 4; k += 4) {
            axpyFour(a, rows.at() + k * n, n, y, k, z);
        }
        for (; k < rows.rows(); k++) {
            axpyOne(a, rows.at() + k * n, n, y[k], z);
        }
    }

    @Override
    public void widen(ElementType type, short[] bits, int from, float[] to, int at, int count) {
        int shift = type == ElementType.F16 ? 13 : 16;
        int mask = type == ElementType.F16 ? 0x8fffe000 : -1;
        int j = 0;
        for (; j <= count - LANES; j += LANES) {
            IntVector wide =
                    (IntVector) ShortVector.fromArray(S, bits, from + j).convertShape(VectorOperators.S2I, I, 0);
            wide.lanewise(VectorOperators.LSHL, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .intoArray(to, at + j);
        }
        for (; j < count; j++) {
            to[at + j] = Float.intBitsToFloat((bits[from + j] << shift) & mask);
        }
    }

    @Override
    public boolean finite(short[] halves, int from, int count) {
        VectorSpecies<Short> species = ShortVector.SPECIES_PREFERRED;
        ShortVector largest = ShortVector.zero(species);
        int j = 0;
        for (; j <= count - species.length(); j += species.length()) {
            largest =
                    largest.max(ShortVector.fromArray(species, halves, from + j).and((short) 0x7fff));
        }
        int magnitude = largest.reduceLanes(VectorOperators.MAX);
        for (; j < count; j++) {
            magnitude = Math.max(magnitude, halves[from + j] & 0x7fff);
        }
        return magnitude < 0x7c00;
    }

    @Override
    public double squares(Object array, int at, int n) {
        return array instanceof float[] floats ? squares(floats, at, n) : squares((double[]) array, at, n);
    }

    private static DoubleVector load(float[] a, int at) {
        return (DoubleVector) FloatVector.fromArray(F, a, at).convertShape(VectorOperators.F2D, D, 0);
    }

    private static DoubleVector load(double[] a, int at) {
        return DoubleVector.fromArray(D, a, at);
    }

    private static void dotFour(float[] a, int at, int n, double[] x, double[] y, int k) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector xj = DoubleVector.fromArray(D, x, j);
            s0 = load(a, at + j).fma(xj, s0);
            s1 = load(a, at + n + j).fma(xj, s1);
            s2 = load(a, at + 2 * n + j).fma(xj, s2);
            s3 = load(a, at + 3 * n + j).fma(xj, s3);
        }
        double t0 = s0.reduceLanes(VectorOperators.ADD);
        double t1 = s1.reduceLanes(VectorOperators.ADD);
        double t2 = s2.reduceLanes(VectorOperators.ADD);
        double t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t0 += a[at + j] * x[j];
            t1 += a[at + n + j] * x[j];
            t2 += a[at + 2 * n + j] * x[j];
            t3 += a[at + 3 * n + j] * x[j];
        }
        y[k] = t0;
        y[k + 1] = t1;
        y[k + 2] = t2;
        y[k + 3] = t3;
    }

    private static double dotOne(float[] a, int at, int n, double[] x) {
        DoubleVector s = DoubleVector.zero(D);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            s = load(a, at + j).fma(DoubleVector.fromArray(D, x, j), s);
        }
        double t = s.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t += a[at + j] * x[j];
        }
        return t;
    }

    private static void axpyFour(float[] a, int at, int n, double[] y, int k, double[] z) {
        DoubleVector y0 = DoubleVector.broadcast(D, y[k]);
        DoubleVector y1 = DoubleVector.broadcast(D, y[k + 1]);
        DoubleVector y2 = DoubleVector.broadcast(D, y[k + 2]);
        DoubleVector y3 = DoubleVector.broadcast(D, y[k + 3]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector zj = DoubleVector.fromArray(D, z, j);
            zj = load(a, at + j).fma(y0, zj);
            zj = load(a, at + n + j).fma(y1, zj);
            zj = load(a, at + 2 * n + j).fma(y2, zj);
            zj = load(a, at + 3 * n + j).fma(y3, zj);
            zj.intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y[k] * a[at + j]
                    + y[k + 1] * a[at + n + j]
                    + y[k + 2] * a[at + 2 * n + j]
                    + y[k + 3] * a[at + 3 * n + j];
        }
    }

    private static void axpyOne(float[] a, int at, int n, double y, double[] z) {
        DoubleVector yk = DoubleVector.broadcast(D, y);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            load(a, at + j).fma(yk, DoubleVector.fromArray(D, z, j)).intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y * a[at + j];
        }
    }

    private static void dotFour(double[] a, int at, int n, double[] x, double[] y, int k) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector xj = DoubleVector.fromArray(D, x, j);
            s0 = load(a, at + j).fma(xj, s0);
            s1 = load(a, at + n + j).fma(xj, s1);
            s2 = load(a, at + 2 * n + j).fma(xj, s2);
            s3 = load(a, at + 3 * n + j).fma(xj, s3);
        }
        double t0 = s0.reduceLanes(VectorOperators.ADD);
        double t1 = s1.reduceLanes(VectorOperators.ADD);
        double t2 = s2.reduceLanes(VectorOperators.ADD);
        double t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t0 += a[at + j] * x[j];
            t1 += a[at + n + j] * x[j];
            t2 += a[at + 2 * n + j] * x[j];
            t3 += a[at + 3 * n + j] * x[j];
        }
        y[k] = t0;
        y[k + 1] = t1;
        y[k + 2] = t2;
        y[k + 3] = t3;
    }

    private static double dotOne(double[] a, int at, int n, double[] x) {
        DoubleVector s = DoubleVector.zero(D);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            s = load(a, at + j).fma(DoubleVector.fromArray(D, x, j), s);
        }
        double t = s.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t += a[at + j] * x[j];
        }
        return t;
    }

    private static void axpyFour(double[] a, int at, int n, double[] y, int k, double[] z) {
        DoubleVector y0 = DoubleVector.broadcast(D, y[k]);
        DoubleVector y1 = DoubleVector.broadcast(D, y[k + 1]);
        DoubleVector y2 = DoubleVector.broadcast(D, y[k + 2]);
        DoubleVector y3 = DoubleVector.broadcast(D, y[k + 3]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector zj = DoubleVector.fromArray(D, z, j);
            zj = load(a, at + j).fma(y0, zj);
            zj = load(a, at + n + j).fma(y1, zj);
            zj = load(a, at + 2 * n + j).fma(y2, zj);
            zj = load(a, at + 3 * n + j).fma(y3, zj);
            zj.intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y[k] * a[at + j]
                    + y[k + 1] * a[at + n + j]
                    + y[k + 2] * a[at + 2 * n + j]
                    + y[k + 3] * a[at + 3 * n + j];
        }
    }

    private static void axpyOne(double[] a, int at, int n, double y, double[] z) {
        DoubleVector yk = DoubleVector.broadcast(D, y);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            load(a, at + j).fma(yk, DoubleVector.fromArray(D, z, j)).intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y * a[at + j];
        }
    }

    private static double squares(float[] a, int at, int n) {
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
            t += (double) a[at + j] * a[at + j];
        }
        return t;
    }

    private static double squares(double[] a, int at, int n) {
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
            t += a[at + j] * a[at + j];
        }
        return t;
    }

    @Override
    public String description() {
        return "Vector API, double, " + LANES + " lanes";
    }
}
