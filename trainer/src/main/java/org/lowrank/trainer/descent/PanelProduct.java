package org.lowrank.trainer.descent;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.lowrank.machine.memory.CacheLine;

/**
 * The dense kernel: out = coefficients · panel, where the panel is {@code length} rows of {@link #WIDTH} floats (two
 * vectors) and stays in the first-level cache. Ten rows of the result are summed in registers at a time: 20 accumulators,
 * 12 loads for 20 multiply-adds.
 */
final class PanelProduct {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    static final int LANE_COUNT = LANES.length();

    /** Units per block: floats in a row of a panel. */
    static final int WIDTH = 2 * LANE_COUNT;

    /** Where rows of WIDTH begin in arrays: on a cache line, see there. */
    static final int FIRST = CacheLine.first(Float.BYTES);

    /** Rows of the result in registers. */
    static final int ROWS = 10;

    private PanelProduct() {}

    /** Rows up to a multiple of {@link #ROWS}. */
    static int padded(int rows) {
        return (rows + ROWS - 1) / ROWS * ROWS;
    }

    /** A rows × columns matrix regrouped for this kernel: ten rows interleaved, group after group, zeros at the end. */
    static float[] grouped(double[] matrix, int rows, int columns, boolean transposed) {
        int outer = transposed ? columns : rows;
        int inner = transposed ? rows : columns;
        float[] grouped = new float[padded(outer) * inner];
        for (int o = 0; o < outer; o++) {
            for (int q = 0; q < inner; q++) {
                double entry = transposed ? matrix[q * columns + o] : matrix[o * columns + q];
                grouped[(o / ROWS * inner + q) * ROWS + o % ROWS] = (float) entry;
            }
        }
        return grouped;
    }

    /**
     * out[10·g + i] = Σ_q coefficients[g][q][i] · panel[q].
     *
     * @param coefficients of {@link #grouped}
     * @param groups of ten rows
     * @param length rows of the panel
     * @param outStride from a row of the result to the next
     */
    static void multiply(
            float[] coefficients,
            int groups,
            int length,
            float[] panel,
            int panelFrom,
            float[] out,
            int outFrom,
            int outStride) {
        for (int g = 0; g < groups; g++) {
            int o = outFrom + g * ROWS * outStride;
            tenRows(coefficients, g * length * ROWS, length, panel, panelFrom, out, o, outStride);
        }
    }

    private static void tenRows(
            float[] c, int from, int length, float[] panel, int panelFrom, float[] out, int o, int stride) {
        FloatVector a0 = FloatVector.zero(LANES), b0 = a0, a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
        FloatVector a4 = a0, b4 = a0, a5 = a0, b5 = a0, a6 = a0, b6 = a0, a7 = a0, b7 = a0, a8 = a0, b8 = a0;
        FloatVector a9 = a0, b9 = a0;
        int at = from;
        int p = panelFrom;
        for (int q = 0; q < length; q++) {
            FloatVector u = FloatVector.fromArray(LANES, panel, p);
            FloatVector v = FloatVector.fromArray(LANES, panel, p + LANE_COUNT);
            p += WIDTH;
            FloatVector s = FloatVector.broadcast(LANES, c[at]);
            a0 = u.fma(s, a0);
            b0 = v.fma(s, b0);
            s = FloatVector.broadcast(LANES, c[at + 1]);
            a1 = u.fma(s, a1);
            b1 = v.fma(s, b1);
            s = FloatVector.broadcast(LANES, c[at + 2]);
            a2 = u.fma(s, a2);
            b2 = v.fma(s, b2);
            s = FloatVector.broadcast(LANES, c[at + 3]);
            a3 = u.fma(s, a3);
            b3 = v.fma(s, b3);
            s = FloatVector.broadcast(LANES, c[at + 4]);
            a4 = u.fma(s, a4);
            b4 = v.fma(s, b4);
            s = FloatVector.broadcast(LANES, c[at + 5]);
            a5 = u.fma(s, a5);
            b5 = v.fma(s, b5);
            s = FloatVector.broadcast(LANES, c[at + 6]);
            a6 = u.fma(s, a6);
            b6 = v.fma(s, b6);
            s = FloatVector.broadcast(LANES, c[at + 7]);
            a7 = u.fma(s, a7);
            b7 = v.fma(s, b7);
            s = FloatVector.broadcast(LANES, c[at + 8]);
            a8 = u.fma(s, a8);
            b8 = v.fma(s, b8);
            s = FloatVector.broadcast(LANES, c[at + 9]);
            a9 = u.fma(s, a9);
            b9 = v.fma(s, b9);
            at += ROWS;
        }
        store(a0, b0, out, o);
        store(a1, b1, out, o + stride);
        store(a2, b2, out, o + 2 * stride);
        store(a3, b3, out, o + 3 * stride);
        store(a4, b4, out, o + 4 * stride);
        store(a5, b5, out, o + 5 * stride);
        store(a6, b6, out, o + 6 * stride);
        store(a7, b7, out, o + 7 * stride);
        store(a8, b8, out, o + 8 * stride);
        store(a9, b9, out, o + 9 * stride);
    }

    private static void store(FloatVector a, FloatVector b, float[] out, int o) {
        a.intoArray(out, o);
        b.intoArray(out, o + LANE_COUNT);
    }

    /** max(z, 0) = (z + |z|)/2, exactly, in place; a multiple of {@link #LANE_COUNT} entries. */
    static void positivePart(float[] z, int from, int count) {
        for (int i = from; i < from + count; i += LANE_COUNT) {
            FloatVector v = FloatVector.fromArray(LANES, z, i);
            v.add(v.abs()).mul(0.5f).intoArray(z, i);
        }
    }

    /** δ = 0 where h = 0: ∘ φ′ of non-negative activations; from one index to the end, a multiple of {@link #LANE_COUNT}. */
    static void gate(float[] h, float[] delta, int from) {
        for (int i = from; i < delta.length; i += LANE_COUNT) {
            VectorMask<Float> active = FloatVector.fromArray(LANES, h, i).compare(VectorOperators.GT, 0f);
            FloatVector.zero(LANES)
                    .blend(FloatVector.fromArray(LANES, delta, i), active)
                    .intoArray(delta, i);
        }
    }

    /** into[i] −= factor · values[from + i]. */
    static void subtract(float factor, float[] values, int from, float[] into) {
        int i = 0;
        FloatVector minus = FloatVector.broadcast(LANES, -factor);
        for (; i <= into.length - LANE_COUNT; i += LANE_COUNT) {
            FloatVector.fromArray(LANES, values, from + i)
                    .fma(minus, FloatVector.fromArray(LANES, into, i))
                    .intoArray(into, i);
        }
        for (; i < into.length; i++) {
            into[i] -= factor * values[from + i];
        }
    }

    /** into[from + i] −= values[valuesFrom + i]; a multiple of {@link #LANE_COUNT} entries, to the end of the values. */
    static void subtract(float[] values, int valuesFrom, float[] into, int from) {
        for (int i = 0; i < values.length - valuesFrom; i += LANE_COUNT) {
            FloatVector.fromArray(LANES, into, from + i)
                    .sub(FloatVector.fromArray(LANES, values, valuesFrom + i))
                    .intoArray(into, from + i);
        }
    }
}
