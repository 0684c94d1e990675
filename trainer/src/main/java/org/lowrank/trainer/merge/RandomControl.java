package org.lowrank.trainer.merge;

import org.lowrank.spectral.FrobeniusNorm;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;

/**
 * Networks to add in place of a trained one, to tell what its rank does from what its directions do: the first matrix is kept, so that
 * inputs orthogonal to the other task's stay so, and the hidden ones are replaced by random ones of equal singular values or of
 * equal norm.
 */
public final class RandomControl {
    private RandomControl() {}

    /** Every W_k, k ≥ 2, between uniformly random rotations of both sides: the same singular values and rank, other directions. */
    public static ReluNetwork rotated(ReluNetwork network, RandomStream random) {
        double[][] weights = copy(network);
        for (int k = 1; k < weights.length; k++) {
            int rows = network.widths()[k + 1];
            int cols = network.widths()[k];
            double[] transposed = transposed(weights[k], rows, cols);
            rotate(transposed, cols, rows, random);
            weights[k] = transposed(transposed, cols, rows);
            rotate(weights[k], rows, cols, random);
        }
        return new ReluNetwork(network.widths().clone(), weights);
    }

    /** Every W_k, k ≥ 2, of independent normal entries, scaled to its ‖W_k‖_F: full rank. */
    public static ReluNetwork gaussian(ReluNetwork network, RandomStream random) {
        double[][] weights = copy(network);
        for (int k = 1; k < weights.length; k++) {
            double norm = FrobeniusNorm.of(weights[k]);
            for (int i = 0; i < weights[k].length; i++) {
                weights[k][i] = random.normal();
            }
            double scale = norm / FrobeniusNorm.of(weights[k]);
            for (int i = 0; i < weights[k].length; i++) {
                weights[k][i] *= scale;
            }
        }
        return new ReluNetwork(network.widths().clone(), weights);
    }

    private static double[][] copy(ReluNetwork network) {
        double[][] weights = new double[network.depth()][];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = network.weights()[k].clone();
        }
        return weights;
    }

    private static double[] transposed(double[] a, int rows, int cols) {
        double[] t = new double[a.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                t[j * rows + i] = a[i * cols + j];
            }
        }
        return t;
    }

    /**
     * A ← QA with Q uniform over the orthogonal group: Householder reflections of normal vectors of falling length and random
     * signs (Stewart 1980).
     */
    static void rotate(double[] a, int rows, int cols, RandomStream random) {
        for (int k = 0; k < rows - 1; k++) {
            double[] v = new double[rows - k];
            double squares = 0;
            for (int i = 0; i < v.length; i++) {
                v[i] = random.normal();
                squares += v[i] * v[i];
            }
            double norm = Math.sqrt(squares);
            double sign = v[0] < 0 ? -1 : 1;
            v[0] += sign * norm;
            double half = norm * (norm + Math.abs(v[0] - sign * norm)); // ‖v‖²/2
            reflect(a, k, cols, v, half);
        }
        for (int i = 0; i < rows; i++) {
            if (random.below(2) == 0) {
                for (int j = 0; j < cols; j++) {
                    a[i * cols + j] = -a[i * cols + j];
                }
            }
        }
    }

    /** Rows from {@code first} on ← (I − vvᵀ/half) of them. */
    private static void reflect(double[] a, int first, int cols, double[] v, double half) {
        double[] product = new double[cols];
        for (int i = 0; i < v.length; i++) {
            for (int j = 0; j < cols; j++) {
                product[j] += v[i] * a[(first + i) * cols + j];
            }
        }
        for (int i = 0; i < v.length; i++) {
            double factor = v[i] / half;
            for (int j = 0; j < cols; j++) {
                a[(first + i) * cols + j] -= factor * product[j];
            }
        }
    }
}
