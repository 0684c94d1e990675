package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.LANES;
import static org.lowrank.trainer.descent.PanelProduct.LANE_COUNT;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

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
    private final float[] below; // (samples + 1) x WIDTH: Σ_k p_ik w3_k W2_kj, the last row 0
    /** (samples + 1) x WIDTH: g_i h_ij, then its sum over i's subtree; the last row is the root's, never read. */
    private final float[] gathered;

    SecondLayerGradient(int samples, int units) {
        this.samples = samples;
        this.units = units;
        below = new float[FIRST + (samples + 1) * WIDTH];
        gathered = new float[FIRST + (samples + 1) * WIDTH];
    }

    /**
     * Writes δ for these units and descends on their columns of W_2.
     *
     * @param tree listed with stride WIDTH and the w3 of before the step
     * @param w2 units × WIDTH from {@code w2From}; W2 −= ∂L/∂W2 (the step size is in g)
     * @param w3 of before the step
     * @param h samples × 2 WIDTH from {@code hFrom}, of which the first WIDTH are meant
     * @param g η ∂L/∂f_i
     * @param delta samples × WIDTH from FIRST on, overwritten
     */
    void descend(
            ActivationTree tree, float[] w2, int w2From, float[] w3, float[] h, int hFrom, float[] g, float[] delta) {
        down(tree, w2, w2From, h, hFrom, g, delta);
        up(tree);
        byUnit(tree, w2, w2From, w3);
    }

    /**
     * From the root to the leaves: a node's sum Σ_k p_ik w3_k W2_kj is its parent's and the differences, summed first, so that
     * only one addition waits for the parent. Then δ_ij, and what goes up.
     */
    private void down(ActivationTree tree, float[] w2, int w2From, float[] h, int hFrom, float[] g, float[] delta) {
        for (int p = 0; p < samples; p++) {
            FloatVector u = FloatVector.zero(LANES);
            FloatVector v = u;
            FloatVector otherU = u;
            FloatVector otherV = u;
            int end = tree.first[p + 1];
            for (int e = tree.first[p]; e < end; e += 2) {
                FloatVector weight = FloatVector.broadcast(LANES, tree.weights[e]);
                int k = w2From + tree.units[e];
                u = FloatVector.fromArray(LANES, w2, k).fma(weight, u);
                v = FloatVector.fromArray(LANES, w2, k + LANE_COUNT).fma(weight, v);
                weight = FloatVector.broadcast(LANES, tree.weights[e + 1]);
                k = w2From + tree.units[e + 1];
                otherU = FloatVector.fromArray(LANES, w2, k).fma(weight, otherU);
                otherV = FloatVector.fromArray(LANES, w2, k + LANE_COUNT).fma(weight, otherV);
            }
            int i = tree.order[p];
            int above = FIRST + tree.parent[i] * WIDTH;
            u = u.add(otherU).add(FloatVector.fromArray(LANES, below, above));
            v = v.add(otherV).add(FloatVector.fromArray(LANES, below, above + LANE_COUNT));
            int o = FIRST + i * WIDTH;
            u.intoArray(below, o);
            v.intoArray(below, o + LANE_COUNT);
            FloatVector gradient = FloatVector.broadcast(LANES, g[i]);
            int row = hFrom + 2 * i * WIDTH;
            masked(FloatVector.fromArray(LANES, h, row), u, gradient, delta, o);
            masked(FloatVector.fromArray(LANES, h, row + LANE_COUNT), v, gradient, delta, o + LANE_COUNT);
        }
    }

    /** δ = g · below where the unit is active, and g · h, which goes up. */
    private void masked(FloatVector activation, FloatVector sum, FloatVector gradient, float[] delta, int o) {
        // −bits of a positive float is negative, of 0 it is 0: all ones where active.
        IntVector on = activation.reinterpretAsInts().neg().lanewise(VectorOperators.ASHR, 31);
        sum.mul(gradient).reinterpretAsInts().and(on).reinterpretAsFloats().intoArray(delta, o);
        activation.mul(gradient).intoArray(gathered, o);
    }

    /** From the leaves to the root: sums over subtrees. */
    private void up(ActivationTree tree) {
        for (int p = samples - 1; p >= 0; p--) {
            int i = FIRST + tree.order[p] * WIDTH;
            int above = FIRST + tree.parent[tree.order[p]] * WIDTH;
            add(i, above);
            add(i + LANE_COUNT, above + LANE_COUNT);
        }
    }

    private void add(int from, int to) {
        FloatVector.fromArray(LANES, gathered, to)
                .add(FloatVector.fromArray(LANES, gathered, from))
                .intoArray(gathered, to);
    }

    /** Σ_i p_ik g_i h_ij is the sum of the subtrees at whose roots unit k comes in, less those where it goes out. */
    private void byUnit(ActivationTree tree, float[] w2, int w2From, float[] w3) {
        for (int k = 0; k < units; k++) {
            FloatVector u = FloatVector.zero(LANES);
            FloatVector v = u;
            FloatVector otherU = u;
            FloatVector otherV = u;
            int end = tree.firstOfUnit[k + 1];
            // Two sums: an addition need not wait for the one before.
            for (int e = tree.firstOfUnit[k]; e < end; e += 2) {
                FloatVector sign = FloatVector.broadcast(LANES, tree.signs[e]);
                int i = FIRST + tree.nodes[e];
                u = FloatVector.fromArray(LANES, gathered, i).fma(sign, u);
                v = FloatVector.fromArray(LANES, gathered, i + LANE_COUNT).fma(sign, v);
                sign = FloatVector.broadcast(LANES, tree.signs[e + 1]);
                i = FIRST + tree.nodes[e + 1];
                otherU = FloatVector.fromArray(LANES, gathered, i).fma(sign, otherU);
                otherV = FloatVector.fromArray(LANES, gathered, i + LANE_COUNT).fma(sign, otherV);
            }
            u = u.add(otherU);
            v = v.add(otherV);
            FloatVector minus = FloatVector.broadcast(LANES, -w3[k]);
            int o = w2From + k * WIDTH;
            u.fma(minus, FloatVector.fromArray(LANES, w2, o)).intoArray(w2, o);
            v.fma(minus, FloatVector.fromArray(LANES, w2, o + LANE_COUNT)).intoArray(w2, o + LANE_COUNT);
        }
    }
}
