package org.lowrank.spectral;

/** Products with a few rows of a packed matrix, all in double; what the implementations differ in is speed. */
interface RowKernel {
    /** Rows handled at once. */
    int ROWS = 4;

    /**
     * y[k] += scale-free row (row + k) · x for k in [0, count).
     *
     * @param count from 1 to {@link #ROWS}
     */
    void dot(PackedMatrix matrix, int row, int count, double[] x, double[] y);

    /** z += Σ_k y[k] · row (row + k). */
    void axpy(PackedMatrix matrix, int row, int count, double[] y, double[] z);

    /** For the report. */
    String description();
}
