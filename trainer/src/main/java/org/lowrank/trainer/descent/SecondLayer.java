package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.LANES;
import static org.lowrank.trainer.descent.PanelProduct.LANE_COUNT;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The second layer's products for one block of hidden units, skipping what is zero. */
final class SecondLayer {
    /** Vectors of second-layer units summed in registers. */
    private static final int CHUNK_VECTORS = 7;

    private static final int CHUNK = CHUNK_VECTORS * LANE_COUNT;

    private final int paddedUnits;

    /** Pair p's active hidden units of two blocks. */
    private final long[] active;

    SecondLayer(int samples, int units) {
        paddedUnits = padded(units);
        active = new long[(samples + 1) / 2];
    }

    /** Second-layer units up to a multiple of what the kernel sums at once. */
    static int padded(int units) {
        return (units + CHUNK - 1) / CHUNK * CHUNK;
    }

    /**
     * z_i += Σ_{j active} h_ij · w_j: half of the hidden units are zero for any one sample. Samples go in pairs that share
     * the loads of w_j, over the units that are active for either; a zero times w_j adds nothing.
     *
     * @param h samples × 2 WIDTH, non-negative, from {@code hFrom}
     * @param pairs a permutation of the samples in which neighbours 2p, 2p + 1 activate similar units; any gives the same z
     * @param w 2 WIDTH × paddedUnits: the blocks' columns of W_2, from FIRST on
     * @param z samples × paddedUnits, from FIRST on
     */
    void forward(float[] h, int hFrom, int[] pairs, float[] w, float[] z) {
        // All first: the products below would wait for every pair's bits, these wait for nothing.
        for (int p = 0; p < active.length; p++) {
            int row = hFrom + pairs[2 * p] * 2 * WIDTH;
            int other = hFrom + pairs[2 * p + 1] * 2 * WIDTH;
            active[p] = active(h, row, other) | active(h, row + WIDTH, other + WIDTH) << WIDTH;
        }
        for (int from = FIRST; from < FIRST + paddedUnits; from += CHUNK) {
            for (int p = 0; p < active.length; p++) {
                int i = pairs[2 * p];
                int other = pairs[2 * p + 1];
                int row = hFrom + i * 2 * WIDTH;
                int otherRow = hFrom + other * 2 * WIDTH;
                int at = i * paddedUnits + from;
                pair(active[p], h, row, otherRow, w, from, paddedUnits, z, at, other * paddedUnits + from);
            }
        }
    }

    private static final IntVector LOW_BIT = bits(0);
    private static final IntVector HIGH_BIT = bits(LANE_COUNT);

    private static IntVector bits(int from) {
        int[] bits = new int[LANE_COUNT];
        for (int lane = 0; lane < LANE_COUNT; lane++) {
            bits[lane] = 1 << (from + lane);
        }
        return IntVector.fromArray(IntVector.SPECIES_PREFERRED, bits, 0);
    }

    /** Bit j set where h[a + j] &gt; 0 or h[b + j] &gt; 0, for j below WIDTH and non-negative h. */
    static long active(float[] h, int a, int b) {
        IntVector low = either(h, a, b).and(LOW_BIT);
        IntVector high = either(h, a + LANE_COUNT, b + LANE_COUNT).and(HIGH_BIT);
        return Integer.toUnsignedLong(low.or(high).reduceLanes(VectorOperators.OR));
    }

    /** All ones where one of two is positive: minus the bits of a positive float is negative, of 0 it is 0. */
    private static IntVector either(float[] h, int a, int b) {
        IntVector first = FloatVector.fromArray(LANES, h, a).reinterpretAsInts().neg();
        IntVector second =
                FloatVector.fromArray(LANES, h, b).reinterpretAsInts().neg();
        return first.or(second).lanewise(VectorOperators.ASHR, 31);
    }

    private static void pair(
            long active,
            float[] h,
            int row,
            int otherRow,
            float[] w,
            int from,
            int stride,
            float[] z,
            int at,
            int otherAt) {
        FloatVector a0 = FloatVector.fromArray(LANES, z, at);
        FloatVector a1 = FloatVector.fromArray(LANES, z, at + LANE_COUNT);
        FloatVector a2 = FloatVector.fromArray(LANES, z, at + 2 * LANE_COUNT);
        FloatVector a3 = FloatVector.fromArray(LANES, z, at + 3 * LANE_COUNT);
        FloatVector a4 = FloatVector.fromArray(LANES, z, at + 4 * LANE_COUNT);
        FloatVector a5 = FloatVector.fromArray(LANES, z, at + 5 * LANE_COUNT);
        FloatVector a6 = FloatVector.fromArray(LANES, z, at + 6 * LANE_COUNT);
        FloatVector b0 = FloatVector.fromArray(LANES, z, otherAt);
        FloatVector b1 = FloatVector.fromArray(LANES, z, otherAt + LANE_COUNT);
        FloatVector b2 = FloatVector.fromArray(LANES, z, otherAt + 2 * LANE_COUNT);
        FloatVector b3 = FloatVector.fromArray(LANES, z, otherAt + 3 * LANE_COUNT);
        FloatVector b4 = FloatVector.fromArray(LANES, z, otherAt + 4 * LANE_COUNT);
        FloatVector b5 = FloatVector.fromArray(LANES, z, otherAt + 5 * LANE_COUNT);
        FloatVector b6 = FloatVector.fromArray(LANES, z, otherAt + 6 * LANE_COUNT);
        long bits = active;
        while (bits != 0) {
            int j = Long.numberOfTrailingZeros(bits);
            bits &= bits - 1;
            FloatVector s = FloatVector.broadcast(LANES, h[row + j]);
            FloatVector t = FloatVector.broadcast(LANES, h[otherRow + j]);
            int o = from + j * stride;
            FloatVector column = FloatVector.fromArray(LANES, w, o);
            a0 = column.fma(s, a0);
            b0 = column.fma(t, b0);
            column = FloatVector.fromArray(LANES, w, o + LANE_COUNT);
            a1 = column.fma(s, a1);
            b1 = column.fma(t, b1);
            column = FloatVector.fromArray(LANES, w, o + 2 * LANE_COUNT);
            a2 = column.fma(s, a2);
            b2 = column.fma(t, b2);
            column = FloatVector.fromArray(LANES, w, o + 3 * LANE_COUNT);
            a3 = column.fma(s, a3);
            b3 = column.fma(t, b3);
            column = FloatVector.fromArray(LANES, w, o + 4 * LANE_COUNT);
            a4 = column.fma(s, a4);
            b4 = column.fma(t, b4);
            column = FloatVector.fromArray(LANES, w, o + 5 * LANE_COUNT);
            a5 = column.fma(s, a5);
            b5 = column.fma(t, b5);
            column = FloatVector.fromArray(LANES, w, o + 6 * LANE_COUNT);
            a6 = column.fma(s, a6);
            b6 = column.fma(t, b6);
        }
        a0.intoArray(z, at);
        a1.intoArray(z, at + LANE_COUNT);
        a2.intoArray(z, at + 2 * LANE_COUNT);
        a3.intoArray(z, at + 3 * LANE_COUNT);
        a4.intoArray(z, at + 4 * LANE_COUNT);
        a5.intoArray(z, at + 5 * LANE_COUNT);
        a6.intoArray(z, at + 6 * LANE_COUNT);
        b0.intoArray(z, otherAt);
        b1.intoArray(z, otherAt + LANE_COUNT);
        b2.intoArray(z, otherAt + 2 * LANE_COUNT);
        b3.intoArray(z, otherAt + 3 * LANE_COUNT);
        b4.intoArray(z, otherAt + 4 * LANE_COUNT);
        b5.intoArray(z, otherAt + 5 * LANE_COUNT);
        b6.intoArray(z, otherAt + 6 * LANE_COUNT);
    }

    /** W_2's block as units × WIDTH, transposed to WIDTH × paddedUnits from {@code to}. */
    static void transpose(float[] w2, int from, int units, float[] into, int to, int paddedUnits) {
        for (int j = 0; j < WIDTH; j++) {
            int column = from + j;
            int row = to + j * paddedUnits;
            for (int k = 0; k < units; k++) {
                into[row + k] = w2[column + k * WIDTH];
            }
        }
    }
}
