package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;

/**
 * DARE: drop elements of each task vector at random, rescale what is left, then task arithmetic. Yu et al., Language models are
 * Super Mario, ICML 2024 (arXiv:2311.03099). The paper rescales by 1/density; mergekit's {@code rescale: true}, the default here
 * too, restores the sum of magnitudes, which is the same up to sampling. Dropping is repeatable: see {@link Dropout}.
 */
final class DareLinear implements MergeMethod {
    @Override
    public String name() {
        return "dare_linear";
    }

    @Override
    public String title() {
        return "DARE, linear";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2311.03099";
    }

    @Override
    public String formula() {
        return "θ = θ0 + λ Σ w_m c_m drop(θ_m − θ0)";
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
                Parameter.SEED);
    }

    @Override
    public TensorParameters.Rescale rescales() {
        return TensorParameters.Rescale.L1;
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) throws IOException {
        Dropout.All dropout = Dropout.All.of(inputs);
        double divisor = TaskArithmetic.divisor(inputs.parameters());
        double lambda = inputs.parameters().lambda();
        double[] weights = inputs.parameters().weights();
        return (first, count, base, models, out) -> {
            WeightedSum.subtract(base, models, count);
            dropout.apply(first, count, models);
            WeightedSum.of(weights, models, count, out);
            WeightedSum.addToBase(base, lambda / divisor, count, out);
        };
    }
}
