package org.lowrank.trainer.descent;

import java.util.Arrays;
import org.lowrank.trainer.task.Task;

/**
 * The span of a task's inputs. ∂L/∂W_1 = Σ δ_i x_iᵀ lies in it row by row, so that descent in the r coordinates of an
 * orthonormal basis Q is descent itself: W_1 = (W_1Q)Qᵀ + C, where C = W_1(I − QQᵀ) only shrinks by 1 − ηλ a step.
 *
 * @param rank r ≤ min(n, d)
 * @param basis Q as r rows of d entries
 * @param coordinates Xᵢ in that basis: n × r
 */
record InputSpan(int rank, double[][] basis, double[] coordinates) {
    /** A direction whose norm is below this share of its input's is rounding. */
    private static final double NEGLIGIBLE = 1e-10;

    /** Gram and Schmidt, twice for orthogonality to rounding (Kahan: "twice is enough"). */
    static InputSpan of(Task task) {
        int n = task.samples();
        int d = task.dimension();
        double[][] basis = new double[Math.min(n, d)][];
        int rank = 0;
        for (int i = 0; i < n && rank < basis.length; i++) {
            double[] q = Arrays.copyOfRange(task.inputs(), i * d, (i + 1) * d);
            double before = Math.sqrt(dot(q, q));
            for (int pass = 0; pass < 2; pass++) {
                for (int p = 0; p < rank; p++) {
                    double along = dot(basis[p], q);
                    for (int j = 0; j < d; j++) {
                        q[j] -= along * basis[p][j];
                    }
                }
            }
            double norm = Math.sqrt(dot(q, q));
            if (norm > NEGLIGIBLE * before) {
                for (int j = 0; j < d; j++) {
                    q[j] /= norm;
                }
                basis[rank++] = q;
            }
        }
        double[][] found = Arrays.copyOf(basis, rank);
        return new InputSpan(rank, found, rotated(task.inputs(), n, d, found));
    }

    /** rows · Q: rows × r. */
    static double[] rotated(double[] matrix, int rows, int d, double[][] basis) {
        double[] result = new double[rows * basis.length];
        for (int i = 0; i < rows; i++) {
            double[] row = Arrays.copyOfRange(matrix, i * d, (i + 1) * d);
            for (int q = 0; q < basis.length; q++) {
                result[i * basis.length + q] = dot(row, basis[q]);
            }
        }
        return result;
    }

    /** C = W_1 − (W_1Q)Qᵀ. */
    double[] complement(double[] matrix, double[] reduced) {
        double[] complement = matrix.clone();
        addBack(complement, reduced, -1);
        return complement;
    }

    /** W_1 = reduced · Qᵀ + shrunk · C. */
    double[] restored(double[] reduced, double[] complement, double shrunk) {
        double[] matrix = complement.clone();
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] *= shrunk;
        }
        addBack(matrix, reduced, 1);
        return matrix;
    }

    /** matrix + sign · reduced · Qᵀ: rows × d, in place. */
    private void addBack(double[] matrix, double[] reduced, double sign) {
        for (int e = 0; e < reduced.length; e++) {
            int i = e / basis.length;
            double[] q = basis[e % basis.length];
            for (int j = 0; j < q.length; j++) {
                matrix[i * q.length + j] += sign * reduced[e] * q[j];
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
