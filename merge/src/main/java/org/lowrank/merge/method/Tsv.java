package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * TSV-Merge: of each of T task vectors Δ_m = U_m Σ_m V_mᵀ the leading k directions, k = ⌊min(r, c)/T⌋ unless given; put side by
 * side, U = [U_1 … U_T] and V likewise are replaced by the nearest matrices with orthonormal columns, U_⊥ = PQᵀ of U = PDQᵀ, so
 * that the tasks' directions no longer overlap; θ = θ0 + λ U_⊥ diag(w_1 Σ_1, …, w_T Σ_T) V_⊥ᵀ. Tensors that are no matrix of a
 * layer take the mean, θ0 + λ/T Σ w_m Δ_m. Gargiulo et al., Task singular vectors, CVPR 2025 (arXiv:2412.00081).
 *
 * <p>Where two tasks share a direction exactly, U loses rank and U_⊥ is not unique: the result is then one of several. Cost:
 * decompositions of every matrix and of U and V, O(r c min(r, c)).
 */
final class Tsv implements MergeMethod {
    @Override
    public String name() {
        return "tsv";
    }

    @Override
    public String title() {
        return "task singular vectors, orthogonalised";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2412.00081";
    }

    @Override
    public String formula() {
        return "θ = θ0 + λ U⊥ diag(w_1 Σ_1, …, w_T Σ_T) V⊥ᵀ";
    }

    @Override
    public Models models() {
        return Models.TASK_VECTORS;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.WEIGHT, Parameter.LAMBDA, Parameter.RANK, Parameter.SEED);
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) throws IOException {
        int tasks = inputs.models().size();
        double lambda = inputs.parameters().lambda();
        double[] weights = inputs.parameters().weights();
        if (!inputs.layerMatrix()) {
            return PlainSum.ofDifferences(weights, lambda / tasks);
        }
        int rows = inputs.rows();
        int cols = inputs.cols();
        int most = Math.max(1, Math.min(rows, cols) / tasks);
        int rank = inputs.parameters().rank() == 0
                ? most
                : Math.min(most, inputs.parameters().rank());
        DMatrixRMaj left = new DMatrixRMaj(rows, 0);
        DMatrixRMaj right = new DMatrixRMaj(cols, 0);
        double[] values = new double[tasks * rank];
        for (int m = 0; m < tasks; m++) {
            Directions own = Directions.of(inputs, m, rank);
            for (int i = 0; i < own.singularValues().length; i++) {
                values[left.numCols + i] = weights[m] * own.singularValues()[i];
            }
            left = CommonOps_DDRM.concatColumns(left, own.left(), null);
            right = CommonOps_DDRM.concatColumns(right, own.right(), null);
        }
        DMatrixRMaj scaled = Directions.orthogonalised(left);
        CommonOps_DDRM.multCols(scaled, java.util.Arrays.copyOf(values, scaled.numCols));
        DMatrixRMaj change = new DMatrixRMaj(rows, cols);
        CommonOps_DDRM.multTransB(scaled, Directions.orthogonalised(right), change);
        return Truncate.added(change, lambda);
    }
}
