package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.layer.NothingSelectedException;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.writing.WeightsWriteException;

class MergeTest extends MadeModels {
    @Test
    void theResultIsAModelWithWhatBelongsToIt() throws Exception {
        Path out = directory.resolve("merged");
        merge(recipe("task_arithmetic", "dtype: bfloat16"), options(out, 2, 1 << 12));
        assertThat(names(out))
                .contains(
                        "README.md",
                        "config.json",
                        "merge.csv",
                        "merge.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json",
                        "recipe.yml",
                        "report.html");
        assertThat(directory.toFile().list()).containsExactly("merged");
        JsonNode config = new ObjectMapper().readTree(out.resolve("config.json").toFile());
        assertThat(config.path("torch_dtype").asText()).isEqualTo("bfloat16");
        assertThat(config.path("hidden_size").asInt()).isEqualTo(12);
        assertThat(Files.readString(out.resolve("README.md")))
                .contains("method `task_arithmetic`", "merge_method: task_arithmetic", "| base | ");
        // tied embeddings: no lm_head appears; whole numbers and buffers are the base's
        Map<String, double[]> merged = Reference.values(out);
        assertThat(merged.keySet()).isEqualTo(Reference.values(base).keySet());
        assertThat(merged.get("model.position_ids")).containsExactly(0, 1, 2, 3, 4);
        assertThat(merged.get("model.rotary_emb.inv_freq")).containsExactly(1, 0.5, 0.25);
    }

    @Test
    void anAdapterAloneIsItsBaseWithIt() throws Exception {
        Path adapter = Reference.path("adapter");
        String text =
                "merge_method: task_arithmetic\nbase_model: " + base + "\nmodels:\n  - model: " + a + "\n  - model: ";
        merge(text + adapter + "\n", options(directory.resolve("alone"), 2, 1 << 30));
        merge(text + base + "+" + adapter + "\n", options(directory.resolve("named"), 2, 1 << 30));
        assertThat(directory.resolve("alone/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("named/model.safetensors"));
        String averaged = "merge_method: linear\nmodels:\n  - model: " + a + "\n  - model: " + adapter + "\n";
        assertThatThrownBy(() -> merge(averaged, options(directory.resolve("linear"), 2, 1 << 30)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("an adapter alone: " + adapter + ": it has no weights of its own; give BASE+" + adapter);
    }

    @Test
    void damagedFilesNameTheirModel() throws Exception {
        Path other = changed(tensors -> {});
        byte[] whole = Files.readAllBytes(other.resolve("model.safetensors"));
        Files.write(other.resolve("model.safetensors"), Arrays.copyOf(whole, whole.length - 8));
        assertThatThrownBy(() -> merge(
                        recipe("linear", "").replace(b.toString(), other.toString()),
                        options(directory.resolve("merged"), 2, 1 << 30)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("truncated file: " + other + ": model.safetensors: the header describes ");
    }

    @Test
    void aPredictionNamesWhatIsNotANumberAndInWhichModel() throws Exception {
        String name = "model.layers.1.self_attn.q_proj.weight";
        double[] values = Reference.values(a).get(name).clone();
        values[30] = Double.NaN;
        Path other = changed(tensors -> tensors.put(name, TestTensor.of(DType.F32, shape(name), values)));
        MergeOptions dry = new MergeOptions(
                directory.resolve("dry"), 1 << 30, 2, true, false, false, MergeMeasures.of(true, false));
        String told = ": decoder layer 1 Q (" + name
                + "): element [2, 6] is NaN; compare checkpoints without NaN and infinities";
        assertThatThrownBy(() -> merge(
                        recipe("task_arithmetic", "").replace("model: " + b + "\n", "model: " + other + "\n"), dry))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("not a finite number: " + other + told);
        assertThatThrownBy(() -> merge(
                        recipe("task_arithmetic", "").replace("base_model: " + base, "base_model: " + other), dry))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("not a finite number: " + other + told);
    }

    @Test
    void aPredictionOfNothingIsRefused() throws Exception {
        LayerSelection ninth = LayerSelection.parse(Optional.of("9"), Optional.empty());
        try (Merge merge =
                Merge.open(RecipeReader.read(recipe("task_arithmetic", ""), "r.yml"), SourceOptions.defaults())) {
            assertThatThrownBy(() -> merge.predict(
                            MergeMeasures.of(true, false).withSelection(ninth), 2, RUN, Merge.Progress.NONE))
                    .isInstanceOf(NothingSelectedException.class)
                    .hasMessage("nothing selected: " + base
                            + ": no matrix of its layers fits --layers and --matrices; choose others");
        }
    }

    @Test
    void bytesDoNotDependOnThreads() throws Exception {
        for (String method : List.of("ties", "dare_ties", "tsv")) {
            Path one = directory.resolve(method + "1");
            Path four = directory.resolve(method + "4");
            merge(recipe(method, ""), options(one, 1, 1 << 30));
            merge(recipe(method, ""), options(four, 4, 1 << 30));
            assertThat(one.resolve("model.safetensors")).hasSameBinaryContentAs(four.resolve("model.safetensors"));
        }
    }

    @Test
    void anotherFormatGivesTheSameModel() throws Exception {
        Path zip = Files.createDirectories(directory.resolve("zip"));
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        Reference.values(a).forEach((name, values) -> tensors.put(name, TestTensor.of(DType.F32, shape(name), values)));
        CheckpointWriters.write(Format.TORCH_ZIP, zip, tensors);
        Files.copy(a.resolve("config.json"), zip.resolve("config.json"));
        Path ofSafetensors = directory.resolve("1");
        Path ofZip = directory.resolve("2");
        merge(recipe("linear", ""), options(ofSafetensors, 1, 1 << 30));
        merge(recipe("linear", "").replace(a + "\n", zip + "\n"), options(ofZip, 1, 1 << 30));
        assertThat(ofZip.resolve("model.safetensors"))
                .hasSameBinaryContentAs(ofSafetensors.resolve("model.safetensors"));
    }

    @Test
    void anotherVocabularyIsNamedWithBothShapes() {
        Path other = changed(tensors ->
                tensors.put("model.embed_tokens.weight", TestTensor.gaussian(DType.F32, List.of(15L, 12L), 1)));
        assertThatThrownBy(() -> merge(
                        recipe("linear", "").replace(b + "\n", other + "\n"),
                        options(directory.resolve("x"), 1, 1 << 30)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("shapes differ: model.embed_tokens.weight: [14, 12] in " + a + " and [15, 12] in " + other
                        + "; give both the same rows (for an embedding: the same vocabulary)");
    }

    @Test
    void aMissingTensorIsNamed() {
        Path other = changed(tensors -> tensors.remove("model.norm.weight"));
        assertThatThrownBy(() -> merge(
                        recipe("linear", "").replace(b + "\n", other + "\n"),
                        options(directory.resolve("x"), 1, 1 << 30)))
                .hasMessage("missing tensor: model.norm.weight: it is in " + a + " but not in " + other
                        + "; merge models of one architecture");
    }

    @Test
    void nanIsNamedEvenWhereTheMethodWouldDropItAndNothingIsLeft() {
        Path other = changed(tensors -> {
            double[] values = new double[12];
            values[5] = Double.NaN;
            tensors.put("model.norm.weight", TestTensor.of(DType.F32, List.of(12L), values));
        });
        assertThatThrownBy(() -> merge(
                        recipe("ties", "parameters: {density: 0.1}").replace(b + "\n", other + "\n"),
                        options(directory.resolve("x"), 2, 1 << 30)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("not a finite number: " + other
                        + ": element 5 of model.norm.weight in model.safetensors is NaN; merge a checkpoint without"
                        + " NaN and infinities");
        assertThat(directory.toFile().list()).containsExactly("changed");
    }

    @Test
    void aModelInTheWayIsReplacedOnlyWhenAsked() throws Exception {
        Path out = directory.resolve("merged");
        merge(recipe("linear", ""), options(out, 1, 1 << 30));
        assertThatThrownBy(() -> merge(recipe("sum", ""), options(out, 1, 1 << 30)))
                .isInstanceOf(WeightsWriteException.class)
                .hasMessage(
                        "cannot write weights: " + out + ": a merged model is in the way; replace it with --force or"
                                + " choose another directory with --out");
        MergeOptions usual = options(out, 1, 1 << 30);
        merge(recipe("sum", ""), new MergeOptions(out, usual.shardBytes(), 1, false, true, true, MergeMeasures.NONE));
        assertThat(Files.readString(out.resolve("recipe.yml"))).contains("merge_method: sum");
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.writeString(other.resolve("thesis.tex"), "x");
        assertThatThrownBy(() -> merge(recipe("sum", ""), options(other, 1, 1 << 30)))
                .isInstanceOf(WeightsWriteException.class)
                .hasMessageContaining("the directory is not empty; choose another one with --out");
    }

    @Test
    void aBaseWithoutAConfigurationIsToldOnce() throws Exception {
        Path bare = changed(tensors -> {});
        Files.delete(bare.resolve("config.json"));
        MergeResult result = merge(
                "merge_method: linear\nmodels:\n  - model: " + bare + "\n  - model: " + b + "\n",
                options(directory.resolve("merged"), 1, 1 << 30));
        assertThat(result.warnings())
                .filteredOn(warning -> warning.startsWith("no config.json"))
                .containsExactly("no config.json: " + bare
                        + " comes without, and so does the merged model; give it that of its architecture");
    }

    /** The base's file lists them in another order; the order of names is that of any source. */
    @Test
    void tensorsAreWrittenInTheOrderOfTheirNames() throws Exception {
        MergeResult result = merge(recipe("task_arithmetic", ""), options(directory.resolve("merged"), 1, 1 << 30));
        assertThat(result.tensors()).extracting(MergeResult.TensorRow::name).isSorted();
    }

    @Test
    void aDryRunPredictsAndWritesNoWeightsAndTheMergeTakesItsPlace() throws Exception {
        Path out = directory.resolve("merged");
        MergeResult predicted = merge(
                recipe("task_arithmetic", ""),
                new MergeOptions(out, 1 << 30, 2, true, false, true, MergeMeasures.NONE));
        assertThat(names(out))
                .containsExactly("merge.csv", "merge.json", "prediction.csv", "recipe.yml", "report.html");
        assertThat(predicted.predictions()).hasSize(14); // 7 matrices in each of 2 layers, one pair
        assertThat(Files.readString(out.resolve("prediction.csv")).lines()).hasSize(15);
        merge(recipe("task_arithmetic", ""), options(out, 1, 1 << 30));
        assertThat(names(out)).contains("model.safetensors").doesNotContain("prediction.csv");
    }

    /** Task arithmetic with weights 1 adds the task vectors: retained is 1 + ⟨Δ_A, Δ_B⟩/‖Δ_A‖², the norm is that predicted. */
    @Test
    void verificationFindsWhatWasMerged() throws Exception {
        Path out = directory.resolve("merged");
        MergeResult result = merge(
                recipe("task_arithmetic", "dtype: float64"),
                new MergeOptions(
                        out,
                        1 << 30,
                        2,
                        false,
                        false,
                        true,
                        MergeMeasures.of(true, true).withDirections(3)));
        assertThat(result.verification()).hasSize(14);
        for (int i = 0; i < 14; i++) {
            var verified = result.verification().get(i);
            var pair = result.predictions().get(i);
            assertThat(verified.spectralNorm()).isCloseTo(verified.predictedSpectralNorm(), within(1e-8));
            assertThat(Objects.requireNonNull(pair.sum()).spectralNorm())
                    .isCloseTo(verified.predictedSpectralNorm(), within(1e-8));
            double cosine = Objects.requireNonNull(pair.angle()).cosine();
            assertThat(Objects.requireNonNull(verified.parts().get(0).retained()))
                    .isCloseTo(1 + cosine * pair.b().frobeniusNorm() / pair.a().frobeniusNorm(), within(1e-8));
        }
    }

    @Test
    void modelsOfDifferentDepthAreRefusedWithBothDepths() {
        Path deeper = changed(tensors -> List.copyOf(tensors.keySet()).stream()
                .filter(name -> name.contains("layers.1."))
                .forEach(name -> tensors.put(
                        name.replace("layers.1.", "layers.2."), Objects.requireNonNull(tensors.get(name)))));
        for (boolean swapped : List.of(false, true)) {
            String recipe = recipe("linear", "").replace((swapped ? a : b) + "\n", deeper + "\n");
            assertThatThrownBy(() -> merge(recipe, options(directory.resolve("x"), 1, 1 << 30)))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage("layers differ: " + (swapped ? deeper : a) + " has " + (swapped ? 3 : 2) + " and "
                            + (swapped ? b : deeper) + " has " + (swapped ? 2 : 3)
                            + " in model.layers; merge models of one depth");
        }
    }
}
