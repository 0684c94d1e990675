package org.lowrank.weights.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.files.ModelNotFoundException;

class ModelReferenceTest {
    @ParameterizedTest
    @CsvSource({
        "google-bert/bert-base-uncased, google-bert/bert-base-uncased, '', ''",
        "gpt2, gpt2, '', ''",
        "org/name@refs/pr/1, org/name, refs/pr/1, ''",
        "org/name/unet, org/name, '', unet",
        "org/name/a/b/model-q8_0.gguf@v1.0, org/name, v1.0, a/b/model-q8_0.gguf",
        "org/name/unet/, org/name, '', unet",
    })
    void aNameOnTheHubHasRepositoryRevisionAndInside(String text, String repository, String revision, String inside)
            throws Exception {
        ModelReference.Hub hub = (ModelReference.Hub) ModelReference.parse(text);
        assertThat(hub.repository()).isEqualTo(repository);
        assertThat(hub.revision().orElse("")).isEqualTo(revision);
        assertThat(hub.inside()).isEqualTo(inside);
        assertThat(hub.text()).isEqualTo(text);
    }

    @Test
    void mavenCoordinatesMayHaveAFileInside() throws Exception {
        ModelReference.Maven maven = (ModelReference.Maven) ModelReference.parse("maven:a.b:c:1.0/onnx/model.onnx");
        assertThat(maven.coordinates().toString()).isEqualTo("maven:a.b:c:1.0");
        assertThat(maven.inside()).isEqualTo("onnx/model.onnx");
        assertThat(maven.shortName()).isEqualTo("c/onnx/model.onnx");
    }

    @Test
    void aPathThatExistsWinsOverEveryOtherReading(@TempDir Path directory) throws Exception {
        Path odd = Files.createDirectories(directory.resolve("org+x/name@main"));
        ModelReference.Local local = (ModelReference.Local) ModelReference.parse(odd.toString());
        assertThat(local.path()).isEqualTo(odd);
        assertThat(local.shortName()).isEqualTo("name@main");
    }

    /** A file whose path is wrong is not asked for on the Hub, where "no network" would be the answer. */
    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "tiny-Q4_K_M.GGUF", "pytorch_model.bin", "models.txt"})
    void aFileThatIsNotHereIsNoNameOnTheHub(String text) {
        assertThatThrownBy(() -> ModelReference.parse(text))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("model not found: " + text + ": no such file in this directory; check the path");
    }

    @Test
    void aBaseAndAnAdapterAreReferencesOfTheirOwn(@TempDir Path directory) throws Exception {
        ModelReference.Merged merged = (ModelReference.Merged) ModelReference.parse("org/base@v1+" + directory);
        assertThat(merged.base()).isInstanceOf(ModelReference.Hub.class);
        assertThat(merged.adapter()).isInstanceOf(ModelReference.Local.class);
        assertThat(merged.shortName()).isEqualTo("org/base+" + directory.getFileName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "org/", "/abs/not/there", "org/name/../x", "org/name//x", "maven:a:b", "a b/c", "org/name@"})
    void whatIsNoNameIsRefusedInOneLine(String text) {
        assertThatThrownBy(() -> ModelReference.parse(text))
                .isInstanceOf(ModelNotFoundException.class)
                .extracting(Throwable::getMessage)
                .asString()
                .doesNotContain("\n");
    }
}
