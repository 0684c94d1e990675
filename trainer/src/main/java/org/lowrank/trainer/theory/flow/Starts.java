package org.lowrank.trainer.theory.flow;

import java.util.Random;

/** Where training starts. */
public final class Starts {
    private Starts() {}

    /** Entries of W_k from N(0, scale²/fan_in). */
    public static double[] gaussian(Network network, double scale, Random random) {
        double[] theta = new double[network.parameters()];
        for (int k = 1; k <= network.layers(); k++) {
            double deviation = scale / Math.sqrt(network.width(k - 1));
            for (int i = network.offset(k); i < network.offset(k + 1); i++) {
                theta[i] = deviation * random.nextGaussian();
            }
        }
        return theta;
    }

    /**
     * W_k = s u_k u_{k−1}ᵀ with unit vectors u_k, u_K = 1: balanced, W_{k+1}ᵀW_{k+1} = W_k W_kᵀ = s² u_k u_kᵀ. With a
     * scalar output every balanced start has this form: w_K w_Kᵀ has rank one, and the condition carries that down.
     */
    public static double[] balanced(Network network, double s, Random random) {
        double[] theta = new double[network.parameters()];
        double[] below = unit(network.width(0), random);
        for (int k = 1; k <= network.layers(); k++) {
            double[] here = k == network.layers() ? new double[] {1} : unit(network.width(k), random);
            int at = network.offset(k);
            for (double row : here) {
                for (double column : below) {
                    theta[at++] = s * row * column;
                }
            }
            below = here;
        }
        return theta;
    }

    /** max_k ‖W_{k+1}ᵀW_{k+1} − W_k W_kᵀ‖_F / ‖W_k W_kᵀ‖_F; 0 for a balanced θ. */
    public static double imbalance(Network network, double[] theta) {
        double worst = 0;
        for (int k = 1; k < network.layers(); k++) {
            int m = network.width(k);
            double[] lower = network.layer(theta, k); // m × below
            double[] upper = network.layer(theta, k + 1); // above × m
            double difference = 0;
            double size = 0;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < m; j++) {
                    double outer = 0; // (W_k W_kᵀ)_ij
                    for (int c = 0; c < network.width(k - 1); c++) {
                        outer += lower[i * network.width(k - 1) + c] * lower[j * network.width(k - 1) + c];
                    }
                    double inner = 0; // (W_{k+1}ᵀ W_{k+1})_ij
                    for (int r = 0; r < network.width(k + 1); r++) {
                        inner += upper[r * m + i] * upper[r * m + j];
                    }
                    difference += (inner - outer) * (inner - outer);
                    size += outer * outer;
                }
            }
            worst = Math.max(worst, Math.sqrt(difference / size));
        }
        return worst;
    }

    /** Uniform on the unit sphere of R^d. */
    public static double[] unit(int dimension, Random random) {
        double[] x = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            x[i] = random.nextGaussian();
        }
        return Vectors.unit(x);
    }
}
