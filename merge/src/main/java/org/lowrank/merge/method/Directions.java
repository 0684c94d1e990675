package org.lowrank.merge.method;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * The leading directions of an r × c task vector Δ: U (r × k), σ and V (c × k) with Δ ≈ U diag(σ) Vᵀ, σ1 ≥ … ≥ σ_k. By a full
 * decomposition (EJML, double) where the matrix is small or many directions are wanted, by block Lanczos otherwise; the angle to
 * the true space is then at most 1e-9, or what {@link LeadingSubspace} reached where σ_k and σ_{k+1} are close.
 *
 * @param left U, r × k
 * @param singularValues k of them
 * @param right V, c × k
 */
record Directions(DMatrixRMaj left, double[] singularValues, DMatrixRMaj right) {
    /** Up to this shorter side a full decomposition takes no second. */
    private static final int SMALL = 384;
    /** Lanczos is worth it below this share of the shorter side. */
    private static final int SHARE = 16;

    private static final double ACCURACY = 1e-9;
    private static final int MAX_STEPS = 400;

    /** Of Δ_m; fewer than k where Δ has a smaller side. */
    static Directions of(TensorInputs inputs, int model, int k) throws IOException {
        DMatrixRMaj delta = delta(inputs, model);
        int side = Math.min(delta.numRows, delta.numCols);
        int wanted = Math.min(k, side);
        return side <= SMALL || wanted > side / SHARE
                ? decomposed(delta, wanted)
                : leading(delta, wanted, inputs.parameters().seed());
    }

    /** Δ_m, dense. */
    static DMatrixRMaj delta(TensorInputs inputs, int model) throws IOException {
        DMatrixRMaj delta = new DMatrixRMaj(inputs.rows(), inputs.cols());
        inputs.forEachDelta(
                model, (first, count, values) -> System.arraycopy(values, 0, delta.data, (int) first, count));
        return delta;
    }

    private static Directions decomposed(DMatrixRMaj delta, int k) {
        Thin thin = Thin.of(delta);
        return new Directions(
                CommonOps_DDRM.extract(thin.u(), 0, delta.numRows, 0, k),
                java.util.Arrays.copyOf(thin.values(), k),
                CommonOps_DDRM.extract(thin.v(), 0, delta.numCols, 0, k));
    }

    private static Directions leading(DMatrixRMaj delta, int k, long seed) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(delta.getNumElements(), Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(delta.data, 0, delta.getNumElements());
        StridedBlock block = new StridedBlock(bytes, ElementType.F64, delta.numRows, delta.numCols, delta.numCols);
        LeadingSubspace space = LeadingSubspace.of(
                new StoredMatrix(List.of(block), StoredMatrix.Axis.ROWS), k, ACCURACY, MAX_STEPS, seed);
        return new Directions(
                columns(space.left(), delta.numRows), space.singularValues(), columns(space.right(), delta.numCols));
    }

    private static DMatrixRMaj columns(double[][] vectors, int length) {
        DMatrixRMaj matrix = new DMatrixRMaj(length, vectors.length);
        for (int j = 0; j < vectors.length; j++) {
            for (int i = 0; i < length; i++) {
                matrix.set(i, j, vectors[j][i]);
            }
        }
        return matrix;
    }

    /** The nearest matrix with orthonormal columns, PQᵀ of A = PDQᵀ (Schönemann 1966). */
    static DMatrixRMaj orthogonalised(DMatrixRMaj a) {
        Thin thin = Thin.of(a);
        DMatrixRMaj nearest = new DMatrixRMaj(a.numRows, a.numCols);
        CommonOps_DDRM.multTransB(thin.u(), thin.v(), nearest);
        return nearest;
    }

    /** A = U diag(values) Vᵀ, values largest first. */
    private record Thin(DMatrixRMaj u, double[] values, DMatrixRMaj v) {
        static Thin of(DMatrixRMaj a) {
            SingularValueDecomposition_F64<DMatrixRMaj> svd =
                    DecompositionFactory_DDRM.svd(a.numRows, a.numCols, true, true, true);
            if (!svd.decompose(a.copy())) {
                throw new ArithmeticException("the singular value decomposition did not converge");
            }
            DMatrixRMaj u = svd.getU(null, false);
            DMatrixRMaj v = svd.getV(null, false);
            double[] values = svd.getSingularValues();
            SingularOps_DDRM.descendingOrder(u, false, values, svd.numberOfSingularValues(), v, false);
            return new Thin(u, values, v);
        }
    }
}
