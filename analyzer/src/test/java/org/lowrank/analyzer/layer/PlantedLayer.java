package org.lowrank.analyzer.layer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Matrices whose singular values are known because they were put there: A = Σ σ_k u_k v_kᵀ with orthonormal u and v (columns
 * of Householder reflections), σ = s (1, 1/2, 1/4) and another s for every layer and matrix. So σ1 = s and
 * ‖A‖_F = s √(1 + 1/4 + 1/16).
 */
final class PlantedLayer {
    static final double FROBENIUS = Math.sqrt(1 + 0.25 + 0.0625);

    private final Map<String, Double> planted = new LinkedHashMap<>();

    /** A matrix [rows, cols] for this layer and kind; the same arguments give the same matrix. */
    double[][] matrix(int layer, String kind, int rows, int cols) {
        double scale = 1 + 0.37 * planted.size();
        planted.put(layer + " " + kind, scale);
        return matrix(rows, cols, scale, 31L * layer + kind.hashCode());
    }

    /** Scale by {@code "<layer> <matrix>"}. */
    Map<String, Double> planted() {
        return planted;
    }

    private static double[][] matrix(int rows, int cols, double scale, long seed) {
        double[] left = unit(rows, seed);
        double[] right = unit(cols, seed + 1);
        double[][] a = new double[rows][cols];
        for (int k = 0; k < 3; k++) {
            double sigma = scale / (1 << k);
            for (int i = 0; i < rows; i++) {
                double u = (i == k ? 1 : 0) - 2 * left[i] * left[k];
                for (int j = 0; j < cols; j++) {
                    a[i][j] += sigma * u * ((j == k ? 1 : 0) - 2 * right[j] * right[k]);
                }
            }
        }
        return a;
    }

    private static double[] unit(int length, long seed) {
        java.util.Random random = new java.util.Random(seed);
        double[] vector = random.doubles(length, -1, 1).toArray();
        double norm = 0;
        for (double x : vector) {
            norm += x * x;
        }
        for (int i = 0; i < length; i++) {
            vector[i] /= Math.sqrt(norm);
        }
        return vector;
    }
}
