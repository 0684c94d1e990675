package org.lowrank.trainer.network;

import org.lowrank.trainer.task.Task;

/**
 * f(x) = W_K φ(W_{K−1} φ(… φ(W_1 x))), φ(z) = max(z, 0), φ′(0) = 0, no biases. This is the plain reference in double that
 * the fast descents are tested against, and what metrics are taken of.
 *
 * @param widths d, h_1, …, h_{K−1}, 1: K + 1 numbers
 * @param weights W_1 … W_K, W_k of widths[k] × widths[k − 1] row by row; not copied
 */
public record ReluNetwork(int[] widths, double[][] weights) {
    /** Checks the shapes. */
    public ReluNetwork {
        if (weights.length != widths.length - 1 || widths[widths.length - 1] != 1) {
            throw new IllegalArgumentException(
                    "network: " + weights.length + " matrices for " + widths.length + " widths, the last of them 1");
        }
        for (int k = 0; k < weights.length; k++) {
            if (weights[k].length != widths[k] * widths[k + 1]) {
                throw new IllegalArgumentException("network: matrix " + (k + 1) + ": " + weights[k].length
                        + " entries are not " + widths[k + 1] + " x " + widths[k]);
            }
        }
    }

    /** K. */
    public int depth() {
        return weights.length;
    }

    /** f(x_i) for every sample of a task of the same dimension. */
    public double[] outputs(Task task) {
        return activations(task)[depth()];
    }

    /** h_0 = X, h_1, …, h_K = f: n × widths[k] each, sample after sample; all but the last after φ. */
    public double[][] activations(Task task) {
        double[][] h = new double[depth() + 1][];
        h[0] = task.inputs(); // n x d
        for (int k = 0; k < depth(); k++) {
            double[] z = product(k + 1, h[k]); // n x widths[k + 1]
            if (k + 1 < depth()) {
                for (int j = 0; j < z.length; j++) {
                    z[j] = Math.max(z[j], 0);
                }
            }
            h[k + 1] = z;
        }
        return h;
    }

    /**
     * The mean logistic loss L = (1/n) Σ ℓ(y_i f(x_i)) and its gradient with respect to W_1 … W_K.
     *
     * @param into K arrays like the weights, overwritten with ∂L/∂W_k
     * @return L
     */
    public double gradient(Task task, double[][] into) {
        int n = task.samples();
        double[][] h = activations(task);
        double[] f = h[depth()];
        double loss = 0;
        double[] delta = new double[n]; // n x 1: ∂L/∂z_K
        for (int i = 0; i < n; i++) {
            double margin = task.labels()[i] * f[i];
            loss += LogisticLoss.of(margin) / n;
            delta[i] = LogisticLoss.derivative(margin) * task.labels()[i] / n;
        }
        for (int k = depth() - 1; k >= 0; k--) {
            int in = widths[k];
            int out = widths[k + 1];
            java.util.Arrays.fill(into[k], 0);
            double[] below = new double[k > 0 ? n * in : 0]; // n x widths[k]: ∂L/∂z_k; the inputs' is not needed
            for (int i = 0; i < n; i++) {
                for (int o = 0; o < out; o++) {
                    double d = delta[i * out + o];
                    if (d != 0) {
                        axpy(d, h[k], i * in, into[k], o * in, in); // ∂L/∂W_k = Σ δ_i h_{k−1,i}ᵀ
                        if (k > 0) {
                            axpy(d, weights[k], o * in, below, i * in, in); // W_kᵀ δ_i
                        }
                    }
                }
            }
            if (k > 0) {
                for (int j = 0; j < below.length; j++) {
                    below[j] = h[k][j] > 0 ? below[j] : 0; // ∘ φ′(z_k)
                }
            }
            delta = below;
        }
        return loss;
    }

    /**
     * W_k h for activations of layer k − 1, no φ: n × widths[k].
     *
     * @param layer k from 1
     * @param below n × widths[k − 1]
     */
    public double[] product(int layer, double[] below) {
        int in = widths[layer - 1];
        int out = widths[layer];
        int n = below.length / in;
        double[] z = new double[n * out];
        for (int i = 0; i < n; i++) {
            for (int o = 0; o < out; o++) {
                z[i * out + o] = DotProduct.of(weights[layer - 1], o * in, below, i * in, in);
            }
        }
        return z;
    }

    private static void axpy(double scale, double[] a, int aFrom, double[] into, int from, int length) {
        for (int j = 0; j < length; j++) {
            into[from + j] += scale * a[aFrom + j];
        }
    }
}
