package org.lowrank.weights.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.maven.KnownModels;
import org.lowrank.weights.maven.MavenCoordinates;
import org.lowrank.weights.reference.ModelSource;

/** A path, then Maven, then the Hub, then the known copy where the Hub does not answer. */
class ModelResolutionTest extends HubContract {
    private static final String KNOWN = "google-bert/bert-base-uncased";

    private final MavenCoordinates copy = KnownModels.copyOf(KNOWN).orElseThrow();

    @BeforeEach
    void mavenRepositoryInAFolder() throws Exception {
        Path settings = Files.writeString(
                folder.resolve("settings.xml"),
                "<settings><localRepository>" + folder.resolve("local") + "</localRepository><mirrors><mirror><id>test"
                        + "</id><mirrorOf>*</mirrorOf><url>"
                        + folder.resolve("remote").toUri() + "</url></mirror></mirrors></settings>");
        set("LOWRANK_MAVEN_SETTINGS", settings.toString());
    }

    private void publishCopy() throws Exception {
        Path directory = Files.createDirectories(folder.resolve("remote")
                .resolve(copy.group().replace('.', '/'))
                .resolve(copy.artifact())
                .resolve(copy.version()));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("model.onnx"));
            zip.write(1);
        }
        Path jar = directory.resolve(copy.artifact() + "-" + copy.version() + ".jar");
        Files.write(jar, bytes.toByteArray());
        Files.writeString(
                jar.resolveSibling(jar.getFileName() + ".sha1"), FakeRepo.digest("SHA-1", bytes.toByteArray()));
    }

    @Test
    void hubServesAModelThatAlsoHasACopy() throws Exception {
        publishCopy();
        hub.repo(KNOWN).with("model.safetensors", weights);
        try (ModelFiles files = ModelSource.resolve(KNOWN, options)) {
            assertThat(files.provenance().source()).isEqualTo("Hugging Face Hub (cache)");
        }
    }

    @Test
    void copyServesWhereTheHubCannotBeReachedAndSaysSo() throws Exception {
        publishCopy();
        hub.close();
        try (ModelFiles files = ModelSource.resolve(KNOWN, options)) {
            assertThat(files.provenance().model()).isEqualTo(KNOWN);
            assertThat(files.provenance().notes())
                    .containsExactly("the Hub could not be reached (connection refused or no route); the copy on Maven"
                            + " Central (" + copy + ") was used");
            assertThat(files.list()).extracting(ModelFiles.FileEntry::name).containsExactly("model.onnx");
        }
    }

    @Test
    void unknownHostIsUnreachableAtOnce() throws Exception {
        publishCopy();
        set("HF_ENDPOINT", "http://hub.invalid");
        try (ModelFiles files = ModelSource.resolve(KNOWN, options)) {
            assertThat(files.provenance().notes().get(0)).startsWith("the Hub could not be reached (unknown host); ");
        }
    }

    @Test
    void cachedSnapshotComesBeforeTheCopy() throws Exception {
        publishCopy();
        hub.repo(KNOWN).with("model.safetensors", weights);
        ModelSource.resolve(KNOWN, options).open("model.safetensors").close();
        hub.close();
        try (ModelFiles files = ModelSource.resolve(KNOWN, options)) {
            assertThat(files.provenance().source()).isEqualTo("Hugging Face Hub (cache, offline)");
        }
    }

    @Test
    void missingModelIsNotReplacedByItsCopy() throws Exception {
        publishCopy();
        assertThatThrownBy(() -> ModelSource.resolve(KNOWN, options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("model not found: " + KNOWN + ": no such path, and no such repository at ");
    }

    @Test
    void copyIsNoOtherRevision() throws Exception {
        publishCopy();
        hub.close();
        assertThatThrownBy(() -> ModelSource.resolve(KNOWN + "@v2", options))
                .isInstanceOf(HubUnreachableException.class);
        assertThatThrownBy(() -> ModelSource.resolve(KNOWN, options.withRevision("v2")))
                .isInstanceOf(HubUnreachableException.class);
    }

    @Test
    void neitherHubNorCopySaysBoth() throws Exception {
        Files.createDirectories(folder.resolve("remote"));
        hub.close();
        assertThatThrownBy(() -> ModelSource.resolve(KNOWN, options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("cannot download: " + KNOWN + ": the Hub could not be reached (connection refused or no"
                        + " route), and its copy " + copy + " is not to be had either (--debug tells why); check the"
                        + " network, or name a local path");
    }

    @Test
    void unreachableHubWithoutACopySaysWhatToDo() {
        hub.close();
        assertThatThrownBy(() -> ModelSource.resolve("example-org/other", options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("cannot reach the Hub: " + hub.endpoint().substring(7)
                        + ": connection refused or no route; check the network, HF_ENDPOINT and the proxy, run again"
                        + " later, or name a local path");
    }

    @Test
    void offlineUsesTheCopyOfTheLocalMavenRepository() throws Exception {
        publishCopy();
        hub.close();
        ModelSource.resolve(KNOWN, options).close();
        try (ModelFiles files = ModelSource.resolve(KNOWN, options.withOffline(true))) {
            assertThat(files.provenance().notes().get(0)).startsWith("no network is allowed (--offline); the copy on ");
        }
    }

    @Test
    void existingPathComesBeforeTheHub() throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));
        try (ModelFiles files = ModelSource.resolve(model.toString(), options)) {
            assertThat(files.provenance().source()).isEqualTo("local path");
        }
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void pathThatDoesNotExistIsNotAskedFor() {
        assertThatThrownBy(() -> ModelSource.resolve("./no/such/dir", options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage(
                        "model not found: ./no/such/dir: no such path, and no name on the Hub looks like it; check the"
                                + " spelling, or name a directory, a file, org/name or maven:group:artifact:version");
        assertThat(hub.requests).isEmpty();
    }
}
