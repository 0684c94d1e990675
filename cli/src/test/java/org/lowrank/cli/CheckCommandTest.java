package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** check: bounds, exit codes, what is printed. One matrix of the model is made to be known: 5 I of 24 × 24. */
class CheckCommandTest {
    @TempDir
    Path directory;

    private String model = "";

    @BeforeEach
    void model() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        float[][] scaled = new float[24][24];
        for (int i = 0; i < 24; i++) {
            scaled[i][i] = 5;
        }
        tensors.put("bert.encoder.layer.1.attention.output.dense.weight", scaled);
        tensors.put("bert.encoder.layer.0.attention.output.dense.weight", new float[24][24]);
        model = TinyCheckpoint.write(directory.resolve("m"), tensors).toString();
    }

    @Test
    void boundsThatHoldAreExitCodeZero() {
        Run run =
                Run.of("check", model, "--layers", "1", "--max", "O.spectral_norm=5", "--min", "O.frobenius_norm=24.4");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("holds: 0 of 7 matrices break one of 2 bounds\n");
        assertThat(directory.resolve("lowrank-results")).doesNotExist();
    }

    @Test
    void brokenBoundNamesItsRowAndExitsWithOne() {
        Run run = Run.of("check", model, "--layers", "1", "--max", "O.spectral_norm=4.999");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.outLines())
                .containsExactly(
                        "m: encoder layer 1 O: 5.0, not O.spectral_norm<=4.999",
                        "broken: 1 of 7 matrices break the bound O.spectral_norm<=4.999");
        assertThat(run.err()).as("a broken bound is no failure of the program").isEmpty();
    }

    @Test
    void zeroMatrixHasNoStableRankToBound() {
        Run run = Run.of("check", model, "--layers", "0", "--require", "O.stable_rank >= 0", "--quiet", "--json");
        assertThat(run.exitCode()).isEqualTo(1);
        JsonNode row = json(run).path("broken").path(0);
        assertThat(row.path("matrix").asText() + row.path("id").path("matrix").asText())
                .isEqualTo("O");
        assertThat(row.has("value")).isTrue();
        assertThat(row.path("value").isNull()).isTrue();
    }

    @Test
    void jsonHasEveryBrokenRow() {
        Run run = Run.of("check", model, "--max", "stable_rank=1", "--json");
        assertThat(run.exitCode()).isEqualTo(1);
        JsonNode verdict = json(run);
        assertThat(verdict.path("matrices").asInt()).isEqualTo(14);
        assertThat(verdict.path("bounds").path(0).asText()).isEqualTo("stable_rank<=1");
        assertThat(verdict.path("broken"))
                .as("no random matrix and no identity has rank one, and a zero one has none")
                .hasSize(14);
    }

    @Test
    void boundOfNothingIsWrongUsage() {
        Run run = Run.of("check", model, "--layers", "1", "--max", "GATE.stable_rank=3");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "lowrank: a bound of nothing: GATE.stable_rank<=3: no matrix measured is called GATE; give one of "
                                + "Q, K, V, QKV, O, M1, M2\n");
    }

    @Test
    void noBoundIsWrongUsage() {
        Run run = Run.of("check", model);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "lowrank: no bound: check: nothing to hold the matrices to; give --max, --min or --require\n");
        assertThat(Run.of("check", model, "--max", "stable_rank").exitCode()).isEqualTo(2);
    }

    @Test
    void missingModelIsExitCodeThree() {
        assertThat(Run.of("check", directory.resolve("none").toString(), "--max", "stable_rank=3", "--offline")
                        .exitCode())
                .isEqualTo(3);
        assertThat(Files.exists(directory.resolve("none"))).isFalse();
    }

    private static JsonNode json(Run run) {
        try {
            return new ObjectMapper().readTree(run.out());
        } catch (IOException e) {
            throw new AssertionError(run.out() + run.err(), e);
        }
    }
}
