package org.lowrank.spectral.lanczos;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.RowReader;

/** The Lanczos process on B = AᵀA of one packed matrix, with all eigenpairs of its T. */
public final class GramKrylov {
    private final PackedMatrix matrix;
    private final RowKernel kernel = RowKernel.fastest();
    private final RowReader reader = new RowReader(kernel);
    private final Lanczos lanczos;

    public GramKrylov(PackedMatrix matrix, long seed) {
        this.matrix = matrix;
        this.lanczos = new Lanczos(matrix.cols, seed, kernel);
    }

    public int rows() {
        return matrix.rows;
    }

    public int cols() {
        return matrix.cols;
    }

    /** What the values of T are relative to: σ = scale · √θ. */
    public double scale() {
        return matrix.scale;
    }

    /** Passes over the weights. */
    public int steps() {
        return lanczos.steps();
    }

    /** Dimension of the space so far. */
    int size() {
        return lanczos.projected().size();
    }

    /** The basis is complete: Ritz values are the eigenvalues. */
    public boolean exhausted() {
        return lanczos.exhausted();
    }

    public void step() {
        multiply(lanczos.vectors(), lanczos.product(), null);
        lanczos.advance();
    }

    /** z += B x in one pass over A; A x is left in {@code images}, vector after vector, where they are given. */
    public void multiply(Columns x, Columns z, double @Nullable [] images) {
        int count = x.count();
        for (int row = 0; row < matrix.rows; ) {
            int read = reader.read(List.of(matrix), row, matrix.rows - row);
            if (images == null) {
                reader.addGram(0, 1, x, z);
            } else {
                double[] y = new double[read * count];
                reader.dot(0, x, y);
                for (int i = 0; i < y.length; i++) {
                    images[i % count * matrix.rows + row + i / count] = y[i];
                }
                reader.axpy(0, y, z);
            }
            row += read;
        }
    }

    /** Eigenvalues of T from the largest, with eigenvectors. */
    public Ritz ritz() {
        BandMatrix projected = lanczos.projected();
        int m = projected.size();
        DMatrixRMaj t = new DMatrixRMaj(m, m);
        for (int i = 0; i < m; i++) {
            for (int d = 0; d <= Math.min(i, Columns.BLOCK); d++) {
                t.set(i, i - d, projected.below(i, d));
                t.set(i - d, i, projected.below(i, d));
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
        double[] residuals =
                Arrays.stream(vectors).mapToDouble(lanczos::residual).toArray();
        return new Ritz(values, vectors, residuals);
    }

    /** The first k Ritz vectors in the space of A's columns, orthonormal. */
    public double[][] vectors(Ritz ritz, int k) {
        double[][] vectors = new double[k][];
        for (int i = 0; i < k; i++) {
            vectors[i] = lanczos.combination(ritz.vectors()[i]);
            Sums.scale(vectors[i], 1 / Sums.norm(vectors[i]));
        }
        return vectors;
    }

    /**
     * Eigenpairs of T.
     *
     * @param values from the largest
     * @param vectors unit
     * @param residuals ‖B v − θ v‖ of each
     */
    public record Ritz(double[] values, double[][] vectors, double[] residuals) {
        /** Of Ritz pair i, from 0. */
        public double residual(int i) {
            return i < values.length ? residuals[i] : 0;
        }

        /** ‖R‖_F over the gap that is certain: the bound of the space's angle error, 1 where there is none. */
        public double angleError(int k) {
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
