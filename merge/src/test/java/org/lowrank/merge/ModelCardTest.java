package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lowrank.machine.files.Sha256;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;

/** What README.md of a merged model says of the models it was made of. */
class ModelCardTest extends MadeModels {
    private static final String NOT_COMPARED =
            "What was streamed was not compared with the SHA-256 that the Hub announces.";

    private final FakeHub hub = new FakeHub();

    ModelCardTest() throws Exception {}

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void aStreamedFileHasTheHashThatTheHubAnnounces() throws Exception {
        publish("org/base", base, "config.json", "model.safetensors");
        publish("org/a", a, "config.json", "model.safetensors");
        String card = card("linear", "org/base", "org/a", true);
        assertThat(card)
                .contains("`" + hash(base.resolve("model.safetensors")) + "`")
                .contains("`" + hash(a.resolve("model.safetensors")) + "`")
                .contains(NOT_COMPARED)
                .doesNotContain("no SHA-256 known");
    }

    @Test
    void baseAndAdapterAreTwoNamesOfTheHubWithTheirOwnHashes() throws Exception {
        Path adapter = Reference.path("adapter");
        publish("org/base", base, "config.json", "model.safetensors");
        publish("org/lora", adapter, "adapter_config.json", "adapter_model.safetensors");
        String card = card("linear", base.toString(), "org/base+org/lora", true);
        assertThat(card)
                .startsWith("---\nbase_model:\n- \"org/base\"\n- \"org/lora\"\ntags:\n")
                .contains("`" + hash(adapter.resolve("adapter_model.safetensors")) + "`");
        String mixed = card("sum", "org/base", base + "+org/lora", true);
        assertThat(mixed)
                .startsWith("---\nbase_model:\n- \"org/base\"\n- \"org/lora\"\ntags:\n")
                .contains("local path + Hugging Face Hub (stream)")
                .doesNotContain("no SHA-256 known");
    }

    @Test
    void aFileWithoutAHashIsSaidToHaveNone() throws Exception {
        assertThat(card("linear", base.toString(), a.toString(), false))
                .contains("model.safetensors (" + Files.size(a.resolve("model.safetensors")) + ", no SHA-256 known)")
                .doesNotContain(NOT_COMPARED);
    }

    private String card(String method, String first, String second, boolean hashes) throws Exception {
        Path out = directory.resolve(method);
        String recipe = "merge_method: " + method + "\nmodels:\n  - model: " + first + "\n  - model: " + second + "\n";
        SourceOptions source = SourceOptions.defaults()
                .withDownloadMode(SourceOptions.DownloadMode.STREAM)
                .withEnvironment(Map.of(
                        "HF_ENDPOINT", hub.endpoint(),
                        "HF_HOME", directory.resolve("hf").toString(),
                        "LOWRANK_CACHE", directory.resolve("own").toString()));
        try (Merge merge = Merge.open(RecipeReader.read(recipe, "r"), source)) {
            MergeResult result = merge.run(
                    new MergeOptions(out, 1 << 30, 2, false, false, hashes, MergeMeasures.NONE),
                    RUN,
                    Merge.Progress.NONE);
            assertThat(result.models()).hasSize(2);
        }
        return Files.readString(out.resolve("README.md"));
    }

    private void publish(String name, Path model, String... files) throws Exception {
        for (String file : files) {
            hub.repo(name).with(file, Files.readAllBytes(model.resolve(file)));
        }
    }

    private static String hash(Path file) throws Exception {
        var digest = Sha256.digest();
        digest.update(Files.readAllBytes(file));
        return Sha256.hex(digest);
    }
}
