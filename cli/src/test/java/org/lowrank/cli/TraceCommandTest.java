package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** {@code lowrank trace} on a trainer's directory. */
class TraceCommandTest {
    @TempDir
    Path directory;

    private Path run;
    private Path out;

    @BeforeEach
    void train() throws IOException {
        run = directory.resolve("my-run");
        out = directory.resolve("out");
        for (int step : new int[] {10, 200, 3000}) {
            checkpoint(step);
        }
    }

    /** The same weights with one matrix multiplied by the step. */
    private void checkpoint(int step) throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        for (float[] row : tensors.get("bert.encoder.layer.1.attention.output.dense.weight")) {
            for (int j = 0; j < row.length; j++) {
                row[j] *= step;
            }
        }
        TinyCheckpoint.writeShards(run.resolve("checkpoint-" + step), tensors);
    }

    private Run trace(String... more) {
        List<String> arguments = new java.util.ArrayList<>(List.of("trace", run.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        return Run.of(arguments.toArray(String[]::new));
    }

    @Test
    void writesTablesResultAndReportAndSaysWhatItFound() throws IOException {
        Run traced = trace();
        assertThat(traced.exitCode()).as(traced.err()).isZero();
        assertThat(traced.out())
                .contains("3 checkpoints from step 10 to 3,000")
                .contains("Weights move most from step")
                .endsWith(out.resolve("report.html") + System.lineSeparator());
        assertThat(Files.readAllLines(out.resolve("trace.csv")))
                .hasSize(1 + 3 * 14)
                .anyMatch(line -> line.startsWith("3000,my-run,checkpoint-3000,encoder,1,M2,24,56,"));
        assertThat(Files.readAllLines(out.resolve("movement.csv"))).hasSize(1 + 3 * 14);
        assertThat(out.resolve("report.html"))
                .content()
                .contains("Training report")
                .contains("Layer by step");
    }

    @Test
    void runAgainItUsesWhatItHasAndWritesTheSameTables() throws IOException {
        trace();
        String before = Files.readString(out.resolve("trace.csv"));
        Run again = trace("--quiet");
        assertThat(again.out().lines()).hasSize(4);
        assertThat(trace().err())
                .contains("3 of 3 checkpoints were measured before and are used; --force measures again");
        assertThat(trace("--force").err()).doesNotContain("measured before");
        assertThat(Files.readString(out.resolve("trace.csv"))).isEqualTo(before);
    }

    @Test
    void jsonIsTheWholeResult() throws IOException {
        Run json = trace("--json");
        assertThat(json.exitCode()).isZero();
        Path printed = directory.resolve("printed.json");
        Files.writeString(printed, json.out());
        assertThat(ResultJson.read(printed)).isEqualTo(ResultJson.read(out.resolve("result.json")));
    }

    @Test
    void reportRendersItAgain() throws IOException {
        trace();
        String page = Files.readString(out.resolve("report.html"));
        Run report = Run.of(
                "report",
                out.resolve("result.json").toString(),
                "--out",
                directory.resolve("again").toString());
        assertThat(report.exitCode()).as(report.err()).isZero();
        assertThat(directory.resolve("again/report.html")).hasContent(page);
    }

    @Test
    void aCheckpointThatFailsDecidesTheExitCodeAndDoesNotStopTheRest() throws IOException {
        Files.write(run.resolve("checkpoint-200/model-00001-of-00003.safetensors"), new byte[3]);
        Run traced = trace();
        assertThat(traced.exitCode()).isEqualTo(4);
        assertThat(traced.err())
                .contains("lowrank: checkpoint-200: ")
                .contains("lowrank: 1 of 3 checkpoints failed: checkpoint-200; see the messages above");
        assertThat(Files.readAllLines(out.resolve("trace.csv"))).hasSize(1 + 2 * 14);
        assertThat(ResultJson.read(out.resolve("result.json"))
                        .at("/failures/0/name")
                        .asText())
                .isEqualTo("checkpoint-200");
    }

    @Test
    void whereAllFailNothingIsWritten() throws IOException {
        for (int step : new int[] {10, 200, 3000}) {
            Files.delete(run.resolve("checkpoint-" + step + "/model-00002-of-00003.safetensors"));
        }
        Run traced = trace();
        assertThat(traced.exitCode()).isEqualTo(4);
        assertThat(traced.err()).contains("3 of 3 checkpoints failed");
        assertThat(out.resolve("trace.csv")).doesNotExist();
    }

    @Test
    void wrongUsageIsSaidInOneLine() {
        assertThat(trace("--every", "0").err()).isEqualTo("lowrank: --every: 0: at least 1, which keeps all\n");
        assertThat(trace("--every", "0").exitCode()).isEqualTo(2);
        assertThat(trace("--revision", "main").err()).contains("--revision: a trace is of several");
        assertThat(trace("--revisions", "checkpoint").err())
                .contains("no step: checkpoint: there is no number in its name");
        Run nothing = trace("--revisions", "epoch*");
        assertThat(nothing.exitCode()).isEqualTo(3);
        assertThat(nothing.err()).contains("no checkpoints: " + run + ": no folder epoch* among its 3");
        Run file = Run.of("trace", run.resolve("checkpoint-10/config.json").toString());
        assertThat(file.exitCode()).isEqualTo(2);
        assertThat(file.err()).contains("no training run: ");
    }

    @Test
    void foldersAreChosenByPatternAndThinnedOut() throws IOException {
        trace("--revisions", "checkpoint-*", "--log-spaced", "2", "--distances", "none", "--format", "csv");
        assertThat(Files.readAllLines(out.resolve("trace.csv")).stream().skip(1).map(line -> line.split(",")[0]))
                .containsOnly("10", "3000");
        assertThat(out.resolve("movement.csv")).doesNotExist();
    }
}
