package org.lowrank.spectral;

import java.util.Arrays;

/** Orthonormal vectors, one after another in one array, so that products with all of them are products with a matrix. */
final class Basis {
    private final RowKernel kernel;
    private final int n;
    private double[] vectors;
    private int size;

    Basis(int n, RowKernel kernel) {
        this.kernel = kernel;
        this.n = n;
        this.vectors = new double[8 * n];
    }

    int size() {
        return size;
    }

    void add(double[] vector) {
        int at = Math.multiplyExact(size, n);
        if (at == vectors.length) {
            vectors = Arrays.copyOf(vectors, (int) Math.min(2L * at, (long) Integer.MAX_VALUE / n * n));
        }
        System.arraycopy(vector, 0, vectors, at, n);
        size++;
    }

    /** Takes the basis out of w, twice: the second time removes what rounding left (Parlett: twice is enough). */
    void removeFrom(double[] w) {
        RowBlock all = new RowBlock(vectors, 0, size, n);
        double[] products = new double[size];
        for (int pass = 0; pass < 2; pass++) {
            kernel.dot(all, w, products);
            for (int i = 0; i < size; i++) {
                products[i] = -products[i];
            }
            kernel.axpy(all, products, w);
        }
    }

    /** Σ s_i · vector i. */
    double[] combination(double[] s) {
        double[] v = new double[n];
        kernel.axpy(new RowBlock(vectors, 0, size, n), s, v);
        return v;
    }
}
