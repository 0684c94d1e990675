package org.lowrank.weights.adapter;

import java.io.IOException;

/** Parts of rows of s·B·A, in double. */
final class LowRankRows {
    private final double scale;
    private final int rank;
    private final int cols;
    private final double[] b;
    private final double[] a;

    LowRankRows(Product product, FactorValues factors) throws IOException {
        this.scale = product.scale();
        this.rank = Math.toIntExact(product.rank());
        this.cols = Math.toIntExact(product.cols());
        this.b = factors.dense(product.b());
        this.a = factors.dense(product.a());
    }

    /** Adds elements (row, col), (row, col + 1), … to the run. */
    void add(long row, long col, int count, double[] run) {
        for (int k = 0; k < rank; k++) {
            double factor = scale * b[(int) row * rank + k];
            int at = k * cols + (int) col;
            for (int j = 0; j < count; j++) {
                run[j] += factor * a[at + j];
            }
        }
    }
}
