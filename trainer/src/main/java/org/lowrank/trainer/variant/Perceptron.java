package org.lowrank.trainer.variant;

import java.util.Arrays;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.task.RandomStream;

/**
 * f(x) = W_K φ(… φ(W_1 x + b_1) …) + b_K with φ(z) = max(z, 0), φ′(0) = 0, and C outputs: the paper's network where there are no biases
 * and C = 1, and then equal to {@link org.lowrank.trainer.network.ReluNetwork}, which it is tested against. Its loss is the logistic
 * one of a single output, cross-entropy over the softmax of several.
 *
 * @param widths d, h_1, …, h_{K−1}, C
 * @param parameters W_1, b_1, …, W_K, b_K: W_k of widths[k] × widths[k − 1] row by row, b_k of widths[k] entries, or of none
 *     without biases; not copied
 */
public record Perceptron(int[] widths, double[][] parameters) {
    /** K. */
    public int depth() {
        return widths.length - 1;
    }

    /** W_k, k from 1. */
    public double[] weight(int k) {
        return parameters[2 * (k - 1)];
    }

    private double[] bias(int k) {
        return parameters[2 * k - 1];
    }

    /** Weights and biases from U(−1/√fan_in, 1/√fan_in), layer by layer. */
    public static Perceptron uniform(int[] widths, boolean biases, RandomStream random) {
        double[][] parameters = new double[2 * (widths.length - 1)][];
        for (int k = 0; k + 1 < widths.length; k++) {
            double bound = 1 / Math.sqrt(widths[k]);
            parameters[2 * k] = uniform(widths[k] * widths[k + 1], bound, random);
            parameters[2 * k + 1] = uniform(biases ? widths[k + 1] : 0, bound, random);
        }
        return new Perceptron(widths, parameters);
    }

    private static double[] uniform(int count, double bound, RandomStream random) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.uniform(-bound, bound);
        }
        return values;
    }

    /** The same numbers, not shared. */
    public Perceptron copy() {
        return new Perceptron(
                widths.clone(), Arrays.stream(parameters).map(double[]::clone).toArray(double[][]::new));
    }

    /** θ + θ′, biases too. */
    public Perceptron plus(Perceptron other) {
        Perceptron sum = copy();
        for (int p = 0; p < parameters.length; p++) {
            for (int i = 0; i < parameters[p].length; i++) {
                sum.parameters[p][i] += other.parameters[p][i];
            }
        }
        return sum;
    }

    /** h_0 = X, …, h_K = f, of these samples: count × widths[k] each. */
    private double[][] activations(Labelled task, int[] samples) {
        double[][] h = new double[depth() + 1][];
        h[0] = new double[samples.length * widths[0]];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(task.inputs(), samples[i] * widths[0], h[0], i * widths[0], widths[0]);
        }
        for (int k = 1; k <= depth(); k++) {
            int in = widths[k - 1];
            int out = widths[k];
            double[] w = weight(k);
            double[] b = bias(k);
            h[k] = new double[samples.length * out];
            for (int i = 0; i < samples.length; i++) {
                for (int o = 0; o < out; o++) {
                    double z = b.length > 0 ? b[o] : 0;
                    for (int j = 0; j < in; j++) {
                        z += w[o * in + j] * h[k - 1][i * in + j];
                    }
                    h[k][i * out + o] = k < depth() ? Math.max(z, 0) : z;
                }
            }
        }
        return h;
    }

    /** Loss and share of wrong classes over all samples. */
    public Fit fit(Labelled task) {
        int[] all = task.all();
        double[] f = activations(task, all)[depth()];
        int outputs = widths[depth()];
        double loss = 0;
        int wrong = 0;
        for (int i = 0; i < all.length; i++) {
            double[] scores = Arrays.copyOfRange(f, i * outputs, (i + 1) * outputs);
            loss += loss(scores, task.labels()[i]);
            wrong += predicted(scores) == task.labels()[i] ? 0 : 1;
        }
        return new Fit(loss / all.length, (double) wrong / all.length);
    }

    /** How it does on a task. */
    public record Fit(double loss, double error) {}

    private static int predicted(double[] scores) {
        if (scores.length == 1) {
            return scores[0] >= 0 ? 1 : 0;
        }
        int best = 0;
        for (int c = 1; c < scores.length; c++) {
            best = scores[c] > scores[best] ? c : best;
        }
        return best;
    }

    private static double loss(double[] scores, int label) {
        if (scores.length == 1) {
            return LogisticLoss.of(label == 1 ? scores[0] : -scores[0]);
        }
        return logSum(scores) - scores[label];
    }

    /** ln Σ e^{s_c}, without overflow. */
    private static double logSum(double[] scores) {
        double most = Arrays.stream(scores).max().orElse(0);
        double sum = 0;
        for (double score : scores) {
            sum += StrictMath.exp(score - most);
        }
        return most + StrictMath.log(sum);
    }

    /**
     * ∇ of the mean loss over some samples.
     *
     * @param into arrays like the parameters, overwritten
     */
    public void gradient(Labelled task, int[] samples, double[][] into) {
        double[][] h = activations(task, samples);
        int n = samples.length;
        double[] delta = outputGradient(h[depth()], task, samples); // n x C
        for (int k = depth(); k >= 1; k--) {
            int in = widths[k - 1];
            int out = widths[k];
            double[] w = weight(k);
            double[] gw = into[2 * (k - 1)];
            double[] gb = into[2 * k - 1];
            Arrays.fill(gw, 0);
            Arrays.fill(gb, 0);
            double[] below = new double[n * in];
            for (int i = 0; i < n; i++) {
                for (int o = 0; o < out; o++) {
                    double d = delta[i * out + o];
                    if (d != 0) {
                        for (int j = 0; j < in; j++) {
                            gw[o * in + j] += d * h[k - 1][i * in + j];
                            below[i * in + j] += d * w[o * in + j];
                        }
                        if (gb.length > 0) {
                            gb[o] += d;
                        }
                    }
                }
            }
            for (int j = 0; j < below.length; j++) {
                below[j] = h[k - 1][j] > 0 ? below[j] : 0; // of the inputs it is not used
            }
            delta = below;
        }
    }

    private double[] outputGradient(double[] f, Labelled task, int[] samples) {
        int outputs = widths[depth()];
        double[] delta = new double[f.length];
        for (int i = 0; i < samples.length; i++) {
            int label = task.labels()[samples[i]];
            if (outputs == 1) {
                double y = label == 1 ? 1 : -1;
                delta[i] = LogisticLoss.derivative(y * f[i]) * y / samples.length;
                continue;
            }
            double[] scores = Arrays.copyOfRange(f, i * outputs, (i + 1) * outputs);
            double logSum = logSum(scores);
            for (int c = 0; c < outputs; c++) {
                double probability = StrictMath.exp(scores[c] - logSum);
                delta[i * outputs + c] = (probability - (c == label ? 1 : 0)) / samples.length;
            }
        }
        return delta;
    }
}
