package org.lowrank.merge.method;

import java.util.Set;

/**
 * θ = Σ_m w_m θ_m with weights 1: what the paper of the low-rank bias merges, θ + θ′ (Section 5). Weights are added, not
 * differences from a base: right for networks that were trained from small weights on orthogonal inputs, hardly ever for
 * fine-tuned transformers, where {@code task_arithmetic} adds the changes alone.
 */
final class Sum implements MergeMethod {
    @Override
    public String name() {
        return "sum";
    }

    @Override
    public String title() {
        return "sum of weights";
    }

    @Override
    public String reference() {
        return "the paper on low-rank bias, Section 5";
    }

    @Override
    public String formula() {
        return "θ = Σ w_m θ_m";
    }

    @Override
    public Models models() {
        return Models.WEIGHTS;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.WEIGHT);
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) {
        return PlainSum.of(inputs.parameters().weights());
    }
}
