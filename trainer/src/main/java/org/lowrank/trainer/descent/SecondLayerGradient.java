package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.LANES;
import static org.lowrank.trainer.descent.PanelProduct.LANE_COUNT;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Backward through the second layer for one vector of hidden units j, along the tree of activation patterns:
 * δ_ij = g_i 1[h_ij &gt; 0] Σ_k p_ik w3_k W2_kj and ∂L/∂W2_kj = w3_k Σ_i p_ik g_i h_ij.
 */
final class SecondLayerGradient {
    private final int samples;
    private final int units;
    private final float[] weighted; // units x lanes: w3_k W2_kj
    private final float[] below; // (samples + 1) x lanes: Σ_k p_ik w3_k W2_kj, the last row 0
    private final float[] gathered; // (samples + 1) x lanes: g_i h_ij, then its sum over i's subtree
    private final float[] sums; // units x lanes: Σ_i p_ik g_i h_ij

    SecondLayerGradient(int samples, int units) {
        this.samples = samples;
        this.units = units;
        weighted = new float[units * LANE_COUNT];
        below = new float[(samples + 1) * LANE_COUNT];
        gathered = new float[(samples + 1) * LANE_COUNT];
        sums = new float[units * LANE_COUNT];
    }

    /**
     * Writes δ for these units and descends on their columns of W_2.
     *
     * @param w2 units × WIDTH from {@code w2From}; W2 −= ∂L/∂W2 (the step size is in g)
     * @param w3 of before the step
     * @param h samples × WIDTH from {@code hFrom}
     * @param g η ∂L/∂f_i
     * @param delta samples × WIDTH from {@code deltaFrom}, overwritten
     */
    void descend(
            ActivationTree tree,
            float[] w2,
            int w2From,
            float[] w3,
            float[] h,
            int hFrom,
            float[] g,
            float[] delta,
            int deltaFrom) {
        for (int k = 0; k < units; k++) {
            FloatVector.fromArray(LANES, w2, w2From + k * WIDTH).mul(w3[k]).intoArray(weighted, k * LANE_COUNT);
        }
        down(tree, h, hFrom, g, delta, deltaFrom);
        Arrays.fill(sums, 0);
        up(tree);
        for (int k = 0; k < units; k++) {
            FloatVector w = FloatVector.fromArray(LANES, w2, w2From + k * WIDTH);
            FloatVector.fromArray(LANES, sums, k * LANE_COUNT)
                    .fma(FloatVector.broadcast(LANES, -w3[k]), w)
                    .intoArray(w2, w2From + k * WIDTH);
        }
    }

    private void down(ActivationTree tree, float[] h, int hFrom, float[] g, float[] delta, int deltaFrom) {
        int[] edges = tree.units;
        for (int p = 0; p < samples; p++) {
            int i = tree.order[p];
            FloatVector sum = FloatVector.fromArray(LANES, below, tree.parent[i] * LANE_COUNT);
            int middle = tree.removed[p];
            int end = tree.added[p + 1];
            for (int e = tree.added[p]; e < middle; e++) {
                sum = sum.add(FloatVector.fromArray(LANES, weighted, edges[e]));
            }
            for (int e = middle; e < end; e++) {
                sum = sum.sub(FloatVector.fromArray(LANES, weighted, edges[e]));
            }
            sum.intoArray(below, i * LANE_COUNT);
            FloatVector activation = FloatVector.fromArray(LANES, h, hFrom + i * WIDTH);
            IntVector on = activation.reinterpretAsInts().neg().lanewise(VectorOperators.ASHR, 31);
            sum.mul(g[i]).reinterpretAsInts().and(on).reinterpretAsFloats().intoArray(delta, deltaFrom + i * WIDTH);
            activation.mul(g[i]).intoArray(gathered, i * LANE_COUNT);
        }
    }

    private void up(ActivationTree tree) {
        int[] edges = tree.units;
        for (int p = samples - 1; p >= 0; p--) {
            int i = tree.order[p];
            FloatVector sum = FloatVector.fromArray(LANES, gathered, i * LANE_COUNT);
            int middle = tree.removed[p];
            int end = tree.added[p + 1];
            for (int e = tree.added[p]; e < middle; e++) {
                FloatVector.fromArray(LANES, sums, edges[e]).add(sum).intoArray(sums, edges[e]);
            }
            for (int e = middle; e < end; e++) {
                FloatVector.fromArray(LANES, sums, edges[e]).sub(sum).intoArray(sums, edges[e]);
            }
            int above = tree.parent[i] * LANE_COUNT;
            FloatVector.fromArray(LANES, gathered, above).add(sum).intoArray(gathered, above);
        }
        Arrays.fill(gathered, samples * LANE_COUNT, gathered.length, 0);
    }
}
