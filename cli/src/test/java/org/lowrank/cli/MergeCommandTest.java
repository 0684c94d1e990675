package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

/** {@code lowrank merge} and {@code lowrank compare} of several models, through the command. */
class MergeCommandTest {
    private static final int WIDTH = 8;

    @TempDir
    Path directory;

    @BeforeEach
    void makeModels() throws Exception {
        for (String name : List.of("base", "a", "b", "c")) {
            Path model = Files.createDirectories(directory.resolve(name));
            Map<String, TestTensor> tensors = new LinkedHashMap<>();
            List<Long> square = List.of((long) WIDTH, (long) WIDTH);
            int seed = name.hashCode();
            for (String matrix : List.of(
                    "self_attn.q_proj",
                    "self_attn.k_proj",
                    "self_attn.v_proj",
                    "self_attn.o_proj",
                    "mlp.gate_proj",
                    "mlp.up_proj",
                    "mlp.down_proj")) {
                tensors.put("model.layers.0." + matrix + ".weight", TestTensor.gaussian(DType.F32, square, seed++));
            }
            tensors.put("model.embed_tokens.weight", TestTensor.gaussian(DType.F32, List.of(20L, (long) WIDTH), seed));
            CheckpointWriters.write(Format.SAFETENSORS, model, tensors);
            Files.writeString(model.resolve("config.json"), """
                    {"model_type": "llama", "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
                     "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 20}
                    """);
        }
    }

    @Test
    void aRecipeIsPredictedMergedAndVerified() throws Exception {
        Path recipe = Files.writeString(
                directory.resolve("recipe.yml"),
                "merge_method: ties\nbase_model: " + model("base") + "\nmodels:\n  - model: " + model("a")
                        + "\n    parameters: {density: 0.5}\n  - model: " + model("b") + "\n");
        Run run = Run.of("merge", recipe.toString(), "--out", model("merged"), "--predict", "--verify");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("TIES: ", "medians over 7 matrices", "retained of " + model("a"))
                .endsWith(model("merged") + System.lineSeparator());
        assertThat(directory.resolve("merged/model.safetensors")).exists();
        // the result is a model like any other
        assertThat(Run.of("analyze", model("merged"), "--out", model("results")).exitCode())
                .isZero();
    }

    @Test
    void severalModelsAreComparedPairByPair() {
        Run run = Run.of("compare", model("base"), model("a"), model("b"), model("c"), "--out", model("compared"));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(
                        model("a") + " and " + model("b"),
                        model("a") + " and " + model("c"),
                        model("b") + " and " + model("c"));
        assertThat(directory.resolve("compared/prediction.csv")).exists();
        assertThat(directory.resolve("compared/model.safetensors")).doesNotExist();
    }

    @Test
    void wrongUsageAndWrongModelsHaveTheirExitCodes() throws Exception {
        assertThat(Run.of("merge", model("a"), model("b")).exitCode()).isEqualTo(2);
        assertThat(Run.of("merge", "--method", "ties", model("a"), model("b")).err())
                .contains("base model is missing");
        assertThat(Run.of("merge", "--method", "linear", model("a"), model("nowhere"), "--out", model("x"))
                        .exitCode())
                .isEqualTo(3);
        Path full = Files.writeString(directory.resolve("in the way"), "x");
        assertThat(Run.of("merge", "--method", "linear", model("a"), model("b"), "--out", full.toString())
                        .exitCode())
                .isEqualTo(5);
    }

    private String model(String name) {
        return directory.resolve(name).toString();
    }
}
