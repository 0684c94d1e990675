package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import org.lowrank.trainer.network.ReluNetwork;

/**
 * Weights of a network with two hidden layers as {@link FusedDescent} keeps them: the V of {@link ScaledWeights} in blocks of
 * {@link PanelProduct#WIDTH} hidden units, W_1 in the coordinates of the inputs' span.
 */
final class FusedWeights {
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

    /** All three, and s. */
    final ScaledWeights scaled;

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
        scaled = new ScaledWeights(w1, w2, w3);
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

    /** W_1 in the span's coordinates, W_2 and W_3, row-major. */
    double[][] matrices() {
        double scale = scaled.scale();
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
}
