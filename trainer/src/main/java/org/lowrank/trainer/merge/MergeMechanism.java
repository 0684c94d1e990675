package org.lowrank.trainer.merge;

import java.util.Arrays;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/**
 * What Theorem 2 says that merging does to a network on its own task's inputs x, as measured: the theorem has every gap and
 * every projection 0, because activations of the two networks are orthogonal.
 *
 * @param outputGap Σ|f_{θ+θ′}(x) − f_θ(x)| / Σ|f_θ(x)|
 * @param signedGap Σ y (f_{θ+θ′}(x) − f_θ(x)) / Σ|f_θ(x)|: positive where merging widens margins
 * @param activationGaps ‖h_k(x; θ+θ′) − h_k(x; θ)‖/‖h_k(x; θ)‖ over all x together, k = 1 … K − 1
 * @param projections ‖W′_k h_{k−1}(x; θ)‖/‖W_k h_{k−1}(x; θ)‖ likewise, k = 1 … K; for k = 1 what is left of ‖W′x‖
 * @param cosines mean of cos(h_k(x; θ), h_k(x′; θ′)) over all pairs of inputs of the two tasks, k = 1 … K − 1
 */
public record MergeMechanism(
        double outputGap, double signedGap, double[] activationGaps, double[] projections, double[] cosines) {
    /**
     * Measures it, in double.
     *
     * @param own f_θ, trained on {@code task}
     * @param other f_θ′, trained on {@code otherTask}
     * @param merged f_{θ+θ′}
     */
    public static MergeMechanism of(ReluNetwork own, ReluNetwork other, ReluNetwork merged, Task task, Task otherTask) {
        double[][] h = own.activations(task);
        double[][] m = merged.activations(task);
        double[][] o = other.activations(otherTask);
        int layers = own.depth();
        double[] gaps = new double[layers - 1];
        double[] cosines = new double[layers - 1];
        double[] projections = new double[layers];
        for (int k = 1; k <= layers; k++) {
            projections[k - 1] = norm(other.product(k, h[k - 1])) / norm(own.product(k, h[k - 1]));
            if (k < layers) {
                gaps[k - 1] = distance(m[k], h[k]) / norm(h[k]);
                int width = own.widths()[k];
                cosines[k - 1] = dot(meanUnit(h[k], width), meanUnit(o[k], width));
            }
        }
        double gap = 0;
        double signed = 0;
        double size = 0;
        for (int i = 0; i < task.samples(); i++) {
            double change = m[layers][i] - h[layers][i];
            gap += Math.abs(change);
            signed += task.labels()[i] * change;
            size += Math.abs(h[layers][i]);
        }
        return new MergeMechanism(gap / size, signed / size, gaps, projections, cosines);
    }

    /** The mean of the rows' unit vectors: a mean over all pairs of cosines is the product of two of these. Zero rows count as 0. */
    private static double[] meanUnit(double[] rows, int width) {
        double[] mean = new double[width];
        int n = rows.length / width;
        for (int i = 0; i < n; i++) {
            double[] row = Arrays.copyOfRange(rows, i * width, (i + 1) * width);
            double norm = norm(row);
            for (int j = 0; j < width && norm > 0; j++) {
                mean[j] += row[j] / norm / n;
            }
        }
        return mean;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
