package org.lowrank.weights.checkpoints;

/**
 * A matrix of rank three with known singular values, each element from a formula: A = Σ σ_k u_k v_kᵀ, σ = s (1, 1/2, 1/4),
 * with u_k(i) = √(2/n) cos(π (2i + 1) f_k / 2n), the orthonormal vectors of the discrete cosine transform (DCT-II), and v_k
 * alike. So σ1 = s and ‖A‖_F = s √(1 + 1/4 + 1/16). Matrices of frequencies that differ have orthogonal row spaces: stacked,
 * σ1 is the larger of theirs.
 */
public final class PlantedMatrix implements PlannedTensor.Values {
    /** ‖A‖_F / σ1. */
    public static final double FROBENIUS = Math.sqrt(1 + 0.25 + 0.0625);

    private final int rows;
    private final int cols;
    private final double scale;
    private final int frequency;
    private volatile double[][] left = {};
    private double[][] right = {};

    /**
     * A matrix [rows, cols].
     *
     * @param scale s
     * @param frequency the first of three, f_k = frequency + k, from 1 to below both dimensions
     */
    public PlantedMatrix(int rows, int cols, double scale, int frequency) {
        if (frequency < 1 || frequency + 2 >= Math.min(rows, cols)) {
            throw new IllegalArgumentException("frequency " + frequency + " of a matrix " + rows + " × " + cols);
        }
        this.rows = rows;
        this.cols = cols;
        this.scale = scale;
        this.frequency = frequency;
    }

    /** σ1. */
    public double spectralNorm() {
        return scale;
    }

    /** ‖A‖_F. */
    public double frobeniusNorm() {
        return scale * FROBENIUS;
    }

    @Override
    public double at(int i, int j) {
        if (left.length == 0) {
            prepare();
        }
        return left[0][i] * right[0][j] + left[1][i] * right[1][j] + left[2][i] * right[2][j];
    }

    /** Tables of u and v, made at the first use: several thousand matrices are planned and few are read. */
    private synchronized void prepare() {
        if (left.length == 0) {
            right = vectors(cols, 1, 1, 1);
            left = vectors(rows, scale, scale / 2, scale / 4);
        }
    }

    /** Three orthogonal vectors of these lengths. */
    private double[][] vectors(int n, double... lengths) {
        double[][] vectors = new double[lengths.length][n];
        for (int k = 0; k < lengths.length; k++) {
            for (int i = 0; i < n; i++) {
                double angle = Math.PI * (2 * i + 1) * (frequency + k) / (2.0 * n);
                vectors[k][i] = lengths[k] * Math.sqrt(2.0 / n) * Math.cos(angle);
            }
        }
        return vectors;
    }
}
