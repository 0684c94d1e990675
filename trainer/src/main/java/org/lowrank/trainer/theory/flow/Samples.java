package org.lowrank.trainer.theory.flow;

import java.util.Random;

/** Small samples on the unit sphere with prescribed inner products. */
public final class Samples {
    private Samples() {}

    /** n inputs uniform on the unit sphere of the first {@code used} of d coordinates, labelled by the sign of ⟨v, x⟩. */
    public static Sample separable(int n, int dimension, int first, int used, Random random) {
        double[][] inputs = new double[n][dimension];
        double[] labels = new double[n];
        double[] teacher = Starts.unit(used, random);
        for (int i = 0; i < n; i++) {
            double[] x = Starts.unit(used, random);
            labels[i] = Vectors.dot(teacher, x) >= 0 ? 1 : -1;
            System.arraycopy(x, 0, inputs[i], first, used);
        }
        return new Sample(inputs, labels);
    }

    /**
     * Two orthogonal cones on coordinates first … first + used: inputs y_i p + noise, so that inputs of one label have
     * positive inner products and of different labels negative ones (orthogonally separable, Phuong and Lampert 2021).
     */
    public static Sample cones(int n, int dimension, int first, int used, double noise, Random random) {
        double[][] inputs = new double[n][dimension];
        double[] labels = new double[n];
        double[] p = Starts.unit(used, random);
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2 == 0 ? 1 : -1;
            double[] x = Vectors.unit(Vectors.plus(Vectors.times(labels[i], p), noise, Starts.unit(used, random)));
            System.arraycopy(x, 0, inputs[i], first, used);
        }
        return new Sample(inputs, labels);
    }

    /**
     * A unit vector x with ⟨x_i, x⟩ = ε y_i for every i, hence max_i |⟨x_i, x⟩| = ε: x = ε X⁺y + √(1 − ε²‖X⁺y‖²) u with
     * u orthogonal to all x_i. The signs make the inner products add up, the worst case of Section 5. Where ε is
     * too large for that, the nearest: x = X⁺y/‖X⁺y‖, with inner products below ε.
     *
     * @param u a unit vector orthogonal to the inputs
     */
    public static double[] withInnerProducts(Sample sample, double epsilon, double[] u) {
        if (epsilon == 0) {
            return u.clone();
        }
        double[] v = leastNorm(sample.inputs(), sample.labels());
        double share = Math.min(epsilon, 1 / Vectors.norm(v));
        double rest = Math.max(0, 1 - share * share * Vectors.dot(v, v));
        return Vectors.plus(Vectors.times(share, v), Math.sqrt(rest), u);
    }

    /** The least-norm v with ⟨rows_i, v⟩ = targets_i: Xᵀ(XXᵀ)⁻¹ targets, by Gaussian elimination with pivoting. */
    static double[] leastNorm(double[][] rows, double[] targets) {
        int n = rows.length;
        double[][] system = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                system[i][j] = Vectors.dot(rows[i], rows[j]);
            }
            system[i][n] = targets[i];
        }
        double[] c = eliminate(system);
        double[] v = new double[rows[0].length];
        for (int i = 0; i < n; i++) {
            v = Vectors.plus(v, c[i], rows[i]);
        }
        return v;
    }

    private static double[] eliminate(double[][] system) {
        int n = system.length;
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                if (Math.abs(system[row][column]) > Math.abs(system[pivot][column])) {
                    pivot = row;
                }
            }
            double[] swapped = system[pivot];
            system[pivot] = system[column];
            system[column] = swapped;
            for (int row = 0; row < n; row++) {
                if (row != column) {
                    double factor = system[row][column] / system[column][column];
                    for (int k = column; k <= n; k++) {
                        system[row][k] -= factor * system[column][k];
                    }
                }
            }
        }
        double[] solution = new double[n];
        for (int i = 0; i < n; i++) {
            solution[i] = system[i][n] / system[i][i];
        }
        return solution;
    }
}
