package org.lowrank.spectral;

/** Plain Java: decodes four rows into a scratch that stays in cache, then multiplies. */
final class PlainKernel implements RowKernel {
    private static final ThreadLocal<double[]> SCRATCH = ThreadLocal.withInitial(() -> new double[0]);

    @Override
    public void dot(PackedMatrix matrix, int row, int count, double[] x, double[] y) {
        double[] rows = decode(matrix, row, count);
        int n = matrix.cols;
        for (int k = 0; k < count; k++) {
            y[k] += Sums.dot(rows, k * n, x, 0, n);
        }
    }

    @Override
    public void axpy(PackedMatrix matrix, int row, int count, double[] y, double[] z) {
        double[] rows = decode(matrix, row, count);
        int n = matrix.cols;
        if (count == ROWS) {
            double y0 = y[0];
            double y1 = y[1];
            double y2 = y[2];
            double y3 = y[3];
            for (int j = 0; j < n; j++) {
                z[j] += (y0 * rows[j] + y1 * rows[n + j]) + (y2 * rows[2 * n + j] + y3 * rows[3 * n + j]);
            }
            return;
        }
        for (int k = 0; k < count; k++) {
            Sums.axpy(y[k], rows, k * n, z, 0, n);
        }
    }

    private static double[] decode(PackedMatrix matrix, int row, int count) {
        double[] rows = SCRATCH.get();
        int needed = Math.multiplyExact(ROWS, matrix.cols);
        if (rows.length < needed) {
            rows = new double[needed];
            SCRATCH.set(rows);
        }
        for (int k = 0; k < count; k++) {
            matrix.decode(matrix.chunk(row + k), matrix.offset(row + k), rows, k * matrix.cols, matrix.cols);
        }
        return rows;
    }

    @Override
    public String description() {
        return "plain Java, double";
    }
}
