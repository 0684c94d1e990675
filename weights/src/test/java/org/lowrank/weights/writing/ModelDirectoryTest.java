package org.lowrank.weights.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.tensor.DType;

class ModelDirectoryTest {
    private static final ShardPlan PLAN = ShardPlan.of(
            "model",
            List.of(
                    new OutputTensor("a", DType.F32, List.of(1L)),
                    new OutputTensor("b", DType.F32, List.of(1L)),
                    new OutputTensor("c", DType.F32, List.of(1L))),
            4);

    @TempDir
    Path parent;

    private Path target;

    @BeforeEach
    void chooseTarget() {
        target = parent.resolve("merged");
    }

    @Test
    void theDirectoryAppearsAtTheEndOnly() throws IOException {
        try (ModelDirectory directory = ModelDirectory.open(target, "f1", Optional.empty())) {
            directory.weights(PLAN).write(sink -> sink.put(0, new double[] {1}, 1));
            directory.write("config.json", "{}".getBytes(StandardCharsets.UTF_8));
            assertThat(target).doesNotExist();
            directory.commit();
        }
        assertThat(children(parent)).containsExactly("merged");
        assertThat(children(target))
                .containsExactly(
                        "config.json",
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
    }

    @Test
    void anInterruptedRunIsGoneOnWithShardByShard() throws IOException {
        assertThatThrownBy(() -> run("f1", 2)).hasMessage("interrupted");
        assertThat(target).doesNotExist();
        assertThat(run("f1", 9)).containsExactly("b", "c");
        assertThat(target).exists();
        assertThat(children(parent)).containsExactly("merged");
    }

    @Test
    void anotherRecipesShardsAreNotUsed() {
        assertThatThrownBy(() -> run("f1", 2)).hasMessage("interrupted");
        assertThatThrownBy(() -> run("f2", 3)).hasMessage("interrupted");
        assertThat(children(parent)).containsExactly(".merged.f1.unfinished", ".merged.f2.unfinished");
    }

    @Test
    void aRunThatFinishedNoShardLeavesNothing() {
        assertThatThrownBy(() -> run("f1", 1)).hasMessage("interrupted");
        assertThat(children(parent)).isEmpty();
    }

    @Test
    void aDirectoryWithOtherFilesIsNotReplaced() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("thesis.tex"), "x");
        assertThatThrownBy(() -> ModelDirectory.open(target, "f1", Optional.of("merge.json")))
                .isInstanceOf(WeightsWriteException.class)
                .hasMessage("cannot write weights: " + target
                        + ": the directory is not empty; choose another one with --out");
        assertThat(children(target)).containsExactly("thesis.tex");
    }

    @Test
    void aDirectoryOfTheSameCommandIsReplaced() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("merge.json"), "old");
        Files.writeString(target.resolve("left over"), "old");
        try (ModelDirectory directory = ModelDirectory.open(target, "f1", Optional.of("merge.json"))) {
            directory.write("merge.json", "new".getBytes(StandardCharsets.UTF_8));
            directory.commit();
        }
        assertThat(children(target)).containsExactly("merge.json");
        assertThat(target.resolve("merge.json")).hasContent("new");
        assertThat(children(parent)).containsExactly("merged");
    }

    @Test
    void twoRunsOfOneRecipeDoNotMix() throws IOException {
        try (ModelDirectory first = ModelDirectory.open(target, "f1", Optional.empty())) {
            assertThatThrownBy(() -> ModelDirectory.open(target, "f1", Optional.empty()))
                    .isInstanceOf(WeightsWriteException.class)
                    .hasMessageEndingWith(": another run is writing the same model; wait for it, or choose another"
                            + " directory with --out");
            first.write("config.json", new byte[0]);
        }
    }

    @Test
    void filesAreCopiedByteByByteAndNeverOutside() throws IOException {
        byte[] content = new byte[(1 << 20) + 3];
        new java.util.Random(1).nextBytes(content);
        Path source = Files.write(parent.resolve("tokenizer.model"), content);
        try (ModelDirectory directory = ModelDirectory.open(target, "f1", Optional.empty());
                MappedFile file = MappedFile.open(source, "tokenizer.model")) {
            directory.copy("sub/tokenizer.model", file);
            assertThatThrownBy(() -> directory.copy("../evil", file))
                    .isInstanceOf(WeightsWriteException.class)
                    .hasMessageStartingWith("unsafe file name: ../evil: it leaves ");
            directory.commit();
        }
        assertThat(target.resolve("sub/tokenizer.model")).hasBinaryContent(content);
    }

    /** Writes until the given tensor, which fails; gives the names of those that were written. */
    private List<String> run(String fingerprint, int failing) throws IOException {
        List<String> written = new ArrayList<>();
        try (ModelDirectory directory = ModelDirectory.open(target, fingerprint, Optional.empty())) {
            directory.weights(PLAN).write(sink -> {
                written.add(sink.tensor().name());
                if (written.size() == failing) {
                    throw new IOException("interrupted");
                }
                sink.put(0, new double[] {1}, 1);
            });
            directory.commit();
        }
        return written;
    }

    private static List<String> children(Path directory) {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
