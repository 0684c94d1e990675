package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.MergeMethods;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.writing.ShardPlan;

/** Every method against numpy's float64 (src/test/reference/reference.py, numpy 2.4.6), to the rounding of the result's dtype. */
class MethodsAgreeWithReferenceTest {
    /** A method's decompositions and sums may differ from numpy's in the last digits of a double. */
    private static final double DOUBLES = 1e-12;

    private static final Map<String, String> RECIPES = Map.ofEntries(
            Map.entry("sum", "merge_method: sum\nmodels: [{model: A}, {model: B}]"),
            Map.entry(
                    "sum-weighted",
                    "merge_method: sum\nmodels:\n- {model: A, parameters: {weight: 0.5}}\n- {model: B, parameters: {weight: -0.25}}"),
            Map.entry(
                    "linear",
                    "merge_method: linear\nmodels:\n- {model: A, parameters: {weight: 1.0}}\n- {model: B, parameters: {weight: 0.3}}"),
            Map.entry(
                    "linear-plain",
                    "merge_method: linear\nmodels: [{model: A}, {model: B}]\nparameters: {weight: 0.6, normalize: false}"),
            Map.entry(
                    "task-arithmetic",
                    "merge_method: task_arithmetic\nbase_model: BASE\nmodels:\n- {model: A, parameters: {weight: 0.7}}\n"
                            + "- {model: B, parameters: {weight: -0.2}}\nparameters: {lambda: 0.8}"),
            Map.entry(
                    "task-arithmetic-normalized",
                    "merge_method: task_arithmetic\nbase_model: BASE\nmodels:\n- model: BASE\n- {model: A, parameters: {weight: 0.7}}\n"
                            + "- {model: B, parameters: {weight: 0.2}}\nparameters: {normalize: true}"),
            Map.entry(
                    "ties",
                    "merge_method: ties\nbase_model: BASE\nmodels:\n"
                            + "- {model: A, parameters: {density: [1, 0.7, 0.1], weight: 1.0}}\n"
                            + "- {model: B, parameters: {density: 0.5, weight: [0, 0.3, 0.7, 1]}}\n"
                            + "parameters: {normalize: true, int8_mask: true}"),
            Map.entry(
                    "ties-plain",
                    "merge_method: ties\nbase_model: BASE\nmodels:\n- {model: A, parameters: {density: 0.5, weight: 0.5}}\n"
                            + "- {model: B, parameters: {density: 0.5, weight: 0.5}}\nparameters: {normalize: false}"),
            Map.entry(
                    "ties-count",
                    "merge_method: ties\nbase_model: BASE\nmodels:\n- {model: A, parameters: {density: 0.4, weight: 0.9}}\n"
                            + "- {model: B, parameters: {density: 0.6, weight: 0.4}}\n"
                            + "parameters: {rescale: true, lambda: 1.5, consensus_method: count}"),
            Map.entry(
                    "dare-linear",
                    "merge_method: dare_linear\nbase_model: BASE\nmodels:\n- {model: A, parameters: {density: 0.4, weight: 0.7}}\n"
                            + "- {model: B, parameters: {density: 0.6, weight: 0.5}}\nparameters: {seed: 7}"),
            Map.entry(
                    "dare-linear-paper",
                    "merge_method: dare_linear\nbase_model: BASE\nmodels:\n- {model: A, parameters: {density: 0.4, weight: 0.7}}\n"
                            + "- {model: B, parameters: {density: 0.6, weight: 0.5}}\nparameters: {seed: 7, rescale: density}"),
            Map.entry(
                    "dare-ties",
                    "merge_method: dare_ties\nbase_model: BASE\nmodels:\n- {model: A, parameters: {density: 0.4, weight: 0.7}}\n"
                            + "- {model: B, parameters: {density: 0.6, weight: 0.5}}\nparameters: {seed: 11}"),
            Map.entry("slerp", "merge_method: slerp\nbase_model: BASE\nmodels: [{model: B}]\nparameters: {t: 0.35}"),
            Map.entry(
                    "gradient-slerp",
                    "slices:\n- sources:\n  - {model: BASE, layer_range: [0, 2]}\n  - {model: A, layer_range: [0, 2]}\n"
                            + "merge_method: slerp\nbase_model: BASE\nparameters:\n  t:\n"
                            + "  - {filter: self_attn, value: [0, 0.5, 0.3, 0.7, 1]}\n"
                            + "  - {filter: mlp, value: [1, 0.5, 0.7, 0.3, 0]}\n  - value: 0.5"),
            Map.entry(
                    "adapter-task-arithmetic",
                    "merge_method: task_arithmetic\nbase_model: BASE\nmodels:\n- {model: A, parameters: {weight: 0.7}}\n"
                            + "- {model: BASE+ADAPTER, parameters: {weight: 0.4}}"),
            Map.entry(
                    "adapter-ties",
                    "merge_method: ties\nbase_model: BASE\nmodels:\n- model: A\n- model: BASE+ADAPTER\n"
                            + "parameters: {density: 0.5, normalize: true}"),
            Map.entry(
                    "adapter-sum",
                    "merge_method: sum\nmodels:\n- model: A\n- {model: BASE+ADAPTER, parameters: {weight: 0.5}}"),
            Map.entry(
                    "adapter-dare-linear",
                    "merge_method: dare_linear\nbase_model: BASE\nmodels:\n"
                            + "- {model: A, parameters: {density: 0.4, weight: 0.7}}\n"
                            + "- {model: BASE+ADAPTER, parameters: {density: 0.6, weight: 0.5}}\nparameters: {seed: 7}"),
            Map.entry(
                    "adapter-dare-ties",
                    "merge_method: dare_ties\nbase_model: BASE\nmodels:\n"
                            + "- {model: A, parameters: {density: 0.4, weight: 0.7}}\n"
                            + "- {model: BASE+ADAPTER, parameters: {density: 0.6, weight: 0.5}}\nparameters: {seed: 11}"),
            Map.entry(
                    "adapter-slerp",
                    "merge_method: slerp\nbase_model: BASE\nmodels: [{model: BASE+ADAPTER}]\nparameters: {t: 0.35}"),
            Map.entry(
                    "adapter-tsv",
                    "merge_method: tsv\nbase_model: BASE\nmodels:\n- {model: A, parameters: {weight: 0.9}}\n"
                            + "- {model: BASE+ADAPTER, parameters: {weight: 0.6}}\nparameters: {rank: 2, lambda: 0.7}"),
            Map.entry(
                    "adapter-truncate",
                    "merge_method: truncate\nbase_model: BASE\nmodels:\n- {model: A, parameters: {weight: 0.9}}\n"
                            + "- {model: BASE+ADAPTER, parameters: {weight: 0.6}}\nparameters: {rank: 2, lambda: 0.7}"),
            Map.entry("head-linear", "merge_method: linear\nmodels: [{model: HEAD}, {model: A}]"),
            Map.entry(
                    "head-task-arithmetic",
                    "merge_method: task_arithmetic\nbase_model: HEAD\nmodels:\n- {model: A, parameters: {weight: 0.3}}"),
            Map.entry("adapter-linear", "merge_method: linear\nmodels: [{model: A}, {model: BASE+ADAPTER}]"),
            Map.entry("tsv", "merge_method: tsv\nbase_model: BASE\nmodels: [{model: A}, {model: B}]"),
            Map.entry(
                    "tsv-rank",
                    "merge_method: tsv\nbase_model: BASE\nmodels:\n- {model: A, parameters: {weight: 0.9}}\n"
                            + "- {model: B, parameters: {weight: 0.6}}\nparameters: {rank: 2, lambda: 0.7}"),
            Map.entry(
                    "truncate",
                    "merge_method: truncate\nbase_model: BASE\nmodels:\n- {model: A, parameters: {weight: 0.9}}\n"
                            + "- {model: B, parameters: {weight: 0.6}}\nparameters: {rank: 3, lambda: 0.7}"));

    @TempDir
    Path directory;

    static Stream<String> cases() {
        return RECIPES.keySet().stream().sorted();
    }

    /** In one file, and in shards. */
    @ParameterizedTest
    @MethodSource("cases")
    void inDoubleAndInSingle(String name) throws Exception {
        agrees(name, "float64", 52, -1022, 6000);
        agrees(name, "float32", 23, -126, ShardPlan.USUAL_SHARD_BYTES);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inHalf(String name) throws Exception {
        agrees(name, "bfloat16", 7, -126, ShardPlan.USUAL_SHARD_BYTES);
        agrees(name, "float16", 10, -14, 3000);
    }

    /** So that a method that is added is compared too. */
    @Test
    void everyMethodIsCompared() {
        Set<String> compared = new TreeSet<>();
        RECIPES.values().forEach(recipe -> compared.add(recipe.replaceAll("(?s).*merge_method: (\\w+).*", "$1")));
        assertThat(compared)
                .containsExactlyInAnyOrderElementsOf(
                        MergeMethods.all().stream().map(MergeMethod::name).toList());
        Set<String> adapters = new TreeSet<>();
        RECIPES.values().stream()
                .filter(recipe -> recipe.contains("ADAPTER"))
                .forEach(recipe -> adapters.add(recipe.replaceAll("(?s).*merge_method: (\\w+).*", "$1")));
        assertThat(adapters).isEqualTo(compared);
    }

    private void agrees(String name, String dtype, int fractionBits, int smallestExponent, long shardBytes)
            throws Exception {
        Path out = directory.resolve(name + dtype);
        run(RECIPES.get(name) + "\ndtype: " + dtype + "\n", out, 2, shardBytes);
        Map<String, double[]> expected =
                Reference.values(Reference.path("expected").resolve(name + ".safetensors"));
        Map<String, double[]> merged = Reference.values(out);
        assertThat(merged.keySet()).containsAll(expected.keySet());
        for (Map.Entry<String, double[]> tensor : expected.entrySet()) {
            double[] values = merged.get(tensor.getKey());
            for (int i = 0; i < values.length; i++) {
                double right = tensor.getValue()[i];
                // One rounding to nearest is off by at most half a unit in the last place.
                int exponent = Math.max(Math.getExponent(right), smallestExponent);
                assertThat(Math.abs(values[i] - right))
                        .as("%s %s of %s: %s, not %s", tensor.getKey(), i, name, values[i], right)
                        .isLessThanOrEqualTo(Math.scalb(0.5, exponent - fractionBits) + DOUBLES);
            }
        }
    }

    static MergeResult run(String recipe, Path out, int threads) throws Exception {
        return run(recipe, out, threads, ShardPlan.USUAL_SHARD_BYTES);
    }

    private static MergeResult run(String recipe, Path out, int threads, long shardBytes) throws Exception {
        String placed = recipe.replace("BASE", Reference.path("base").toString())
                .replace("HEAD", Reference.path("head").toString())
                .replace("ADAPTER", Reference.path("adapter").toString())
                .replaceAll("model: A\\b", "model: " + Reference.path("a"))
                .replaceAll("model: B\\b", "model: " + Reference.path("b"));
        MergeOptions options = new MergeOptions(out, shardBytes, threads, false, false, true, MergeMeasures.NONE);
        try (Merge merge = Merge.open(RecipeReader.read(placed, "recipe.yml"), SourceOptions.defaults())) {
            return merge.run(
                    options,
                    new MergeResult.Run("test", java.util.List.of(), "2026-01-01T00:00:00Z", Map.of()),
                    Merge.Progress.NONE);
        }
    }
}
