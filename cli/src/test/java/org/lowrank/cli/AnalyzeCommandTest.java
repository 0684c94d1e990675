package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** The main job through the command: files, numbers, messages and exit codes of the contract. */
class AnalyzeCommandTest {
    @TempDir
    Path directory;

    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void checkpoint() throws IOException {
        model = TinyCheckpoint.write(directory.resolve("tiny-bert"), TinyCheckpoint.bert());
        out = directory.resolve("results");
    }

    private Run analyze(String... more) {
        String[] arguments = new String[more.length + 4];
        arguments[0] = "analyze";
        arguments[1] = model.toString();
        arguments[2] = "--out";
        arguments[3] = out.toString();
        System.arraycopy(more, 0, arguments, 4, more.length);
        return Run.of(arguments);
    }

    @Test
    void filesOfTheContractAreWrittenAndThePathOfTheReportComesLast() throws IOException {
        Run run = analyze();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith(
                        "tiny-bert: bert, 2 layers, model dimension 24, FF dimension 56, 11,448 parameters, F32 (local path)");
        assertThat(run.outLines())
                .endsWith(
                        out.resolve("matrices.csv").toString(),
                        out.resolve("result.json").toString(),
                        out.resolve("report.html").toString());
        List<String> lines =
                Files.readString(out.resolve("matrices.csv")).lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("model,revision,stack,layer,matrix,rows,cols,parameters,dtype,frobenius_norm,spectral_norm,"
                        + "spectral_norm_lower,spectral_norm_upper,upper_failure_probability,stable_rank,"
                        + "stable_rank_squared,gaussian_stable_rank,source_tensors,hill_exponent,hill_k,"
                        + "log_frobenius_norm_squared,log_spectral_norm_squared,singular_values_above_edge,"
                        + "signal_to_noise,hill_exponent_fixed_aspect");
        assertThat(lines).hasSize(1 + 2 * 7);
        assertThat(lines.get(1)).startsWith("tiny-bert,,encoder,0,Q,24,24,576,F32,");
        assertThat(lines.get(4)).startsWith("tiny-bert,,encoder,0,QKV,72,24,1728,F32,");
        JsonNode result = ResultJson.read(out.resolve("result.json"));
        assertThat(result.path("matrices")).hasSize(14);
        assertThat(result.path("skipped_tensors").get(0).path("reason").asText())
                .isEqualTo("embedding");
        assertThat(result.path("models")
                        .get(0)
                        .path("architecture")
                        .path("model_dimension")
                        .asInt())
                .isEqualTo(24);
        assertThat(Files.readString(out.resolve("report.html"))).contains("tiny-bert", "Content-Security-Policy");
    }

    @Test
    void sameNumbersFromThreeShardsAnyNumberOfThreadsAndASecondRun() throws IOException {
        analyze("--threads", "1");
        String single = Files.readString(out.resolve("matrices.csv"));
        assertThat(single).isNotEmpty();
        analyze("--threads", "4", "--force");
        assertThat(Files.readString(out.resolve("matrices.csv"))).isEqualTo(single);
        Path sharded = TinyCheckpoint.writeShards(directory.resolve("shards/tiny-bert"), TinyCheckpoint.bert());
        Run run = Run.of("analyze", sharded.toString(), "--out", out.toString(), "--force");
        assertThat(run.exitCode()).isZero();
        assertThat(Files.readString(out.resolve("matrices.csv"))).isEqualTo(single);
    }

    @Test
    void savedResultsAreUsedUntilTheWeightsChange() throws IOException {
        analyze();
        assertThat(analyze().err()).contains("saved results in " + out + " match tiny-bert and are used");
        Map<String, float[][]> other = TinyCheckpoint.bert();
        other.values().iterator().next()[0][0] += 1;
        TinyCheckpoint.write(model, other);
        Files.setLastModifiedTime(
                model.resolve("model.safetensors"),
                java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() + 5000));
        assertThat(analyze().err()).isEmpty();
    }

    @Test
    void spectrumWritesAllSingularValues() throws IOException {
        assertThat(analyze("--spectrum", "--matrices", "M1", "--layers", "1").exitCode())
                .isZero();
        List<String> lines =
                Files.readString(out.resolve("spectra.csv")).lines().toList();
        assertThat(lines).hasSize(1 + 24);
        assertThat(lines.get(24)).startsWith("tiny-bert,,encoder,1,M1,24,");
    }

    @Test
    void figuresAreWrittenWithoutABrowser() {
        assertThat(analyze("--format", "svg,png").exitCode()).isZero();
        assertThat(out.resolve("figures")).isDirectoryContaining("glob:**.svg").isDirectoryContaining("glob:**.png");
        assertThat(out.resolve("report.html")).doesNotExist();
    }

    @Test
    void dryRunReadsHeadersOnlyAndWritesNothing() {
        Run run = analyze("--dry-run", "--matrices", "Q");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("2 matrices from safetensors: 4,608 bytes of weights to read");
        assertThat(out).doesNotExist();
    }

    @Test
    void oneFailingModelDoesNotStopTheOthersAndDecidesTheExitCode() throws IOException {
        Path broken = TinyCheckpoint.write(directory.resolve("broken"), TinyCheckpoint.bert());
        truncate(broken.resolve("model.safetensors"), 9000);
        Run run = Run.of("analyze", broken.toString(), model.toString(), "--out", out.toString());
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("lowrank: 1 of 2 models failed: " + broken);
        assertThat(Files.readString(out.resolve("matrices.csv")).lines()).hasSize(15);
    }

    private static void truncate(Path file, int bytes) throws IOException {
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), bytes));
    }

    private void fails(Run run, int exitCode, String... words) {
        assertThat(run.errLines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("lowrank: ").contains(words);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(out.resolve("matrices.csv")).doesNotExist();
    }

    @Test
    void truncatedFileIsRefused() throws IOException {
        truncate(model.resolve("model.safetensors"), 9000);
        fails(analyze(), 4, "truncated", "model.safetensors");
    }

    @Test
    void badHeaderIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(model.resolve("model.safetensors"));
        bytes[9] = '!';
        Files.write(model.resolve("model.safetensors"), bytes);
        fails(analyze(), 4, "header", "model.safetensors");
    }

    @Test
    void missingShardIsNamed() throws IOException {
        model = TinyCheckpoint.writeShards(directory.resolve("shards"), TinyCheckpoint.bert());
        Files.delete(model.resolve("model-00002-of-00003.safetensors"));
        fails(analyze(), 4, "missing shard", "model-00002-of-00003.safetensors");
    }

    @Test
    void notANumberIsReportedByTensorAndIndex() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        float[][] bad = tensors.get("bert.encoder.layer.1.intermediate.dense.weight");
        assertThat(bad).isNotNull();
        bad[3][5] = Float.NaN;
        TinyCheckpoint.write(model, tensors);
        fails(analyze(), 4, "bert.encoder.layer.1.intermediate.dense.weight", "[3, 5]", "NaN");
    }

    @Test
    void zeroMatrixHasNoStableRankAndAWarning() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        tensors.put("bert.encoder.layer.0.attention.output.dense.weight", new float[24][24]);
        TinyCheckpoint.write(model, tensors);
        Run run = analyze();
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("O of layer 0 (encoder) is zero: its stable rank is undefined");
        String row =
                Files.readString(out.resolve("matrices.csv")).lines().toList().get(5);
        assertThat(row).startsWith("tiny-bert,,encoder,0,O,24,24,576,F32,0.0,0.0,0.0,0.0,0.0,,,2.449489742783178");
    }

    @Test
    void unwritableDirectoryIsNamed() throws IOException {
        Files.writeString(out, "a file in the way");
        Run run = analyze();
        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err()).startsWith("lowrank: cannot write results: " + out);
        assertThat(run.errLines()).hasSize(1);
    }

    @Test
    void wrongOptionsAreUsageErrors() {
        fails(analyze("--tolerance", "2"), 2, "--tolerance");
        fails(analyze("--format", "pdf"), 2, "'pdf': unknown format");
        fails(analyze("--layers", "x"), 2, "--layers: 'x'");
        fails(Run.of("analyze"), 2, "MODEL", "see 'lowrank analyze --help'");
        fails(Run.of("nonsense"), 2, "nonsense");
    }

    @Test
    void tokenNeverReachesTheResult() throws IOException {
        analyze("--token", "hf_secret");
        assertThat(Files.readString(out.resolve("result.json"))).contains("***").doesNotContain("hf_secret");
        assertThat(Files.readString(out.resolve("report.html"))).doesNotContain("hf_secret");
    }
}
