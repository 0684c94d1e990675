package org.lowrank.spectral;

import java.util.Arrays;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.lanczos.GramKrylov;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * The spaces spanned by the k leading left and right singular vectors of A, with a measured bound of how far they are from
 * the true ones.
 *
 * <p>Computed by the block Lanczos process on AᵀA in double with full reorthogonalisation (Golub and Van Loan, Matrix
 * Computations, 10.3), one pass over the weights per step, then one pass that measures each residual. By Davis
 * and Kahan's theorem the sine of the largest angle between the computed and the true right space is at most ‖R‖_F/(σ_k² −
 * σ_{k+1}²) with R = AᵀA V − V diag(σ²).
 *
 * @param rows rows as stored
 * @param cols columns as stored
 * @param singularValues σ1 ≥ … ≥ σ_k
 * @param next σ_{k+1}, 0 where k is the smaller side
 * @param left k orthonormal vectors of length {@code rows}: the column space's leading directions
 * @param right k orthonormal vectors of length {@code cols}: the row space's
 * @param angleError bound of the sine of the angle to the true space, from the measured residuals; at most 1
 * @param passes how often the weights were read
 */
public record LeadingSubspace(
        int rows,
        int cols,
        double[] singularValues,
        double next,
        double[][] left,
        double[][] right,
        double angleError,
        int passes) {
    /**
     * Below this relative gap (σ_k − σ_{k+1})/σ_k the space is ill-defined: a change as small as rounding to half precision
     * (2⁻¹¹) can turn it.
     */
    public static final double SMALL_GAP = 0.001;

    /** Directions below this share of σ1 are lost in the rounding of AᵀA, and count as zero. */
    static final double NUMERICAL_RANK = 1e-7;

    /** Dimension of the spaces: what was asked for, or the numerical rank where that is less. */
    public int dimension() {
        return singularValues.length;
    }

    /** (σ_k − σ_{k+1})/σ_k in [0, 1]; 1 where nothing lies beyond the space. */
    public double relativeGap() {
        int k = dimension();
        return k == 0 ? 0 : Math.max(0, singularValues[k - 1] - next) / singularValues[k - 1];
    }

    /** Whether the gap is too small for the space to mean much. */
    public boolean illDefined() {
        return relativeGap() < SMALL_GAP;
    }

    /**
     * The leading spaces of a matrix; of dimension 0 for the zero matrix. Cost: a pass over the weights per Lanczos step,
     * typically 20 to 60, and 24·cols bytes per step.
     *
     * @param matrix r × c as stored
     * @param k how many directions, at least 1; at most the numerical rank are given
     * @param accuracy wanted bound of the sine of the angle to the true space, for instance 1e-6
     * @param maxSteps of the Lanczos process; where it ends there, {@link #angleError} tells what was reached
     * @param seed of the random start
     * @throws NonFiniteWeightException if a weight is NaN or infinite
     * @throws IllegalArgumentException if {@code k} or {@code maxSteps} is below 1
     */
    public static LeadingSubspace of(StoredMatrix matrix, int k, double accuracy, int maxSteps, long seed) {
        if (k < 1 || maxSteps < 1) {
            throw new IllegalArgumentException(k + " directions in " + maxSteps + " steps");
        }
        PackedMatrix packed = PackedMatrix.of(matrix, new PackedMatrix.Arrays(), RowKernel.fastest());
        int wanted = Math.min(k, Math.min(packed.rows, packed.cols));
        if (packed.squaredFrobeniusNorm == 0) {
            return new LeadingSubspace(
                    packed.rows, packed.cols, new double[0], 0, new double[0][], new double[0][], 0, 1);
        }
        GramKrylov krylov = new GramKrylov(packed, seed);
        int nextCheck = 2 * wanted / Columns.BLOCK + 2;
        while (!krylov.exhausted() && krylov.steps() < maxSteps) {
            krylov.step();
            if (krylov.steps() >= nextCheck) {
                if (krylov.ritz().angleError(wanted) <= accuracy) {
                    break;
                }
                nextCheck = krylov.steps() + Math.max(2, krylov.steps() / 8);
            }
        }
        return refine(krylov, wanted);
    }

    /** Ritz vectors, and one more pass for σ_i = ‖A v_i‖, u_i = A v_i/σ_i and the residuals. */
    private static LeadingSubspace refine(GramKrylov krylov, int wanted) {
        GramKrylov.Ritz ritz = krylov.ritz();
        double[] values = ritz.values();
        double floor = NUMERICAL_RANK * NUMERICAL_RANK * values[0];
        int k = 0;
        while (k < Math.min(wanted, values.length) && values[k] > floor) {
            k++;
        }
        double[][] right = krylov.vectors(ritz, k);
        double[][] left = new double[k][];
        double[] singularValues = new double[k];
        double residual = 0;
        int n = krylov.cols();
        for (int first = 0; first < k; first += Columns.BLOCK) {
            int count = Math.min(Columns.BLOCK, k - first);
            double[] x = new double[count * n];
            for (int v = 0; v < count; v++) {
                System.arraycopy(right[first + v], 0, x, v * n, n);
            }
            double[] products = new double[x.length];
            double[] images = new double[count * krylov.rows()];
            krylov.multiply(Columns.of(x, n), Columns.of(products, n), images);
            for (int v = 0; v < count; v++) {
                double[] image = Arrays.copyOfRange(images, v * krylov.rows(), (v + 1) * krylov.rows());
                double squared = Sums.squares(image, image.length);
                Sums.scale(image, 1 / Math.sqrt(squared));
                left[first + v] = image;
                singularValues[first + v] = Math.sqrt(squared) * krylov.scale();
                Sums.axpy(-squared, x, v * n, products, v * n, n);
            }
            residual += Sums.squares(products, products.length);
        }
        double next = k < values.length ? Math.max(0, values[k]) : 0;
        boolean whole = k == Math.min(krylov.rows(), krylov.cols());
        double gap = values[k - 1] - (whole ? 0 : next + ritz.residual(k));
        return new LeadingSubspace(
                krylov.rows(),
                krylov.cols(),
                descending(singularValues),
                whole || next <= floor ? 0 : Math.sqrt(next) * krylov.scale(),
                left,
                right,
                gap > 0 ? Math.min(1, Math.sqrt(residual) / gap) : 1,
                krylov.steps() + (k + Columns.BLOCK - 1) / Columns.BLOCK + 1);
    }

    /** Ritz values are sorted; measured norms may swap in the last digit. */
    private static double[] descending(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            values[i] = sorted[sorted.length - 1 - i];
        }
        return values;
    }
}
