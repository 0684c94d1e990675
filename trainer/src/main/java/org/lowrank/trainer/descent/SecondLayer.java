package org.lowrank.trainer.descent;

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

    private SecondLayer() {}

    /** Second-layer units up to a multiple of what the kernel sums at once. */
    static int padded(int units) {
        return (units + CHUNK - 1) / CHUNK * CHUNK;
    }

    /**
     * z_i += Σ_{j active} h_ij · w_j: half of the hidden units are zero for any one sample, and are skipped.
     *
     * @param h samples × WIDTH, non-negative, from {@code hFrom}
     * @param w WIDTH × paddedUnits: the block's columns of W_2
     * @param z samples × paddedUnits
     */
    static void forward(float[] h, int hFrom, int samples, float[] w, int paddedUnits, float[] z) {
        for (int from = 0; from < paddedUnits; from += CHUNK) {
            for (int i = 0; i < samples; i++) {
                int row = hFrom + i * WIDTH;
                chunk(active(h, row), h, row, w, from, paddedUnits, z, i * paddedUnits + from);
            }
        }
    }

    private static final IntVector BIT =
            IntVector.zero(IntVector.SPECIES_PREFERRED).addIndex(1);

    /** Bit j set where h[from + j] &gt; 0. */
    private static long active(float[] h, int from) {
        int low = half(FloatVector.fromArray(LANES, h, from));
        int high = half(FloatVector.fromArray(LANES, h, from + LANE_COUNT));
        return Integer.toUnsignedLong(low) | Integer.toUnsignedLong(high) << LANE_COUNT;
    }

    private static int half(FloatVector h) {
        return h.reinterpretAsInts()
                .neg()
                .lanewise(VectorOperators.LSHR, 31)
                .lanewise(VectorOperators.LSHL, BIT)
                .reduceLanes(VectorOperators.OR);
    }

    private static void chunk(long active, float[] h, int row, float[] w, int from, int stride, float[] z, int at) {
        FloatVector z0 = FloatVector.fromArray(LANES, z, at);
        FloatVector z1 = FloatVector.fromArray(LANES, z, at + LANE_COUNT);
        FloatVector z2 = FloatVector.fromArray(LANES, z, at + 2 * LANE_COUNT);
        FloatVector z3 = FloatVector.fromArray(LANES, z, at + 3 * LANE_COUNT);
        FloatVector z4 = FloatVector.fromArray(LANES, z, at + 4 * LANE_COUNT);
        FloatVector z5 = FloatVector.fromArray(LANES, z, at + 5 * LANE_COUNT);
        FloatVector z6 = FloatVector.fromArray(LANES, z, at + 6 * LANE_COUNT);
        long bits = active;
        while (bits != 0) {
            int j = Long.numberOfTrailingZeros(bits);
            bits &= bits - 1;
            FloatVector s = FloatVector.broadcast(LANES, h[row + j]);
            int o = from + j * stride;
            z0 = FloatVector.fromArray(LANES, w, o).fma(s, z0);
            z1 = FloatVector.fromArray(LANES, w, o + LANE_COUNT).fma(s, z1);
            z2 = FloatVector.fromArray(LANES, w, o + 2 * LANE_COUNT).fma(s, z2);
            z3 = FloatVector.fromArray(LANES, w, o + 3 * LANE_COUNT).fma(s, z3);
            z4 = FloatVector.fromArray(LANES, w, o + 4 * LANE_COUNT).fma(s, z4);
            z5 = FloatVector.fromArray(LANES, w, o + 5 * LANE_COUNT).fma(s, z5);
            z6 = FloatVector.fromArray(LANES, w, o + 6 * LANE_COUNT).fma(s, z6);
        }
        z0.intoArray(z, at);
        z1.intoArray(z, at + LANE_COUNT);
        z2.intoArray(z, at + 2 * LANE_COUNT);
        z3.intoArray(z, at + 3 * LANE_COUNT);
        z4.intoArray(z, at + 4 * LANE_COUNT);
        z5.intoArray(z, at + 5 * LANE_COUNT);
        z6.intoArray(z, at + 6 * LANE_COUNT);
    }

    /** W_2's block as units × WIDTH, transposed to WIDTH × paddedUnits. */
    static void transpose(float[] w2, int from, int units, float[] into, int paddedUnits) {
        for (int k = 0; k < units; k++) {
            int row = from + k * WIDTH;
            for (int j = 0; j < WIDTH; j++) {
                into[j * paddedUnits + k] = w2[row + j];
            }
        }
    }
}
