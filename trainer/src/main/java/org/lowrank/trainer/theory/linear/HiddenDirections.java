package org.lowrank.trainer.theory.linear;

import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Vectors;

/** A balanced start whose hidden directions u_k are all one coordinate axis. */
final class HiddenDirections {
    private HiddenDirections() {}

    /** W_1 = e_j vᵀ with the same row space and norm as before, W_k = ‖W_k‖ e_j e_jᵀ, w_K = ‖w_K‖ e_j. */
    static double[] moveTo(Network network, double[] theta, int axis) {
        double[] moved = new double[theta.length];
        double[] row = Vectors.unit(network.endToEnd(theta));
        for (int k = 1; k <= network.layers(); k++) {
            double norm = network.layerNorm(theta, k);
            int columns = network.width(k - 1);
            int at = network.offset(k) + (k == network.layers() ? 0 : axis * columns);
            if (k == 1) {
                for (int c = 0; c < columns; c++) {
                    moved[at + c] = norm * row[c];
                }
            } else {
                moved[at + axis] = norm;
            }
        }
        return moved;
    }
}
