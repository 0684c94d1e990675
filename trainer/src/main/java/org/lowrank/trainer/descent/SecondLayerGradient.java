package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.LANES;
import static org.lowrank.trainer.descent.PanelProduct.LANE_COUNT;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Backward through the second layer for one block of hidden units j, along the tree of activation patterns:
 * δ_ij = g_i 1[h_ij &gt; 0] Σ_k p_ik w3_k W2_kj and ∂L/∂W2_kj = w3_k Σ_i p_ik g_i h_ij.
 */
final class SecondLayerGradient {
    private final int samples;
    private final int units;
    private final float[] weighted; // units x WIDTH: w3_k W2_kj
    private final float[] below; // (samples + 1) x WIDTH: Σ_k p_ik w3_k W2_kj, the last row 0
    private final float[] gathered; // (samples + 1) x WIDTH: g_i h_ij, then its sum over i's subtree
    private final float[] sums; // units x WIDTH: Σ_i p_ik g_i h_ij

    SecondLayerGradient(int samples, int units) {
        this.samples = samples;
        this.units = units;
        weighted = new float[units * WIDTH];
        below = new float[(samples + 1) * WIDTH];
        gathered = new float[(samples + 1) * WIDTH];
        sums = new float[units * WIDTH];
    }

    /**
     * Writes δ for these units and descends on their columns of W_2.
     *
     * @param tree listed with stride WIDTH
     * @param w2 units × WIDTH from {@code w2From}; W2 −= ∂L/∂W2 (the step size is in g)
     * @param w3 of before the step
     * @param h samples × WIDTH from {@code hFrom}
     * @param g η ∂L/∂f_i
     * @param delta samples × WIDTH, overwritten
     */
    void descend(
            ActivationTree tree, float[] w2, int w2From, float[] w3, float[] h, int hFrom, float[] g, float[] delta) {
        for (int k = 0; k < units; k++) {
            for (int o = k * WIDTH; o < (k + 1) * WIDTH; o += LANE_COUNT) {
                FloatVector.fromArray(LANES, w2, w2From + o).mul(w3[k]).intoArray(weighted, o);
            }
        }
        down(tree);
        split(h, hFrom, g, delta);
        Arrays.fill(sums, 0);
        up(tree);
        for (int k = 0; k < units; k++) {
            FloatVector minus = FloatVector.broadcast(LANES, -w3[k]);
            for (int o = k * WIDTH; o < (k + 1) * WIDTH; o += LANE_COUNT) {
                FloatVector w = FloatVector.fromArray(LANES, w2, w2From + o);
                FloatVector.fromArray(LANES, sums, o).fma(minus, w).intoArray(w2, w2From + o);
            }
        }
    }

    /** From the root to the leaves: a node's sum is its parent's and the differences. */
    private void down(ActivationTree tree) {
        for (int p = 0; p < samples; p++) {
            int o = tree.parent[tree.order[p]] * WIDTH;
            FloatVector u = FloatVector.fromArray(LANES, below, o);
            FloatVector v = FloatVector.fromArray(LANES, below, o + LANE_COUNT);
            int end = tree.first[p + 1];
            for (int e = tree.first[p]; e < end; e++) {
                FloatVector sign = FloatVector.broadcast(LANES, tree.signs[e]);
                int k = tree.units[e];
                u = FloatVector.fromArray(LANES, weighted, k).fma(sign, u);
                v = FloatVector.fromArray(LANES, weighted, k + LANE_COUNT).fma(sign, v);
            }
            o = tree.order[p] * WIDTH;
            u.intoArray(below, o);
            v.intoArray(below, o + LANE_COUNT);
        }
    }

    /** δ_ij, and what goes up. */
    private void split(float[] h, int hFrom, float[] g, float[] delta) {
        for (int i = 0; i < samples; i++) {
            FloatVector gradient = FloatVector.broadcast(LANES, g[i]);
            for (int o = i * WIDTH; o < (i + 1) * WIDTH; o += LANE_COUNT) {
                FloatVector activation = FloatVector.fromArray(LANES, h, hFrom + o);
                // −bits of a positive float is negative, of 0 it is 0: all ones where active.
                IntVector on = activation.reinterpretAsInts().neg().lanewise(VectorOperators.ASHR, 31);
                FloatVector.fromArray(LANES, below, o)
                        .mul(gradient)
                        .reinterpretAsInts()
                        .and(on)
                        .reinterpretAsFloats()
                        .intoArray(delta, o);
                activation.mul(gradient).intoArray(gathered, o);
            }
        }
    }

    /** From the leaves to the root: a node's sum over its subtree goes to its differences and to its parent. */
    private void up(ActivationTree tree) {
        for (int p = samples - 1; p >= 0; p--) {
            int o = tree.order[p] * WIDTH;
            FloatVector u = FloatVector.fromArray(LANES, gathered, o);
            FloatVector v = FloatVector.fromArray(LANES, gathered, o + LANE_COUNT);
            int end = tree.first[p + 1];
            for (int e = tree.first[p]; e < end; e++) {
                FloatVector sign = FloatVector.broadcast(LANES, tree.signs[e]);
                int k = tree.units[e];
                u.fma(sign, FloatVector.fromArray(LANES, sums, k)).intoArray(sums, k);
                v.fma(sign, FloatVector.fromArray(LANES, sums, k + LANE_COUNT)).intoArray(sums, k + LANE_COUNT);
            }
            o = tree.parent[tree.order[p]] * WIDTH;
            FloatVector.fromArray(LANES, gathered, o).add(u).intoArray(gathered, o);
            FloatVector.fromArray(LANES, gathered, o + LANE_COUNT).add(v).intoArray(gathered, o + LANE_COUNT);
        }
        Arrays.fill(gathered, samples * WIDTH, gathered.length, 0);
    }
}
