package org.lowrank.merge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.TensorParameters;
import org.lowrank.merge.recipe.Recipe;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.Rounding;

/**
 * What will be written, tensor by tensor, checked against every model's headers before a value is read.
 *
 * @param recipe what was asked for
 * @param donor the model whose names and dtypes the result has
 * @param base the base model, where the method takes differences from it
 * @param models those merged, in the recipe's order
 * @param tensors in name order
 * @param warnings what a reader should know
 */
record MergePlan(
        Recipe recipe,
        OpenModel donor,
        Optional<OpenModel> base,
        List<OpenModel> models,
        Layers layers,
        List<Item> tensors,
        List<String> warnings) {
    /**
     * One tensor.
     *
     * @param output as it is written
     * @param donor the base's, or the first model's
     * @param models the others', in order
     * @param parameters the recipe's numbers
     * @param layerMatrix whether it is a matrix of a layer
     * @param copied why it is copied from the donor; empty where it is merged
     */
    record Item(
            OutputTensor output,
            Tensor donor,
            List<Tensor> models,
            TensorParameters parameters,
            boolean layerMatrix,
            String copied) {}

    /** The models by the names that the recipe calls them. */
    static MergePlan of(Recipe recipe, Map<String, OpenModel> opened)
            throws MalformedWeightsException, RecipeException {
        OpenModel donor = named(opened, recipe.donor());
        boolean weights = recipe.method().models() == MergeMethod.Models.WEIGHTS;
        List<OpenModel> models = new ArrayList<>();
        for (Recipe.Part part : recipe.merged()) {
            models.add(named(opened, part.model()));
        }
        Layers layers = Layers.of(donor.checkpoint());
        checkLayers(recipe, opened);
        Map<String, Integer> depths = Layers.counts(donor.checkpoint());
        for (OpenModel model : models) {
            checkDepth(donor, depths, model);
        }
        List<String> warnings = new ArrayList<>();
        if (!layers.unknown().isEmpty()) {
            warnings.add("no layer matrices are known: " + layers.unknown());
        }
        List<Item> items = new ArrayList<>();
        for (Tensor tensor : donor.tensors()) {
            items.add(item(tensor, recipe, donor, models, layers));
        }
        warnOfExtras(donor, models, items, warnings);
        return new MergePlan(
                recipe,
                donor,
                weights ? Optional.empty() : Optional.of(donor),
                List.copyOf(models),
                layers,
                List.copyOf(items),
                warnings);
    }

    /** Layers are never paired by their number where there are more of them in one model. */
    private static void checkDepth(OpenModel donor, Map<String, Integer> depths, OpenModel model)
            throws MalformedWeightsException {
        Map<String, Integer> own = Layers.counts(model.checkpoint());
        for (Map.Entry<String, Integer> stack : depths.entrySet()) {
            for (Map.Entry<String, Integer> other : own.entrySet()) {
                boolean same = stack.getKey().endsWith(other.getKey())
                        || other.getKey().endsWith(stack.getKey());
                if (same && !stack.getValue().equals(other.getValue())) {
                    throw new MalformedWeightsException(
                            "layers differ: " + donor.reference() + " has " + stack.getValue()
                                    + " and " + model.reference() + " has " + other.getValue() + " in "
                                    + stack.getKey().replaceFirst("[./]$", "") + "; merge models of one depth");
                }
            }
        }
    }

    private static OpenModel named(Map<String, OpenModel> opened, String reference) {
        OpenModel model = opened.get(reference);
        if (model == null) {
            throw new IllegalArgumentException(reference + " is not open");
        }
        return model;
    }

    private static Item item(Tensor tensor, Recipe recipe, OpenModel donor, List<OpenModel> models, Layers layers)
            throws MalformedWeightsException, RecipeException {
        TensorParameters parameters = recipe.at(layers.place(tensor.name()));
        String copied = Buffers.reason(tensor);
        if (!copied.isEmpty()) {
            OutputTensor output = new OutputTensor(tensor.name(), tensor.dtype(), tensor.shape());
            return new Item(output, tensor, List.of(), parameters, false, copied);
        }
        if (recipe.dtype().isEmpty() && !Rounding.isRounded(tensor.dtype())) {
            throw new MalformedWeightsException("dtype cannot be kept: " + donor.reference() + ": " + tensor.name()
                    + " is " + tensor.dtype() + ", which is not written; choose one with --dtype");
        }
        DType dtype = recipe.dtype().orElse(tensor.dtype());
        List<Tensor> counterparts = new ArrayList<>();
        for (OpenModel model : models) {
            counterparts.add(model == donor ? tensor : Counterpart.of(tensor, donor, model));
        }
        return new Item(
                new OutputTensor(tensor.name(), dtype, tensor.shape()),
                tensor,
                counterparts,
                parameters,
                layers.isLayerMatrix(tensor),
                "");
    }

    /** Slices are read where they are whole models. */
    private static void checkLayers(Recipe recipe, Map<String, OpenModel> opened) throws RecipeException {
        for (Recipe.Part part : recipe.models()) {
            if (part.layerRange().isEmpty()) {
                continue;
            }
            Recipe.LayerRange range = part.layerRange().get();
            int layers = Layers.counts(named(opened, part.model()).checkpoint()).values().stream()
                    .mapToInt(Integer::intValue)
                    .max()
                    .orElse(0);
            if (range.from() != 0 || range.to() != layers) {
                throw new RecipeException("not supported: slices: layer_range [" + range.from() + ", " + range.to()
                        + "] of " + part.model() + ", which has " + layers
                        + " layers; layers are not restacked, give [0, " + layers + "]");
            }
        }
    }

    private static void warnOfExtras(OpenModel donor, List<OpenModel> models, List<Item> items, List<String> warnings) {
        for (int m = 0; m < models.size(); m++) {
            Set<Tensor> used = new HashSet<>();
            for (Item item : items) {
                if (item.copied().isEmpty()) {
                    used.add(item.models().get(m));
                }
            }
            List<String> left = models.get(m).tensors().stream()
                    .filter(tensor -> !used.contains(tensor)
                            && Buffers.reason(tensor).isEmpty()
                            && donor.tensor(tensor.name()).isEmpty())
                    .map(Tensor::name)
                    .toList();
            if (!left.isEmpty()) {
                warnings.add(left.size() + " tensors of " + models.get(m).reference() + " are not in "
                        + donor.reference() + " and are left out: "
                        + String.join(", ", left.subList(0, Math.min(5, left.size())))
                        + (left.size() > 5 ? ", …" : ""));
            }
        }
    }

    /** Tensors copied from the donor, by reason. */
    Map<String, Long> copied() {
        Map<String, Long> counts = new LinkedHashMap<>();
        tensors.stream()
                .filter(item -> !item.copied().isEmpty())
                .forEach(item -> counts.merge(item.copied(), 1L, Long::sum));
        return counts;
    }

    /** Bytes of weights that are read for tensors of these names. */
    long bytesRead(Set<String> names) {
        long bytes = 0;
        for (Item item : tensors) {
            if (!names.contains(item.output().name())) {
                continue;
            }
            boolean donorRead = !item.copied().isEmpty() || base.isPresent();
            bytes += donorRead ? item.donor().storedBytes() : 0;
            bytes += item.models().stream().mapToLong(Tensor::storedBytes).sum();
        }
        return bytes;
    }
}
