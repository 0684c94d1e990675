package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;

/**
 * TIES: trim each task vector Δ_m = θ_m − θ0 to the share {@code density} of its elements that are largest in magnitude, elect
 * a sign per element, and add what agrees with it ({@link SignConsensus}). Yadav et al., TIES-Merging, NeurIPS 2023
 * (arXiv:2306.01708); the trimming is per tensor, as in mergekit, not over the whole model as in the paper. Of equal magnitudes the
 * first in row-major order are kept (mergekit leaves that to its sort), and a tensor keeps at least one element.
 */
final class Ties implements MergeMethod {
    @Override
    public String name() {
        return "ties";
    }

    @Override
    public String title() {
        return "TIES";
    }

    @Override
    public String reference() {
        return "https://arxiv.org/abs/2306.01708";
    }

    @Override
    public String formula() {
        return "θ = θ0 + λ Σ w_m top(Δ_m) over the m of the elected sign";
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
                Parameter.CONSENSUS_METHOD);
    }

    @Override
    public boolean normalizes() {
        return true;
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) throws IOException {
        TensorParameters parameters = inputs.parameters();
        int models = inputs.models().size();
        Magnitudes[] kept = new Magnitudes[models];
        double[] factors = new double[models];
        for (int m = 0; m < models; m++) {
            double density = parameters.densities()[m];
            kept[m] = Magnitudes.largest(inputs, m, density);
            factors[m] = density >= 1
                    ? 1
                    : switch (parameters.rescale()) {
                        case NONE -> 1;
                        case L1 -> Magnitudes.l1Factor(inputs, m, kept[m]::keep);
                        case DENSITY -> 1 / density;
                    };
        }
        SignConsensus consensus = SignConsensus.of(parameters);
        return (first, count, base, values, out) -> {
            WeightedSum.subtract(base, values, count);
            for (int m = 0; m < models; m++) {
                kept[m].keep(first, count, values[m]);
                for (int i = 0; i < count && factors[m] != 1; i++) {
                    values[m][i] *= factors[m];
                }
            }
            consensus.merge(base, values, count, out);
        };
    }
}
