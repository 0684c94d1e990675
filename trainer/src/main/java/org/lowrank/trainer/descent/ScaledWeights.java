package org.lowrank.trainer.descent;

import java.nio.ByteBuffer;

/**
 * Weights W = s·V of a network, the V in float, s in double, so that decay costs nothing and does not round: it shrinks s, which is
 * halved into V exactly.
 */
final class ScaledWeights {
    /** Weights of a collapsing network are not halved into the denormal floats: there the scale alone shrinks. */
    static final float SMALLEST = 0x1p-10f;

    /**
     * Weights of units that have died shrink by half with every halving. Below 2⁻³⁰ of the largest ones they are far below these'
     * rounding, but products of two are denormal floats, which take a processor a hundred times as long.
     */
    private static final float NEGLIGIBLE = SMALLEST * 0x1p-30f;

    private final float[][] arrays;
    private double scale = 1;

    /** Of all of a network's V, which are changed in place; s = 1. */
    ScaledWeights(float[]... arrays) {
        this.arrays = arrays.clone();
    }

    /** s. */
    double scale() {
        return scale;
    }

    /** W ← factor · W, in s alone. */
    void shrink(double factor) {
        scale *= factor;
    }

    /** s·V = 2s·(V/2), exactly, until s is at least a half; false where nothing was to be done. */
    boolean halve() {
        boolean halved = false;
        while (scale < 0.5 && largest() > SMALLEST) {
            for (float[] w : arrays) {
                for (int i = 0; i < w.length; i++) {
                    w[i] *= 0.5f;
                }
            }
            scale *= 2;
            halved = true;
        }
        return halved;
    }

    /** Sets negligible weights V to zero, see {@link #NEGLIGIBLE}; false where there were none. */
    boolean flush() {
        boolean flushed = false;
        for (float[] w : arrays) {
            flushed |= flush(w);
        }
        return flushed;
    }

    static boolean flush(float[] w) {
        boolean flushed = false;
        for (int i = 0; i < w.length; i++) {
            if (w[i] != 0 && Math.abs(w[i]) < NEGLIGIBLE) {
                w[i] = 0;
                flushed = true;
            }
        }
        return flushed;
    }

    private float largest() {
        float largest = 0;
        for (float[] w : arrays) {
            for (float v : w) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        return largest;
    }

    /** How many bytes {@link #save} writes. */
    int bytes() {
        int floats = 0;
        for (float[] w : arrays) {
            floats += w.length;
        }
        return Double.BYTES + Float.BYTES * floats;
    }

    void save(ByteBuffer bytes) {
        bytes.putDouble(scale);
        for (float[] w : arrays) {
            StateBytes.put(bytes, w);
        }
    }

    void restore(ByteBuffer bytes) {
        scale = bytes.getDouble();
        for (float[] w : arrays) {
            StateBytes.get(bytes, w);
        }
    }
}
