package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no model, or not the one meant: one line that says what it is, the exit code of the contract, no result. */
class HostileInputTest {
    @TempDir
    Path directory;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void checkpoint() throws IOException {
        model = TinyCheckpoint.write(directory.resolve("tiny-bert"), TinyCheckpoint.bert());
        out = directory.resolve("results");
    }

    private Run analyze(String reference, String... more) {
        return Run.of(Stream.concat(Stream.of("analyze", reference, "--out", out.toString()), Stream.of(more))
                .toArray(String[]::new));
    }

    private void fails(Run run, int exitCode, String start) {
        assertThat(run.errLines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("lowrank: " + start);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        assertThat(out.resolve("matrices.csv")).doesNotExist();
    }

    static Stream<Arguments> notWeights() {
        String lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 440449768\n";
        byte[] longHeader = ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(1L << 40)
                .array();
        return Stream.of(
                Arguments.of("model.safetensors", ascii(lfs), "git-LFS pointer: model.safetensors: "),
                Arguments.of("pytorch_model.bin", ascii("<!DOCTYPE html><html>"), "web page: pytorch_model.bin: "),
                Arguments.of(
                        "model.safetensors", ascii("\u0089HDF\r\n\u001a\n" + " ".repeat(99)), "HDF5 file: model.saf"),
                Arguments.of(
                        "tf_model.h5", ascii("\u0089HDF\r\n\u001a\n" + " ".repeat(99)), "HDF5 file: tf_model.h5: "),
                Arguments.of("flax_model.msgpack", new byte[] {1, 2, 3}, "msgpack file: flax_model.msgpack: "),
                Arguments.of(
                        "model.safetensors", ascii("{\"error\": \"gated\"}"), "error message: model.safetensors: "),
                Arguments.of("model.safetensors", new byte[0], "empty file: model.safetensors: 0 bytes; "),
                Arguments.of(
                        "model.safetensors",
                        longHeader,
                        "bad safetensors file: model.safetensors: its header claims 1099511627776 bytes; "),
                Arguments.of("notes.txt", ascii("hello"), "no weights: "));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @MethodSource("notWeights")
    void fileThatIsNoWeightsIsNamedForWhatItIs(String name, byte[] content, String message) throws IOException {
        Files.delete(model.resolve("model.safetensors"));
        Files.write(model.resolve(name), content);
        fails(analyze(model.toString()), 4, message);
    }

    @Test
    void emptyDirectoryHasNoWeights() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        fails(analyze(empty.toString()), 4, "no weights: " + empty + ": none of 0 files is a known weight file; ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_type\": | bad JSON: config.json: ",
                "[1, 2]           | bad JSON: config.json: it holds no object of settings; mend or remove it",
                "'null'           | bad JSON: config.json: it holds no object of settings; mend or remove it"
            })
    void malformedConfigurationIsNamed(String config, String message) throws IOException {
        Files.writeString(model.resolve("config.json"), config);
        fails(analyze(model.toString()), 4, message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"./none", "/no/such/place", "a/../c", "bad name!", "maven:a", ""})
    void whatIsNowhereIsNotFound(String reference) {
        Run run = analyze(reference);
        assertThat(run.errLines()).as(run.err()).hasSize(1);
        assertThat(run.err()).matches("(?s)lowrank: (model not found|malformed model name): .*; .*");
        assertThat(run.exitCode()).isEqualTo(3);
    }

    @Test
    void offlineNamesWhatIsNotCached() {
        fails(analyze("example-org/never-downloaded", "--offline"), 3, "not cached: example-org/never-downloaded: ");
        fails(analyze("example-org/never-downloaded@v1", "--offline", "--dry-run"), 3, "not cached: example-org/never");
    }

    @Test
    void selectionThatFitsNothingIsWrongUsage() {
        fails(
                analyze(model.toString(), "--layers", "7"),
                2,
                "nothing selected: " + model
                        + ": no matrix of its 2 layers fits --layers and --matrices; choose others");
        fails(analyze(model.toString(), "--matrices", "GATE"), 2, "nothing selected: ");
    }

    @Test
    void optionsOfTheHubDoNotHinderALocalPath() {
        Run run = analyze(model.toString(), "--download", "stream", "--offline");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        run = analyze(model.toString(), "--revision", "v1", "--force");
        assertThat(run.exitCode()).isZero();
        assertThat(run.err())
                .isEqualTo("lowrank: --revision v1 is for names on the Hub; " + model + " is read as it is\n");
    }

    @Test
    void severalWeightFilesAreNotChosenFromSilently() throws IOException {
        Files.move(model.resolve("model.safetensors"), model.resolve("a.safetensors"));
        Files.copy(model.resolve("a.safetensors"), model.resolve("b.safetensors"));
        Run run = analyze(model.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.err())
                .isEqualTo("lowrank: warning: tiny-bert: several weight files: a.safetensors was read, not"
                        + " b.safetensors; name a file to choose another\n");
        assertThat(analyze(model.resolve("b.safetensors").toString()).err()).isEmpty();
    }

    @Test
    void modelNamedTwiceIsMeasuredOnce() throws IOException {
        assertThat(analyze(model.toString(), model.toString()).exitCode()).isZero();
        assertThat(Files.readString(out.resolve("matrices.csv")).lines()).hasSize(1 + 14);
    }

    @Test
    void placeWhereNoDirectoryCanBeIsNamedOnce() {
        out = Path.of("/proc/lowrank-results");
        fails(analyze(model.toString()), 5, "cannot write results: /proc/lowrank-results: ");
    }
}
