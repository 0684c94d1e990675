package org.lowrank.trainer.merge;

import org.lowrank.spectral.SpectralNorm;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/**
 * What the triangle inequality allows merging to change, layer by layer. With h_k of θ and h̃_k of θ + θ′,
 * ‖h̃_k − h_k‖ ≤ ‖W_k + W′_k‖_2 ‖h̃_{k−1} − h_{k−1}‖ + ‖W′_k h_{k−1}‖, as ReLU is 1-Lipschitz; summed up to the output. This is the
 * bound that holds where the paper's Theorem 2 and Lemma 8 ask activations to be orthogonal.
 *
 * @param measured Σ of the bound over Σ|f_θ(x)|, with the measured ‖W′_k h_{k−1}(x)‖
 * @param norms the same with ‖W′_k‖_2 ‖h_{k−1}(x)‖ from the second layer on: all that orthogonal inputs alone give
 */
public record GapBound(double measured, double norms) {
    /**
     * Of one network on its own task.
     *
     * @param own f_θ
     * @param other θ′
     * @param merged θ + θ′
     */
    public static GapBound of(ReluNetwork own, ReluNetwork other, ReluNetwork merged, Task task) {
        int layers = own.depth();
        int n = task.samples();
        double[][] h = own.activations(task);
        double[] measured = new double[n];
        double[] norms = new double[n];
        for (int k = 1; k <= layers; k++) {
            int rows = own.widths()[k];
            int cols = own.widths()[k - 1];
            double growth = spectral(merged.weights()[k - 1], rows, cols);
            double otherNorm = spectral(other.weights()[k - 1], rows, cols);
            double[] sent = other.product(k, h[k - 1]); // n x rows
            for (int i = 0; i < n; i++) {
                double direct = norm(sent, i * rows, rows);
                measured[i] = growth * measured[i] + direct;
                norms[i] = growth * norms[i] + (k == 1 ? direct : otherNorm * norm(h[k - 1], i * cols, cols));
            }
        }
        double size = 0;
        double measuredSum = 0;
        double normsSum = 0;
        for (int i = 0; i < n; i++) {
            size += Math.abs(h[layers][i]);
            measuredSum += measured[i];
            normsSum += norms[i];
        }
        return new GapBound(measuredSum / size, normsSum / size);
    }

    private static double spectral(double[] w, int rows, int cols) {
        return rows == 1 || cols == 1 ? norm(w, 0, w.length) : SpectralNorm.of(w, rows, cols);
    }

    private static double norm(double[] a, int from, int length) {
        double squares = 0;
        for (int i = from; i < from + length; i++) {
            squares += a[i] * a[i];
        }
        return Math.sqrt(squares);
    }
}
