package org.lowrank.cli;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lowrank.merge.method.MergeMethods;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.merge.recipe.RecipeText;
import picocli.CommandLine.Option;

/** A merge by options instead of a recipe. */
final class MergeNumbers {
    @Option(
            names = "--method",
            paramLabel = "NAME",
            description = "sum, linear, task_arithmetic, ties, dare_linear, dare_ties, slerp, tsv or truncate.")
    @Nullable
    String method;

    @Option(names = "--base", paramLabel = "MODEL", description = "The model from which differences are taken.")
    @Nullable
    String base;

    @Option(names = "--weight", paramLabel = "LIST", description = "One number, or one a model (default 1).")
    @Nullable
    String weight;

    @Option(names = "--density", paramLabel = "LIST", description = "Share of each task vector kept (default 1).")
    @Nullable
    String density;

    @Option(names = "--lambda", paramLabel = "X", description = "Factor of the combined task vector (default 1).")
    @Nullable
    Double lambda;

    @Option(names = "--t", paramLabel = "X", description = "Where between base and model, for slerp (default 0.5).")
    @Nullable
    Double t;

    @Option(
            names = "--rank",
            paramLabel = "K",
            description = "Directions kept of each task vector, for tsv and truncate.")
    @Nullable
    Integer rank;

    @Option(names = "--seed", paramLabel = "N", description = "Of what is dropped at random (default 0).")
    @Nullable
    Integer seed;

    @Option(
            names = "--normalize",
            paramLabel = "true|false",
            description = "Divide by the sum of weights (default: as mergekit, true for linear and ties).")
    @Nullable
    Boolean normalize;

    @Option(
            names = "--rescale",
            paramLabel = "true|false|density",
            description = "Rescale thinned task vectors: to their sum of magnitudes, not, or by 1/density.")
    @Nullable
    String rescale;

    @Option(names = "--dtype", paramLabel = "TYPE", description = "float32, float16, bfloat16 (default: as stored).")
    @Nullable
    String dtype;

    boolean given() {
        return Stream.of(method, base, weight, density, lambda, t, rank, seed, normalize, rescale, dtype)
                .anyMatch(java.util.Objects::nonNull);
    }

    /** The same as a recipe. */
    RecipeText recipe(List<String> models) throws UsageException, RecipeException {
        if (method == null) {
            throw new UsageException(
                    "--method is missing: give one of " + MergeMethods.names() + ", or a recipe that ends in .yml");
        }
        RecipeText text = new RecipeText(method).models(models);
        if (base != null) {
            text.base(base);
        }
        if (dtype != null) {
            text.dtype(dtype);
        }
        if (weight != null) {
            text.perModel("weight", numbers("--weight", weight));
        }
        if (density != null) {
            text.perModel("density", numbers("--density", density));
        }
        parameter(text, "lambda", lambda);
        parameter(text, "t", t);
        parameter(text, "rank", rank);
        parameter(text, "seed", seed);
        parameter(text, "normalize", normalize);
        if (rescale != null) {
            if (!rescale.matches("true|false|density")) {
                throw new UsageException("--rescale: " + rescale + ": give true, false or density");
            }
            text.parameter("rescale", rescale);
        }
        return text;
    }

    private static void parameter(RecipeText text, String key, @Nullable Object value) {
        if (value != null) {
            text.parameter(key, value.toString());
        }
    }

    private static List<String> numbers(String option, String list) throws UsageException {
        List<String> values = MeasureArguments.list(list.strip());
        for (String value : values) {
            try {
                Double.parseDouble(value);
            } catch (NumberFormatException e) {
                throw new UsageException(option + ": '" + value + "': not a number; give for instance 0.5,0.7");
            }
        }
        return values;
    }
}
