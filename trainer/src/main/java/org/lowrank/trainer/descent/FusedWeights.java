package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.nio.ByteBuffer;
import org.lowrank.trainer.network.ReluNetwork;

/**
 * Weights of a network with two hidden layers as {@link FusedDescent} keeps them: W = s·V, the V in float and in blocks of
 * {@link PanelProduct#WIDTH} hidden units, W_1 in the coordinates of the inputs' span, s in double.
 */
final class FusedWeights {
    /** Weights of a collapsing network are not halved into the denormal floats: there the scale alone shrinks. */
    static final float SMALLEST = 0x1p-10f;

    /**
     * Weights of units that have died shrink by half with every halving. Below 2⁻³⁰ of the largest ones they are far below these'
     * rounding, but products of two are denormal floats, which take a processor a hundred times as long.
     */
    private static final float NEGLIGIBLE = SMALLEST * 0x1p-30f;

    final int rank;
    final int hidden;
    final int units;
    /** Blocks of hidden units, an even number: they go through the second layer in twos. */
    final int blocks;
    /** blocks × padded rank × WIDTH from FIRST on. */
    final float[] w1;
    /** blocks × units × WIDTH from FIRST on. */
    final float[] w2;
    /** units. */
    final float[] w3;

    private double scale = 1;

    /**
     * Weights with s = 1.
     *
     * @param reduced W_1 in the span's coordinates: hidden × rank
     */
    FusedWeights(ReluNetwork start, double[] reduced, int rank) {
        this.rank = rank;
        hidden = start.widths()[1];
        units = start.widths()[2];
        blocks = (hidden + 2 * WIDTH - 1) / (2 * WIDTH) * 2;
        w1 = new float[FIRST + blocks * PanelProduct.padded(rank) * WIDTH];
        w2 = new float[FIRST + blocks * units * WIDTH];
        w3 = new float[units];
        for (int j = 0; j < hidden; j++) {
            for (int q = 0; q < rank; q++) {
                w1[first(j, q)] = (float) reduced[j * rank + q];
            }
            for (int k = 0; k < units; k++) {
                w2[second(k, j)] = (float) start.weights()[1][k * hidden + j];
            }
        }
        for (int k = 0; k < units; k++) {
            w3[k] = (float) start.weights()[2][k];
        }
    }

    private int first(int j, int q) {
        return firstBlock(j / WIDTH) + q * WIDTH + j % WIDTH;
    }

    private int second(int k, int j) {
        return secondBlock(j / WIDTH) + k * WIDTH + j % WIDTH;
    }

    /** Where block b of W_1 begins. */
    int firstBlock(int b) {
        return FIRST + b * PanelProduct.padded(rank) * WIDTH;
    }

    /** Where block b of W_2 begins. */
    int secondBlock(int b) {
        return FIRST + b * units * WIDTH;
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
            for (float[] w : new float[][] {w1, w2, w3}) {
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
        return flush(w1) | flush(w2) | flush(w3);
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
        for (float[] w : new float[][] {w1, w2, w3}) {
            for (float v : w) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        return largest;
    }

    /** W_1 in the span's coordinates, W_2 and W_3, row-major. */
    double[][] matrices() {
        double[][] matrices = {new double[hidden * rank], new double[units * hidden], new double[units]};
        for (int j = 0; j < hidden; j++) {
            for (int q = 0; q < rank; q++) {
                matrices[0][j * rank + q] = scale * w1[first(j, q)];
            }
            for (int k = 0; k < units; k++) {
                matrices[1][k * hidden + j] = scale * w2[second(k, j)];
            }
        }
        for (int k = 0; k < units; k++) {
            matrices[2][k] = scale * w3[k];
        }
        return matrices;
    }

    /** How many bytes {@link #save} writes. */
    int bytes() {
        return Double.BYTES + Float.BYTES * (w1.length - FIRST + w2.length - FIRST + w3.length);
    }

    void save(ByteBuffer bytes) {
        bytes.putDouble(scale);
        StateBytes.put(bytes, w1, FIRST);
        StateBytes.put(bytes, w2, FIRST);
        StateBytes.put(bytes, w3);
    }

    void restore(ByteBuffer bytes) {
        scale = bytes.getDouble();
        StateBytes.get(bytes, w1, FIRST);
        StateBytes.get(bytes, w2, FIRST);
        StateBytes.get(bytes, w3);
    }
}
