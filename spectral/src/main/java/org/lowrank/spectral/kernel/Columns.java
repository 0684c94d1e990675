package org.lowrank.spectral.kernel;

import org.lowrank.machine.memory.CacheLine;

/**
 * A few vectors in one array: element j of vector v is at {@code at + v * stride + j}.
 *
 * @param array where they lie
 * @param at where the first begins
 * @param stride from the beginning of one to the beginning of the next
 * @param count how many
 */
public record Columns(double[] array, int at, int stride, int count) {
    /** Vectors in a block: what a row kernel carries at the speed of one, or nearly (docs/performance.md). */
    public static final int BLOCK = 3;

    /** Vectors of length n, one after another from the beginning. */
    public static Columns of(double[] array, int n) {
        return new Columns(array, 0, n, array.length / n);
    }

    /** Zero vectors of length n, each beginning a cache line. */
    public static Columns zeros(int n, int count) {
        int first = CacheLine.first(Double.BYTES);
        int stride = CacheLine.doubles(n);
        return new Columns(new double[first + count * stride], first, stride, count);
    }

    /** Where vector v begins. */
    public int at(int v) {
        return at + v * stride;
    }

    /** The same vectors from element {@code first} on. */
    public Columns from(int first) {
        return new Columns(array, at + first, stride, count);
    }

    /** One of them. */
    public Columns only(int v) {
        return new Columns(array, at(v), stride, 1);
    }
}
