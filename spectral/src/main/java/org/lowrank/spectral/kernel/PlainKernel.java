package org.lowrank.spectral.kernel;

import org.lowrank.machine.memory.ElementType;

/** Plain Java, with independent sums that the processor can overlap. */
public final class PlainKernel implements RowKernel {
    @Override
    public void dot(RowBlock rows, Columns x, double[] y) {
        int n = rows.cols();
        for (int k = 0; k < rows.rows(); k++) {
            int at = rows.at() + k * n;
            for (int v = 0; v < x.count(); v++) {
                int xAt = x.at() + v * x.stride();
                y[k * x.count() + v] = rows.array() instanceof RowArray.Floats floats
                        ? dot(floats.values(), at, x.array(), xAt, n)
                        : Sums.dot(rows.doubles(), at, x.array(), xAt, n);
            }
        }
    }

    private static double dot(float[] a, int at, double[] x, int xAt, int n) {
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
            s0 += a[at + j] * x[xAt + j];
            s1 += a[at + j + 1] * x[xAt + j + 1];
            s2 += a[at + j + 2] * x[xAt + j + 2];
            s3 += a[at + j + 3] * x[xAt + j + 3];
            s4 += a[at + j + 4] * x[xAt + j + 4];
            s5 += a[at + j + 5] * x[xAt + j + 5];
            s6 += a[at + j + 6] * x[xAt + j + 6];
            s7 += a[at + j + 7] * x[xAt + j + 7];
        }
        for (; j < n; j++) {
            s0 += a[at + j] * x[xAt + j];
        }
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    @Override
    public void axpy(RowBlock rows, double[] y, Columns z) {
        int n = rows.cols();
        for (int k = 0; k < rows.rows(); k++) {
            int at = rows.at() + k * n;
            for (int v = 0; v < z.count(); v++) {
                int zAt = z.at() + v * z.stride();
                double factor = y[k * z.count() + v];
                if (rows.array() instanceof RowArray.Floats floats) {
                    axpy(factor, floats.values(), at, z.array(), zAt, n);
                } else {
                    Sums.axpy(factor, rows.doubles(), at, z.array(), zAt, n);
                }
            }
        }
    }

    private static void axpy(double factor, float[] a, int at, double[] z, int zAt, int n) {
        for (int j = 0; j < n; j++) {
            z[zAt + j] += factor * a[at + j];
        }
    }

    @Override
    public void widen(ElementType type, short[] bits, int from, float[] to, int at, int count) {
        int shift = type == ElementType.F16 ? 13 : 16;
        int mask = type == ElementType.F16 ? 0x8fffe000 : -1;
        for (int j = 0; j < count; j++) {
            to[at + j] = Float.intBitsToFloat((bits[from + j] << shift) & mask);
        }
    }

    @Override
    public boolean finite(short[] halves, int from, int count) {
        boolean special = false;
        for (int j = 0; j < count; j++) {
            special |= (halves[from + j] & 0x7c00) == 0x7c00;
        }
        return !special;
    }

    @Override
    public double squares(RowArray.Wide array, int at, int n) {
        double[] wide = new double[n];
        if (array instanceof RowArray.Floats floats) {
            for (int j = 0; j < n; j++) {
                wide[j] = floats.values()[at + j];
            }
        } else {
            System.arraycopy(((RowArray.Doubles) array).values(), at, wide, 0, n);
        }
        return Sums.squares(wide, n);
    }

    @Override
    public int lanes() {
        return 8;
    }

    @Override
    public String description() {
        return "plain Java, double";
    }
}
