package org.lowrank.trainer.merge;

import org.lowrank.trainer.network.ReluNetwork;

/** θ + θ′: the weights of two networks of one shape added, matrix by matrix (Section 6.2). */
public final class MergedNetwork {
    private MergedNetwork() {}

    /** W_k + W′_k for every layer. */
    public static ReluNetwork of(ReluNetwork first, ReluNetwork second) {
        double[][] sums = new double[first.depth()][];
        for (int k = 0; k < sums.length; k++) {
            sums[k] = first.weights()[k].clone();
            for (int i = 0; i < sums[k].length; i++) {
                sums[k][i] += second.weights()[k][i];
            }
        }
        return new ReluNetwork(first.widths().clone(), sums);
    }

    /** s W_k for every layer: with s = 1/T after summing T networks, their mean. */
    public static ReluNetwork scaled(ReluNetwork network, double scale) {
        double[][] weights = new double[network.depth()][];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = network.weights()[k].clone();
            for (int i = 0; i < weights[k].length; i++) {
                weights[k][i] *= scale;
            }
        }
        return new ReluNetwork(network.widths().clone(), weights);
    }
}
