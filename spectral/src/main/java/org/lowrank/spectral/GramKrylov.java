package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;

/**
 * An orthonormal basis of the Krylov space of B = AᵀA from a random start, and B on it: the symmetric tridiagonal T. When
 * the space becomes invariant it goes on from a new random direction, so that repeated singular values are found as often
 * as they occur.
 */
final class GramKrylov {
    private final PackedMatrix matrix;
    private final RowKernel kernel = SpectralEngines.kernel();
    private final RowReader reader = new RowReader(kernel);
    private final SplittableRandom seeds;
    private final Basis basis;
    private final List<Double> diagonal = new ArrayList<>();
    private final List<Double> offDiagonal = new ArrayList<>();
    private double[] next;

    GramKrylov(PackedMatrix matrix, long seed) {
        this.matrix = matrix;
        this.basis = new Basis(matrix.cols, kernel);
        this.seeds = new SplittableRandom(seed);
        this.next = Lanczos.randomUnit(matrix.cols, seeds.nextLong());
    }

    int rows() {
        return matrix.rows;
    }

    int cols() {
        return matrix.cols;
    }

    /** What the values of T are relative to: σ = scale · √θ. */
    double scale() {
        return matrix.scale;
    }

    int steps() {
        return basis.size();
    }

    /** The basis is complete: Ritz values are the eigenvalues. */
    boolean exhausted() {
        return basis.size() == matrix.cols;
    }

    void step() {
        double[] q = next;
        basis.add(q);
        double[] w = multiply(q, null);
        diagonal.add(Sums.dot(w, 0, q, 0, w.length));
        basis.removeFrom(w);
        double norm = Lanczos.norm(w);
        boolean invariant = norm <= 1e-14 * largestDiagonal();
        offDiagonal.add(invariant ? 0.0 : norm);
        if (exhausted()) {
            return;
        }
        if (invariant) {
            w = Lanczos.randomUnit(matrix.cols, seeds.nextLong());
            basis.removeFrom(w);
            norm = Lanczos.norm(w);
        }
        Lanczos.scale(w, 1 / norm);
        next = w;
    }

    private double largestDiagonal() {
        return diagonal.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /** B x in one pass over A; A x is left in {@code image} where that is given. */
    double[] multiply(double[] x, double @Nullable [] image) {
        double[] product = new double[matrix.cols];
        double[] y = new double[RowReader.blockRows(matrix.cols)];
        for (int row = 0; row < matrix.rows; ) {
            RowBlock block = reader.block(matrix, row);
            kernel.dot(block, x, y);
            if (image != null) {
                System.arraycopy(y, 0, image, row, block.rows());
            }
            kernel.axpy(block, y, product);
            row += block.rows();
        }
        return product;
    }

    /** Eigenvalues of T from the largest, with eigenvectors. */
    Ritz ritz() {
        int m = steps();
        DMatrixRMaj t = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            t.set(i, i, diagonal.get(i));
            if (i + 1 < m) {
                t.set(i, i + 1, offDiagonal.get(i));
                t.set(i + 1, i, offDiagonal.get(i));
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(m, true, true);
        if (!eigen.decompose(t)) {
            throw new ArithmeticException("eigenvalues of the Lanczos matrix did not converge");
        }
        Integer[] order = new Integer[m];
        for (int i = 0; i < m; i++) {
            order[i] = i;
        }
        Arrays.sort(
                order,
                (a, b) -> Double.compare(
                        eigen.getEigenvalue(b).getReal(), eigen.getEigenvalue(a).getReal()));
        double[] values = new double[m];
        double[][] vectors = new double[m][];
        for (int i = 0; i < m; i++) {
            values[i] = eigen.getEigenvalue(order[i]).getReal();
            vectors[i] = eigen.getEigenVector(order[i]).getData();
        }
        return new Ritz(values, vectors, exhausted() ? 0 : offDiagonal.get(m - 1));
    }

    /** The first k Ritz vectors in the space of A's columns, orthonormal. */
    double[][] vectors(Ritz ritz, int k) {
        double[][] vectors = new double[k][];
        for (int i = 0; i < k; i++) {
            vectors[i] = basis.combination(ritz.vectors()[i]);
            Lanczos.scale(vectors[i], 1 / Lanczos.norm(vectors[i]));
        }
        return vectors;
    }

    /**
     * Eigenpairs of T.
     *
     * @param values from the largest
     * @param vectors unit
     * @param last the off-diagonal that leads out of the space; 0 when it is everything
     */
    record Ritz(double[] values, double[][] vectors, double last) {
        /** ‖B v − θ v‖ of Ritz pair i, from 0. */
        double residual(int i) {
            return i < values.length ? last * Math.abs(vectors[i][vectors[i].length - 1]) : 0;
        }

        /** ‖R‖_F over the gap that is certain: the bound of the space's angle error, 1 where there is none. */
        double angleError(int k) {
            double squares = 0;
            for (int i = 0; i < k; i++) {
                squares += residual(i) * residual(i);
            }
            double beyond = k < values.length ? values[k] + residual(k) : 0;
            double gap = values[k - 1] - beyond;
            return gap > 0 ? Math.min(1, Math.sqrt(squares) / gap) : 1;
        }
    }
}
