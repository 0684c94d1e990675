package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;

/**
 * DARE's dropping and rescaling ({@link DareLinear}), then TIES' election of signs ({@link SignConsensus}). Yu et al., ICML
 * 2024 (arXiv:2311.03099).
 */
final class DareTies implements MergeMethod {
    @Override
    public String name() {
        return "dare_ties";
    }

    @Override
    public String title() {
        return "DARE, TIES";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2311.03099";
    }

    @Override
    public String formula() {
        return "θ = θ0 + λ Σ w_m c_m drop(Δ_m) over the m of the elected sign";
    }

    @Override
    public Models models() {
        return Models.TASK_VECTORS;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(
                Parameter.WEIGHT,
                Parameter.DENSITY,
                Parameter.NORMALIZE,
                Parameter.RESCALE,
                Parameter.LAMBDA,
                Parameter.CONSENSUS_METHOD,
                Parameter.SEED);
    }

    @Override
    public TensorParameters.Rescale rescales() {
        return TensorParameters.Rescale.L1;
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) throws IOException {
        Dropout.All dropout = Dropout.All.of(inputs);
        SignConsensus consensus = SignConsensus.of(inputs.parameters());
        return (first, count, base, models, out) -> {
            WeightedSum.subtract(base, models, count);
            dropout.apply(first, count, models);
            consensus.merge(base, models, count, out);
        };
    }
}
