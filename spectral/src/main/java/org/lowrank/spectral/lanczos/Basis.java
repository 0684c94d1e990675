package org.lowrank.spectral.lanczos;

import java.util.Arrays;
import org.lowrank.machine.memory.CacheLine;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowBlock;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Sums;

/** Orthonormal vectors, one after another in one array, so that products with all of them are products with a matrix. */
final class Basis {
    private static final int FIRST = CacheLine.first(Double.BYTES);

    private final RowKernel kernel;
    private final int n;
    /** The first begins a cache line. */
    private double[] vectors;

    private int size;

    Basis(int n, RowKernel kernel) {
        this.kernel = kernel;
        this.n = n;
        this.vectors = new double[FIRST + 8 * n];
    }

    int size() {
        return size;
    }

    void add(Columns block) {
        int at = Math.addExact(FIRST, Math.multiplyExact(size, n));
        int end = Math.addExact(at, Math.multiplyExact(block.count(), n));
        if (end > vectors.length) {
            vectors = Arrays.copyOf(vectors, (int) Math.min(2L * end, Integer.MAX_VALUE - 8));
        }
        for (int v = 0; v < block.count(); v++) {
            System.arraycopy(block.array(), block.at(v), vectors, at + v * n, n);
        }
        size += block.count();
    }

    /** The inner product of basis vector {@code from} + i and vector v of w is element i·count + v. */
    double[] products(int from, Columns w) {
        double[] products = new double[(size - from) * w.count()];
        kernel.dot(rows(from), w, products);
        return products;
    }

    /** w −= Σ_i products of i · vector {@code from} + i. */
    void subtract(int from, double[] products, Columns w) {
        double[] factors = products.clone();
        Sums.scale(factors, -1);
        kernel.axpy(rows(from), factors, w);
    }

    /** Takes the basis out of w. */
    void removeFrom(Columns w) {
        subtract(0, products(0, w), w);
    }

    /** Σ s_i · vector i. */
    double[] combination(double[] s) {
        double[] v = new double[n];
        kernel.axpy(rows(0), s, Columns.of(v, n));
        return v;
    }

    private RowBlock rows(int from) {
        return new RowBlock(vectors, FIRST + from * n, size - from, n);
    }
}
