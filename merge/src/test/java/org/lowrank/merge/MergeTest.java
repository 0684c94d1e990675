package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.writing.WeightsWriteException;

class MergeTest {
    private static final MergeResult.Run RUN =
            new MergeResult.Run("test", List.of("lowrank", "merge"), "2026-01-01T00:00:00Z", Map.of());

    @TempDir
    Path directory;

    private final Path base = Reference.path("base");
    private final Path a = Reference.path("a");
    private final Path b = Reference.path("b");

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
                .hasMessageContaining("the directory is not empty");
        MergeOptions usual = options(out, 1, 1 << 30);
        merge(recipe("sum", ""), new MergeOptions(out, usual.shardBytes(), 1, false, true, true, MergeMeasures.NONE));
        assertThat(Files.readString(out.resolve("recipe.yml"))).contains("merge_method: sum");
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
    void anInterruptedMergeIsGoneOnWith() throws Exception {
        Path out = directory.resolve("merged");
        String recipe = recipe("linear", "");
        assertThatThrownBy(() -> {
                    try (Merge merge = Merge.open(RecipeReader.read(recipe, "r"), SourceOptions.defaults())) {
                        merge.run(options(out, 1, 1 << 12), RUN, new Merge.Progress() {
                            @Override
                            public void measured(String what, long done, long total) {}

                            @Override
                            public void written(long bytes, long total) {
                                if (bytes > total / 2) {
                                    throw new IllegalStateException("pulled the plug");
                                }
                            }
                        });
                    }
                })
                .hasMessage("pulled the plug");
        assertThat(out).doesNotExist();
        Path unfinished =
                directory.resolve(Objects.requireNonNull(directory.toFile().list())[0]);
        Path firstShard = unfinished.resolve(names(unfinished).stream()
                .filter(name -> name.startsWith("model-00001"))
                .findFirst()
                .orElseThrow());
        var time = Files.getLastModifiedTime(firstShard);
        merge(recipe, options(out, 1, 1 << 12));
        assertThat(Files.getLastModifiedTime(out.resolve(firstShard.getFileName())))
                .isEqualTo(time);
        Path whole = directory.resolve("whole");
        merge(recipe, options(whole, 1, 1 << 12));
        for (String name : names(whole)) {
            if (name.endsWith(".safetensors")) {
                assertThat(out.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
            }
        }
    }

    /** Weights 1 and 0 are part a itself, so the merged model loses what a loses; sha256 by Java's digest of the file's bytes. */
    @Test
    void textsGiveLossesOfBasePartsAndTheMergedModelAndLocalFilesAreHashed() throws Exception {
        Path own = Files.createDirectories(directory.resolve("base"));
        for (String name : List.of("model.safetensors", "config.json")) {
            Files.copy(base.resolve(name), own.resolve(name));
        }
        Files.writeString(
                own.resolve("vocab.txt"),
                "[PAD]\n[UNK]\nlaw\ncourt\nthe\nsalt\noil\nof\na\nsea\ntree\nsun\nsky\nrain\n");
        String recipe = recipe("task_arithmetic", "parameters: {weight: 1}")
                .replace("base_model: " + base, "base_model: " + own)
                .replace("model: " + b, "model: " + b + "\n    parameters: {weight: 0}");
        List<String> texts = List.of("the law of a court the law", "salt of the sea and oil of a tree");
        MergeMeasures measures = MergeMeasures.NONE.withTexts(texts);
        MergeResult result =
                merge(recipe, options(directory.resolve("merged"), 2, 1 << 30).with(measures));
        assertThat(result.losses())
                .extracting(losses -> losses.role())
                .containsExactly("base", "part", "part", "merged");
        assertThat(result.losses()).allSatisfy(losses -> {
            assertThat(losses.kind()).isEqualTo("causal");
            assertThat(losses.losses()).hasSize(2).allMatch(loss -> loss > 0 && loss < 100);
        });
        List<Double> ofA = result.losses().get(1).losses();
        List<Double> merged = result.losses().get(3).losses();
        for (int text = 0; text < 2; text++) {
            assertThat(merged.get(text)).isCloseTo(ofA.get(text), within(1e-5));
        }
        assertThat(result.losses().get(0).losses()).isNotEqualTo(ofA);
        assertThat(names(directory.resolve("merged"))).contains("losses.csv");
        assertThat(Files.readString(directory.resolve("merged/README.md")))
                .contains(java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(Files.readAllBytes(own.resolve("model.safetensors")))));
        MergeResult predicted =
                merge(recipe, new MergeOptions(directory.resolve("dry"), 1 << 30, 2, true, false, true, measures));
        assertThat(predicted.losses()).extracting(losses -> losses.role()).containsExactly("base", "part", "part");
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

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    private String recipe(String method, String more) {
        boolean base = !method.equals("linear") && !method.equals("sum");
        return "merge_method: " + method + "\n" + (base ? "base_model: " + this.base + "\n" : "")
                + "models:\n  - model: " + a + "\n  - model: " + b + "\n" + more + "\n";
    }

    private static MergeOptions options(Path out, int threads, long shardBytes) {
        return new MergeOptions(out, shardBytes, threads, false, false, true, MergeMeasures.NONE);
    }

    private static MergeResult merge(String recipe, MergeOptions options) throws Exception {
        try (Merge merge = Merge.open(RecipeReader.read(recipe, "recipe.yml"), SourceOptions.defaults())) {
            return merge.run(options, RUN, Merge.Progress.NONE);
        }
    }

    /** Model a with something changed. */
    private Path changed(java.util.function.Consumer<Map<String, TestTensor>> change) {
        try {
            Path changed = Files.createDirectories(directory.resolve("changed"));
            Map<String, TestTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, double[]> tensor : Reference.values(a).entrySet()) {
                tensors.put(tensor.getKey(), TestTensor.of(DType.F32, shape(tensor.getKey()), tensor.getValue()));
            }
            change.accept(tensors);
            CheckpointWriters.write(Format.SAFETENSORS, changed, tensors);
            Files.copy(a.resolve("config.json"), changed.resolve("config.json"));
            return changed;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Long> shape(String name) {
        if (name.contains("norm")) {
            return List.of(12L);
        }
        if (name.contains("embed")) {
            return List.of(14L, 12L);
        }
        return name.contains("down") ? List.of(12L, 20L) : name.contains("mlp") ? List.of(20L, 12L) : List.of(12L, 12L);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
