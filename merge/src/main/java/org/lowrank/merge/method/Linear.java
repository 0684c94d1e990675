package org.lowrank.merge.method;

import java.util.Set;

/**
 * θ = Σ_m w_m θ_m / Σ_m w_m: a weighted average; without {@code normalize} not divided. Wortsman et al., Model soups, ICML
 * 2022 (arXiv:2203.05482). Good where the models lie in one basin, as fine-tunings of one base with small steps do.
 */
final class Linear implements MergeMethod {
    @Override
    public String name() {
        return "linear";
    }

    @Override
    public String title() {
        return "weighted average";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2203.05482";
    }

    @Override
    public String formula() {
        return "θ = Σ w_m θ_m / Σ w_m";
    }

    @Override
    public Models models() {
        return Models.WEIGHTS;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.WEIGHT, Parameter.NORMALIZE);
    }

    @Override
    public boolean normalizes() {
        return true;
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) {
        double[] weights = inputs.parameters().weights();
        double divisor = inputs.parameters().normalize() ? inputs.parameters().sumOfWeights() : 1;
        double[] shares =
                java.util.Arrays.stream(weights).map(weight -> weight / divisor).toArray();
        return PlainSum.of(shares);
    }
}
