package org.lowrank.trainer.theory.flow;

import java.util.Arrays;
import org.lowrank.trainer.network.LogisticLoss;

/**
 * f_θ(x) = ⟨w_K, h_{K−1}⟩, h_k = σ(W_k h_{k−1}), h_0 = x, no biases (Section 3). θ is one array: W_1, …, w_K, each row
 * by row. A network holds no parameters and is safe to share.
 *
 * <p>Written apart from {@link org.lowrank.trainer.network.ReluNetwork} on purpose: the checks of the paper do not rest on the
 * code of the experiments, and {@code NetworkTest} holds the two against each other, loss and gradient.
 */
public final class Network {
    private final int[] widths;
    private final int[] offsets;
    private final Activation activation;

    /**
     * @param widths d, m_1, …, m_{K−1}, 1; W_k is widths[k] × widths[k−1]
     */
    public Network(Activation activation, int... widths) {
        this.activation = activation;
        this.widths = widths.clone();
        this.offsets = new int[widths.length];
        for (int k = 1; k < widths.length; k++) {
            offsets[k] = offsets[k - 1] + widths[k] * widths[k - 1];
        }
    }

    /** K layers: input dimension, K − 1 hidden layers of one width, scalar output. */
    public static Network of(Activation activation, int layers, int dimension, int width) {
        int[] widths = new int[layers + 1];
        Arrays.fill(widths, width);
        widths[0] = dimension;
        widths[layers] = 1;
        return new Network(activation, widths);
    }

    /** K. */
    public int layers() {
        return widths.length - 1;
    }

    /** Length of θ. */
    public int parameters() {
        return offsets[layers()];
    }

    /** σ. */
    public Activation activation() {
        return activation;
    }

    /** Width of h_k; of x for k = 0. */
    public int width(int k) {
        return widths[k];
    }

    /** Where W_k starts in θ; k from 1, and K + 1 for the end. */
    public int offset(int k) {
        return offsets[k - 1];
    }

    /** W_k row by row, widths[k] × widths[k−1], a copy. */
    public double[] layer(double[] theta, int k) {
        return Arrays.copyOfRange(theta, offsets[k - 1], offsets[k]);
    }

    /** ‖W_k‖_F of θ, or of a gradient laid out like θ. */
    public double layerNorm(double[] theta, int k) {
        return Vectors.norm(layer(theta, k));
    }

    /** W_k h. */
    public double[] product(double[] theta, int k, double[] h) {
        double[] out = new double[widths[k]];
        int at = offsets[k - 1];
        for (int j = 0; j < out.length; j++) {
            double sum = 0;
            for (double value : h) {
                sum += theta[at++] * value;
            }
            out[j] = sum;
        }
        return out;
    }

    /** h_0, …, h_{K−1}. */
    public double[][] activations(double[] theta, double[] x) {
        double[][] h = new double[layers()][];
        h[0] = x;
        for (int k = 1; k < layers(); k++) {
            h[k] = product(theta, k, h[k - 1]);
            for (int j = 0; j < h[k].length; j++) {
                h[k][j] = activation.value(h[k][j]);
            }
        }
        return h;
    }

    /** f_θ(x). */
    public double output(double[] theta, double[] x) {
        return product(theta, layers(), activations(theta, x)[layers() - 1])[0];
    }

    /** L(θ), the mean logistic loss. */
    public double loss(double[] theta, Sample sample) {
        double sum = 0;
        for (int i = 0; i < sample.size(); i++) {
            sum += LogisticLoss.of(sample.labels()[i] * output(theta, sample.inputs()[i]));
        }
        return sum / sample.size();
    }

    /** −(1/n) Σ ℓ′(y_i f(x_i)) y_i f(x_i), the on-average margin of Assumption 1 and the right side of Lemma 3. */
    public double averageMargin(double[] theta, Sample sample) {
        double sum = 0;
        for (int i = 0; i < sample.size(); i++) {
            double margin = sample.labels()[i] * output(theta, sample.inputs()[i]);
            sum -= LogisticLoss.derivative(margin) * margin;
        }
        return sum / sample.size();
    }

    /**
     * ∇L(θ); for a deep linear network and elsewhere away from kinks the gradient, at kinks the one with σ′(0) = 0.
     *
     * @param gradient overwritten; laid out like θ
     * @return L(θ)
     */
    public double gradient(double[] theta, Sample sample, double[] gradient) {
        Arrays.fill(gradient, 0);
        double loss = 0;
        int n = sample.size();
        for (int i = 0; i < n; i++) {
            double[][] before = new double[layers() + 1][]; // before[k] = W_k h_{k−1}
            double[][] h = forward(theta, sample.inputs()[i], before);
            double y = sample.labels()[i];
            double margin = y * before[layers()][0];
            loss += LogisticLoss.of(margin) / n;
            backward(theta, h, before, y * LogisticLoss.derivative(margin) / n, gradient);
        }
        return loss;
    }

    private double[][] forward(double[] theta, double[] x, double[][] before) {
        double[][] h = new double[layers()][];
        h[0] = x;
        for (int k = 1; k <= layers(); k++) {
            before[k] = product(theta, k, h[k - 1]);
            if (k < layers()) {
                h[k] = new double[widths[k]];
                for (int j = 0; j < widths[k]; j++) {
                    h[k][j] = activation.value(before[k][j]);
                }
            }
        }
        return h;
    }

    /** Adds slope · df/dθ: dL/dW_k = δ_k h_{k−1}ᵀ, δ_{k−1} = (W_kᵀ δ_k) ⊙ σ′(W_{k−1} h_{k−2}). */
    private void backward(double[] theta, double[][] h, double[][] before, double slope, double[] gradient) {
        double[] delta = {slope};
        for (int k = layers(); k >= 1; k--) {
            int at = offsets[k - 1];
            double[] input = h[k - 1];
            double[] below = new double[widths[k - 1]];
            for (double d : delta) {
                for (int c = 0; c < input.length; c++, at++) {
                    gradient[at] += d * input[c];
                    below[c] += d * theta[at];
                }
            }
            if (k > 1) {
                for (int c = 0; c < below.length; c++) {
                    below[c] *= activation.derivative(before[k - 1][c]);
                }
            }
            delta = below;
        }
    }

    /** w = W_1ᵀ ⋯ W_{K−1}ᵀ w_K, the end-to-end vector of a deep linear network, length d. */
    public double[] endToEnd(double[] theta) {
        return tail(theta, 1);
    }

    /** w^{(k)} = W_kᵀ ⋯ W_{K−1}ᵀ w_K, length widths[k−1]. */
    public double[] tail(double[] theta, int from) {
        double[] w = {1};
        for (int k = layers(); k >= from; k--) {
            double[] next = new double[widths[k - 1]];
            int at = offsets[k - 1];
            for (double value : w) {
                for (int c = 0; c < next.length; c++) {
                    next[c] += value * theta[at++];
                }
            }
            w = next;
        }
        return w;
    }
}
