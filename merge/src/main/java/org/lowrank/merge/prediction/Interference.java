package org.lowrank.merge.prediction;

import java.util.Random;

/**
 * Singular task interference ‖(UᵀU − I) Σ (VᵀV − I)‖_1 of two tasks. With orthonormal directions within each task and
 * M = U_AᵀU_B, N = V_AᵀV_B it is the sum of magnitudes of M Σ_B Nᵀ and Mᵀ Σ_A N. Gargiulo et al., CVPR 2025 (arXiv:2412.00081).
 */
final class Interference {
    private static final int DRAWS = 32;

    private Interference() {}

    /** Of directions given as vectors. */
    static double of(double[][] leftA, double[] a, double[][] rightA, double[][] leftB, double[] b, double[][] rightB) {
        return of(products(leftA, leftB), products(rightA, rightB), a, b);
    }

    /** The mean over draws of independent uniformly random directions with these singular values. */
    static double random(int rows, int cols, double[] a, double[] b, long seed) {
        Random random = new Random(seed);
        double sum = 0;
        for (int draw = 0; draw < DRAWS; draw++) {
            sum += of(
                    randomProducts(rows, a.length, b.length, random),
                    randomProducts(cols, a.length, b.length, random),
                    a,
                    b);
        }
        return sum / DRAWS;
    }

    private static double of(double[][] m, double[][] n, double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                double entry = 0;
                for (int s = 0; s < b.length; s++) {
                    entry += m[i][s] * b[s] * n[j][s];
                }
                sum += Math.abs(entry);
            }
        }
        for (int i = 0; i < b.length; i++) {
            for (int j = 0; j < b.length; j++) {
                double entry = 0;
                for (int s = 0; s < a.length; s++) {
                    entry += m[s][i] * a[s] * n[s][j];
                }
                sum += Math.abs(entry);
            }
        }
        return sum;
    }

    private static double[][] products(double[][] x, double[][] y) {
        double[][] products = new double[x.length][y.length];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                for (int d = 0; d < x[i].length; d++) {
                    products[i][j] += x[i][d] * y[j][d];
                }
            }
        }
        return products;
    }

    /**
     * XᵀY for X the first ka unit vectors and Y the Gram–Schmidt basis of kb Gaussian vectors in d dimensions: exactly
     * distributed as for two independent uniformly random frames.
     */
    private static double[][] randomProducts(int d, int ka, int kb, Random random) {
        double[][] y = new double[kb][d];
        for (int j = 0; j < kb; j++) {
            for (int i = 0; i < d; i++) {
                y[j][i] = random.nextGaussian();
            }
            for (int before = 0; before < j; before++) {
                double dot = 0;
                for (int i = 0; i < d; i++) {
                    dot += y[before][i] * y[j][i];
                }
                for (int i = 0; i < d; i++) {
                    y[j][i] -= dot * y[before][i];
                }
            }
            double norm = 0;
            for (int i = 0; i < d; i++) {
                norm += y[j][i] * y[j][i];
            }
            for (int i = 0; i < d; i++) {
                y[j][i] /= Math.sqrt(norm);
            }
        }
        double[][] products = new double[ka][kb];
        for (int i = 0; i < ka; i++) {
            for (int j = 0; j < kb; j++) {
                products[i][j] = y[j][i];
            }
        }
        return products;
    }
}
