package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Task arithmetic of task vectors cut to their leading directions: θ = θ0 + λ Σ_m w_m [Δ_m]_k, [Δ]_k = U_k diag(σ_k) V_kᵀ the
 * best approximation of rank k (Eckart and Young 1936); with {@code normalize} divided by Σ w_m. As the low-rank compression of
 * Gargiulo et al., Task singular vectors, CVPR 2025 (arXiv:2412.00081), without their orthogonalisation. Only matrices of layers are
 * cut, fused ones as they are stored; embeddings, heads, vectors and tensors of experts in one are added whole.
 */
final class Truncate implements MergeMethod {
    /** Directions kept unless asked otherwise, a common rank of adapters. */
    static final int DEFAULT_RANK = 16;

    @Override
    public String name() {
        return "truncate";
    }

    @Override
    public String title() {
        return "truncated task vectors";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2412.00081";
    }

    @Override
    public String formula() {
        return "θ = θ0 + λ Σ w_m [θ_m − θ0]_k";
    }

    @Override
    public Models models() {
        return Models.TASK_VECTORS;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.WEIGHT, Parameter.NORMALIZE, Parameter.LAMBDA, Parameter.RANK, Parameter.SEED);
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) throws IOException {
        if (!inputs.layerMatrix()) {
            return new TaskArithmetic().prepare(inputs);
        }
        TensorParameters parameters = inputs.parameters();
        int rank = parameters.rank() == 0 ? DEFAULT_RANK : parameters.rank();
        DMatrixRMaj change = new DMatrixRMaj(inputs.rows(), inputs.cols());
        for (int m = 0; m < inputs.models().size(); m++) {
            Directions kept = Directions.of(inputs, m, rank);
            DMatrixRMaj scaled = kept.left().copy();
            CommonOps_DDRM.multCols(scaled, kept.singularValues());
            CommonOps_DDRM.multAddTransB(parameters.weights()[m], scaled, kept.right(), change);
        }
        return added(change, parameters.lambda() / TaskArithmetic.divisor(parameters));
    }

    /** θ0 + factor · change. */
    static ElementRule added(DMatrixRMaj change, double factor) {
        return (first, count, base, models, out) -> {
            for (int i = 0; i < count; i++) {
                out[i] = base[i] + factor * change.data[(int) first + i];
            }
        };
    }
}
