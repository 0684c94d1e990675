package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.tensor.DType;

/** How often weights are read, counted at a hub that streams them: whatever is asked for twice is sent twice. */
class PassesOverTheWeightsTest extends MadeModels {
    private static final String RECIPE =
            "merge_method: task_arithmetic\nbase_model: org/base\nmodels:\n  - model: org/a\n  - model: org/b\n";

    private final FakeHub hub = new FakeHub();
    private long bytes;

    PassesOverTheWeightsTest() throws Exception {}

    @BeforeEach
    void publish() throws Exception {
        publish("base", 1);
        publish("a", 2);
        publish("b", 3);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    /** All matrices of base, a and b: none is sent more than twice, the base's not once for every model either. */
    @Test
    void comparingReadsNoWeightMoreThanTwice() throws Exception {
        try (Merge merge = Merge.open(RecipeReader.read(RECIPE, "r"), source())) {
            long headers = hub.bytesSent();
            MergeResult result = merge.predict(MergeMeasures.of(true, false), 2, RUN, Merge.Progress.NONE);
            assertThat(result.predictions()).hasSize(14);
            assertThat(hub.bytesSent() - headers).isBetween(bytes / 2, 2 * bytes);
        }
    }

    /** Of small tensors the hub is asked for the block of 128 KB they lie in, whose rest comes again with its own tensors. */
    @Test
    void mergingReadsEveryWeightOnce() throws Exception {
        try (Merge merge = Merge.open(RecipeReader.read(RECIPE, "r"), source())) {
            long headers = hub.bytesSent();
            merge.run(options(directory.resolve("merged"), 2, 1 << 30), RUN, Merge.Progress.NONE);
            assertThat(hub.bytesSent() - headers).isBetween(bytes / 2, bytes * 5 / 4);
        }
    }

    private SourceOptions source() {
        return SourceOptions.defaults()
                .withDownloadMode(SourceOptions.DownloadMode.STREAM)
                .withEnvironment(Map.of(
                        "HF_ENDPOINT", hub.endpoint(),
                        "HF_HOME", directory.resolve("hf").toString(),
                        "LOWRANK_CACHE", directory.resolve("own").toString()));
    }

    /** The made model, sixteen times as wide: small files are sent whole with their header. */
    private void publish(String name, long seed) throws Exception {
        Path wide = Files.createDirectories(directory.resolve(name));
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        for (String tensor : Reference.values(base).keySet()) {
            if (tensor.contains("weight")) {
                List<Long> shape = shape(tensor).stream()
                        .map(size -> size == 14 ? 14L : 16 * size)
                        .toList();
                tensors.put(tensor, TestTensor.gaussian(DType.F32, shape, seed + 10L * tensors.size()));
            }
        }
        CheckpointWriters.write(Format.SAFETENSORS, wide, tensors);
        byte[] weights = Files.readAllBytes(wide.resolve("model.safetensors"));
        bytes += weights.length;
        hub.repo("org/" + name)
                .with("model.safetensors", weights)
                .with(
                        "config.json",
                        Files.readString(base.resolve("config.json"))
                                .replaceAll("(\"hidden_size\": *)12", "$1192")
                                .replaceAll("(\"intermediate_size\": *)20", "$1320"));
    }
}
