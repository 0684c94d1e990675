package org.lowrank.merge.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.MergeMethod.Parameter;
import org.lowrank.merge.method.TensorParameters;
import org.lowrank.weights.tensor.DType;

/**
 * What is merged how.
 *
 * @param method how
 * @param base the base model as the user calls it
 * @param models what is merged, in order; may list the base too
 * @param parameters for all models
 * @param dtype of the result's numbers; empty: as stored in the base
 * @param text the recipe as YAML, for the model card
 */
public record Recipe(
        MergeMethod method,
        Optional<String> base,
        List<Part> models,
        Map<Parameter, Setting> parameters,
        Optional<DType> dtype,
        String text) {
    public Recipe {
        models = List.copyOf(models);
        parameters = Map.copyOf(parameters);
    }

    /**
     * A model and its numbers.
     *
     * @param model as the user calls it
     * @param parameters its own
     * @param layerRange first layer and the one after the last, where the recipe says so
     */
    public record Part(String model, Map<Parameter, Setting> parameters, Optional<LayerRange> layerRange) {
        public Part {
            parameters = Map.copyOf(parameters);
        }
    }

    /** Layers from, …, to − 1. */
    public record LayerRange(int from, int to) {}

    /** The models that take part with their weights or task vectors: for the latter the base is left out. */
    public List<Part> merged() {
        return method.models() == MergeMethod.Models.WEIGHTS
                ? models
                : models.stream().filter(part -> !isBase(part)).toList();
    }

    private boolean isBase(Part part) {
        return base.isPresent() && base.get().equals(part.model());
    }

    /** The model whose names, config and tokenizer the result has: the base, else the first. */
    public String donor() {
        return base.orElseGet(() -> models.get(0).model());
    }

    /**
     * The numbers for one tensor.
     *
     * @throws RecipeException if one is out of range
     */
    public TensorParameters at(TensorPlace place) throws RecipeException {
        List<Part> parts = merged();
        double[] weights = new double[parts.size()];
        double[] densities = new double[parts.size()];
        for (int m = 0; m < weights.length; m++) {
            weights[m] = ofModel(Parameter.WEIGHT, parts.get(m), place, 1);
            densities[m] = inRange(Parameter.DENSITY, ofModel(Parameter.DENSITY, parts.get(m), place, 1), place, 1);
            if (densities[m] == 0) {
                throw new RecipeException("density out of range: " + place.name() + ": 0 of "
                        + parts.get(m).model() + "; give a number in (0, 1], or leave the model out");
            }
        }
        boolean normalize = global(Parameter.NORMALIZE, place, method.normalizes() ? 1 : 0) != 0;
        double rescale = global(Parameter.RESCALE, place, method.rescales().ordinal());
        double sum = java.util.Arrays.stream(weights).sum();
        if (normalize && method.models() == MergeMethod.Models.WEIGHTS && sum == 0) {
            throw new RecipeException("weights add up to 0: " + place.name()
                    + ": they cannot be normalized; change them or set normalize: false");
        }
        return new TensorParameters(
                weights,
                densities,
                normalize,
                TensorParameters.Rescale.values()[(int) rescale],
                TensorParameters.Consensus.values()[(int) global(Parameter.CONSENSUS_METHOD, place, 0)],
                global(Parameter.LAMBDA, place, 1),
                inRange(Parameter.T, global(Parameter.T, place, 0.5), place, 1),
                (int) inRange(Parameter.RANK, global(Parameter.RANK, place, 0), place, Integer.MAX_VALUE),
                (long) global(Parameter.SEED, place, 0));
    }

    private double ofModel(Parameter parameter, Part part, TensorPlace place, double otherwise) {
        Setting own = part.parameters().get(parameter);
        OptionalDouble value = own == null ? OptionalDouble.empty() : own.at(place);
        return value.isPresent() ? value.getAsDouble() : global(parameter, place, otherwise);
    }

    private double global(Parameter parameter, TensorPlace place, double otherwise) {
        Setting setting = parameters.get(parameter);
        return setting == null ? otherwise : setting.at(place).orElse(otherwise);
    }

    private static double inRange(Parameter parameter, double value, TensorPlace place, double most)
            throws RecipeException {
        if (!(value >= 0 && value <= most)) {
            throw new RecipeException(parameter.key() + " out of range: " + place.name() + ": " + value
                    + "; give a number from 0 to " + (most > 1 ? "the matrix's shorter side" : "1"));
        }
        return value;
    }
}
