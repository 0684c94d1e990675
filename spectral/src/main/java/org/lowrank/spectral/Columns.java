package org.lowrank.spectral;

/**
 * A few vectors in one array: element j of vector v is at {@code at + v * stride + j}.
 *
 * @param array where they lie
 * @param at where the first begins
 * @param stride from the beginning of one to the beginning of the next
 * @param count how many
 */
record Columns(double[] array, int at, int stride, int count) {
    /** Vectors of length n, one after another from the beginning. */
    static Columns of(double[] array, int n) {
        return new Columns(array, 0, n, array.length / n);
    }

    /** Zero vectors of length n, each beginning a cache line. */
    static Columns zeros(int n, int count) {
        int first = CacheLine.first(Double.BYTES);
        int stride = CacheLine.doubles(n);
        return new Columns(new double[first + count * stride], first, stride, count);
    }

    /** Where vector v begins. */
    int at(int v) {
        return at + v * stride;
    }

    /** The same vectors from element {@code first} on. */
    Columns from(int first) {
        return new Columns(array, at + first, stride, count);
    }

    /** One of them. */
    Columns only(int v) {
        return new Columns(array, at(v), stride, 1);
    }
}
