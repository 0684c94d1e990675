package org.lowrank.trainer.network;

import org.lowrank.trainer.task.RandomStream;

/** Distribution of the initial weights. */
public enum Initialisation {
    /** U(−1/√fan_in, 1/√fan_in), the default of PyTorch's linear layer. */
    UNIFORM,
    /** N(0, 2/fan_in) (He et al. 2015). */
    HE,
    /** N(0, 1/fan_in) (LeCun et al. 1998). */
    LECUN;

    /** Draws W_1 … W_K, each row by row. */
    public ReluNetwork draw(int[] widths, RandomStream random) {
        double[][] weights = new double[widths.length - 1][];
        for (int k = 0; k < weights.length; k++) {
            int fanIn = widths[k];
            double bound = 1 / Math.sqrt(fanIn);
            weights[k] = new double[widths[k + 1] * fanIn];
            for (int i = 0; i < weights[k].length; i++) {
                weights[k][i] = switch (this) {
                    case UNIFORM -> random.uniform(-bound, bound);
                    case HE -> Math.sqrt(2) * bound * random.normal();
                    case LECUN -> bound * random.normal();
                };
            }
        }
        return new ReluNetwork(widths, weights);
    }
}
