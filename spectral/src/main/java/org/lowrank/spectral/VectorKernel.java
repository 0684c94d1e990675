package org.lowrank.spectral;

import java.util.function.ToDoubleFunction;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API: weights are widened to double in registers, four rows at a time, so that a vector of x or z is loaded
 * once for four rows and memory sees only the stored bytes.
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
    public void dot(PackedMatrix matrix, int row, int count, double[] x, double[] y) {
        if (count == ROWS && matrix.rowsInChunk(row) >= ROWS && matrix.cols >= LANES) {
            switch (matrix.type) {
                case F32 -> dotFloat((float[]) matrix.chunk(row), matrix.offset(row), matrix.cols, x, y);
                case F16 -> dotHalf((short[]) matrix.chunk(row), matrix.offset(row), matrix.cols, x, y);
                case BF16 -> dotBrain((short[]) matrix.chunk(row), matrix.offset(row), matrix.cols, x, y);
                case F64 -> dotDouble((double[]) matrix.chunk(row), matrix.offset(row), matrix.cols, x, y);
            }
            return;
        }
        for (int k = 0; k < count; k++) {
            int r = row + k;
            double sum = 0;
            ToDoubleFunction<Integer> element = element(matrix, r);
            for (int j = 0; j < matrix.cols; j++) {
                sum += element.applyAsDouble(j) * x[j];
            }
            y[k] += sum;
        }
    }

    @Override
    public void axpy(PackedMatrix matrix, int row, int count, double[] y, double[] z) {
        if (count == ROWS && matrix.rowsInChunk(row) >= ROWS && matrix.cols >= LANES) {
            switch (matrix.type) {
                case F32 -> axpyFloat((float[]) matrix.chunk(row), matrix.offset(row), matrix.cols, y, z);
                case F16 -> axpyHalf((short[]) matrix.chunk(row), matrix.offset(row), matrix.cols, y, z);
                case BF16 -> axpyBrain((short[]) matrix.chunk(row), matrix.offset(row), matrix.cols, y, z);
                case F64 -> axpyDouble((double[]) matrix.chunk(row), matrix.offset(row), matrix.cols, y, z);
            }
            return;
        }
        for (int k = 0; k < count; k++) {
            int r = row + k;
            ToDoubleFunction<Integer> element = element(matrix, r);
            for (int j = 0; j < matrix.cols; j++) {
                z[j] += element.applyAsDouble(j) * y[k];
            }
        }
    }

    /** Element j of a row, for the few rows and columns that fill no vector. */
    private static ToDoubleFunction<Integer> element(PackedMatrix matrix, int row) {
        Object chunk = matrix.chunk(row);
        int at = matrix.offset(row);
        return switch (matrix.type) {
            case F64 -> j -> ((double[]) chunk)[at + j];
            case F32 -> j -> ((float[]) chunk)[at + j];
            case F16 -> j -> half(((short[]) chunk)[at + j]);
            case BF16 -> j -> brain(((short[]) chunk)[at + j]);
        };
    }

    private static double half(short bits) {
        return Float.intBitsToFloat((bits << 13) & 0x8fffe000);
    }

    private static double brain(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    private static DoubleVector floats(float[] a, int at) {
        return (DoubleVector) FloatVector.fromArray(F, a, at).convertShape(VectorOperators.F2D, D, 0);
    }

    private static DoubleVector halves(short[] a, int at) {
        IntVector bits = (IntVector) ShortVector.fromArray(S, a, at).convertShape(VectorOperators.S2I, I, 0);
        return (DoubleVector) bits.lanewise(VectorOperators.LSHL, 13)
                .and(0x8fffe000)
                .reinterpretAsFloats()
                .convertShape(VectorOperators.F2D, D, 0);
    }

    private static DoubleVector brains(short[] a, int at) {
        IntVector bits = (IntVector) ShortVector.fromArray(S, a, at).convertShape(VectorOperators.S2I, I, 0);
        return (DoubleVector)
                bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().convertShape(VectorOperators.F2D, D, 0);
    }

    private static void dotFloat(float[] a, int at, int n, double[] x, double[] y) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector xj = DoubleVector.fromArray(D, x, j);
            s0 = floats(a, at + j).fma(xj, s0);
            s1 = floats(a, at + n + j).fma(xj, s1);
            s2 = floats(a, at + 2 * n + j).fma(xj, s2);
            s3 = floats(a, at + 3 * n + j).fma(xj, s3);
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
        y[0] += t0;
        y[1] += t1;
        y[2] += t2;
        y[3] += t3;
    }

    private static void axpyFloat(float[] a, int at, int n, double[] y, double[] z) {
        DoubleVector y0 = DoubleVector.broadcast(D, y[0]);
        DoubleVector y1 = DoubleVector.broadcast(D, y[1]);
        DoubleVector y2 = DoubleVector.broadcast(D, y[2]);
        DoubleVector y3 = DoubleVector.broadcast(D, y[3]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector zj = DoubleVector.fromArray(D, z, j);
            zj = floats(a, at + j).fma(y0, zj);
            zj = floats(a, at + n + j).fma(y1, zj);
            zj = floats(a, at + 2 * n + j).fma(y2, zj);
            zj = floats(a, at + 3 * n + j).fma(y3, zj);
            zj.intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y[0] * a[at + j] + y[1] * a[at + n + j] + y[2] * a[at + 2 * n + j] + y[3] * a[at + 3 * n + j];
        }
    }

    private static void dotHalf(short[] a, int at, int n, double[] x, double[] y) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector xj = DoubleVector.fromArray(D, x, j);
            s0 = halves(a, at + j).fma(xj, s0);
            s1 = halves(a, at + n + j).fma(xj, s1);
            s2 = halves(a, at + 2 * n + j).fma(xj, s2);
            s3 = halves(a, at + 3 * n + j).fma(xj, s3);
        }
        double t0 = s0.reduceLanes(VectorOperators.ADD);
        double t1 = s1.reduceLanes(VectorOperators.ADD);
        double t2 = s2.reduceLanes(VectorOperators.ADD);
        double t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t0 += half(a[at + j]) * x[j];
            t1 += half(a[at + n + j]) * x[j];
            t2 += half(a[at + 2 * n + j]) * x[j];
            t3 += half(a[at + 3 * n + j]) * x[j];
        }
        y[0] += t0;
        y[1] += t1;
        y[2] += t2;
        y[3] += t3;
    }

    private static void axpyHalf(short[] a, int at, int n, double[] y, double[] z) {
        DoubleVector y0 = DoubleVector.broadcast(D, y[0]);
        DoubleVector y1 = DoubleVector.broadcast(D, y[1]);
        DoubleVector y2 = DoubleVector.broadcast(D, y[2]);
        DoubleVector y3 = DoubleVector.broadcast(D, y[3]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector zj = DoubleVector.fromArray(D, z, j);
            zj = halves(a, at + j).fma(y0, zj);
            zj = halves(a, at + n + j).fma(y1, zj);
            zj = halves(a, at + 2 * n + j).fma(y2, zj);
            zj = halves(a, at + 3 * n + j).fma(y3, zj);
            zj.intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y[0] * half(a[at + j])
                    + y[1] * half(a[at + n + j])
                    + y[2] * half(a[at + 2 * n + j])
                    + y[3] * half(a[at + 3 * n + j]);
        }
    }

    private static void dotBrain(short[] a, int at, int n, double[] x, double[] y) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector xj = DoubleVector.fromArray(D, x, j);
            s0 = brains(a, at + j).fma(xj, s0);
            s1 = brains(a, at + n + j).fma(xj, s1);
            s2 = brains(a, at + 2 * n + j).fma(xj, s2);
            s3 = brains(a, at + 3 * n + j).fma(xj, s3);
        }
        double t0 = s0.reduceLanes(VectorOperators.ADD);
        double t1 = s1.reduceLanes(VectorOperators.ADD);
        double t2 = s2.reduceLanes(VectorOperators.ADD);
        double t3 = s3.reduceLanes(VectorOperators.ADD);
        for (; j < n; j++) {
            t0 += brain(a[at + j]) * x[j];
            t1 += brain(a[at + n + j]) * x[j];
            t2 += brain(a[at + 2 * n + j]) * x[j];
            t3 += brain(a[at + 3 * n + j]) * x[j];
        }
        y[0] += t0;
        y[1] += t1;
        y[2] += t2;
        y[3] += t3;
    }

    private static void axpyBrain(short[] a, int at, int n, double[] y, double[] z) {
        DoubleVector y0 = DoubleVector.broadcast(D, y[0]);
        DoubleVector y1 = DoubleVector.broadcast(D, y[1]);
        DoubleVector y2 = DoubleVector.broadcast(D, y[2]);
        DoubleVector y3 = DoubleVector.broadcast(D, y[3]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector zj = DoubleVector.fromArray(D, z, j);
            zj = brains(a, at + j).fma(y0, zj);
            zj = brains(a, at + n + j).fma(y1, zj);
            zj = brains(a, at + 2 * n + j).fma(y2, zj);
            zj = brains(a, at + 3 * n + j).fma(y3, zj);
            zj.intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y[0] * brain(a[at + j])
                    + y[1] * brain(a[at + n + j])
                    + y[2] * brain(a[at + 2 * n + j])
                    + y[3] * brain(a[at + 3 * n + j]);
        }
    }

    private static void dotDouble(double[] a, int at, int n, double[] x, double[] y) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector xj = DoubleVector.fromArray(D, x, j);
            s0 = DoubleVector.fromArray(D, a, at + j).fma(xj, s0);
            s1 = DoubleVector.fromArray(D, a, at + n + j).fma(xj, s1);
            s2 = DoubleVector.fromArray(D, a, at + 2 * n + j).fma(xj, s2);
            s3 = DoubleVector.fromArray(D, a, at + 3 * n + j).fma(xj, s3);
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
        y[0] += t0;
        y[1] += t1;
        y[2] += t2;
        y[3] += t3;
    }

    private static void axpyDouble(double[] a, int at, int n, double[] y, double[] z) {
        DoubleVector y0 = DoubleVector.broadcast(D, y[0]);
        DoubleVector y1 = DoubleVector.broadcast(D, y[1]);
        DoubleVector y2 = DoubleVector.broadcast(D, y[2]);
        DoubleVector y3 = DoubleVector.broadcast(D, y[3]);
        int j = 0;
        for (; j <= n - LANES; j += LANES) {
            DoubleVector zj = DoubleVector.fromArray(D, z, j);
            zj = DoubleVector.fromArray(D, a, at + j).fma(y0, zj);
            zj = DoubleVector.fromArray(D, a, at + n + j).fma(y1, zj);
            zj = DoubleVector.fromArray(D, a, at + 2 * n + j).fma(y2, zj);
            zj = DoubleVector.fromArray(D, a, at + 3 * n + j).fma(y3, zj);
            zj.intoArray(z, j);
        }
        for (; j < n; j++) {
            z[j] += y[0] * a[at + j] + y[1] * a[at + n + j] + y[2] * a[at + 2 * n + j] + y[3] * a[at + 3 * n + j];
        }
    }

    @Override
    public String description() {
        return "Vector API, double, " + LANES + " lanes";
    }
}
