package org.lowrank.spectral.kernel;

import org.lowrank.machine.memory.ElementType;

/**
 * Products of a few rows of a matrix with a few vectors, all in double; what the implementations differ in is speed. They are
 * fastest with {@link Columns#BLOCK} vectors.
 */
public interface RowKernel {
    /** The fastest kernel that runs here: the Vector API where the run-time has it and vectors hold four doubles, else plain Java. */
    static RowKernel fastest() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return vectors && VectorKernel.usable() ? new VectorKernel() : new PlainKernel();
    }

    /** y[k·count + v] = row k · vector v, for every row of the block. */
    void dot(RowBlock rows, Columns x, double[] y);

    /** vector v of z += Σ_k y[k·count + v] · row k. */
    void axpy(RowBlock rows, double[] y, Columns z);

    /** {@link #widen} of a block's elements into it, and its {@link #dot}. */
    default void widenAndDot(ElementType type, short[] bits, int from, RowBlock rows, Columns x, double[] y) {
        widen(type, bits, from, rows.floats(), rows.at(), rows.rows() * rows.cols());
        dot(rows, x, y);
    }

    /** Whether {@link #addGram} is faster than two products where rows come from memory. */
    default boolean streams() {
        return false;
    }

    /**
     * vector v of z += (scale A)ᵀ(scale A · vector v of x), for the rows of A in the block. The square of the scale may be out of range
     * where A is zero.
     */
    default void addGram(RowBlock rows, double scale, Columns x, Columns z) {
        double[] y = new double[rows.rows() * x.count()];
        dot(rows, x, y);
        scaleTwice(y, scale);
        axpy(rows, y, z);
    }

    /** y ← scale · (scale · y). */
    static void scaleTwice(double[] y, double scale) {
        if (scale != 1) {
            Sums.scale(y, scale);
            Sums.scale(y, scale);
        }
    }

    /** Widens binary16 or bfloat16 numbers; binary16 by its bits only, so that the result is 2¹¹² times too small. */
    void widen(ElementType type, short[] bits, int from, float[] to, int at, int count);

    /** Σ of the squares of n elements from {@code at} on: relative error at most (n/8 + 16)·2⁻⁵³. */
    double squares(RowArray.Wide array, int at, int n);

    /** The same of an array. */
    default double squares(double[] array, int at, int n) {
        return squares(new RowArray.Doubles(array), at, n);
    }

    /** Whether no binary16 number is infinite or NaN, which {@link #widen} would turn into an ordinary one. */
    boolean finite(short[] halves, int from, int count);

    /** How many sums a {@link #dot} adds up side by side, at least. */
    int lanes();

    /** For the report. */
    String description();
}
