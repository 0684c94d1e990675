package org.lowrank.merge.method;

import java.util.Set;

/**
 * θ = θ0 + λ Σ_m w_m (θ_m − θ0), with {@code normalize} divided by Σ w_m. Ilharco et al., Editing models with task
 * arithmetic, ICLR 2023 (arXiv:2212.04089). As in mergekit a sum of weights below 1e-8 divides nothing.
 */
final class TaskArithmetic implements MergeMethod {
    @Override
    public String name() {
        return "task_arithmetic";
    }

    @Override
    public String title() {
        return "task arithmetic";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2212.04089";
    }

    @Override
    public String formula() {
        return "θ = θ0 + λ Σ w_m (θ_m − θ0)";
    }

    @Override
    public Models models() {
        return Models.TASK_VECTORS;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.WEIGHT, Parameter.NORMALIZE, Parameter.LAMBDA);
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) {
        TensorParameters parameters = inputs.parameters();
        return PlainSum.ofDifferences(parameters.weights(), parameters.lambda() / divisor(parameters));
    }

    /** Σ w_m where it divides, else 1. */
    static double divisor(TensorParameters parameters) {
        double sum = parameters.sumOfWeights();
        return parameters.normalize() && Math.abs(sum) >= 1e-8 ? sum : 1;
    }
}
