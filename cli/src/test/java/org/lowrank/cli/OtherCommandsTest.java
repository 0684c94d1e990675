package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultJson;

/** compare, models, completion, help. */
class OtherCommandsTest {
    @TempDir
    Path directory;

    @Test
    void comparisonMeasuresTheTaskVector() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        Path a = TinyCheckpoint.write(directory.resolve("base"), tensors);
        float[][] query = tensors.get("bert.encoder.layer.0.attention.self.query.weight");
        assertThat(query).isNotNull();
        for (int i = 0; i < 24; i++) {
            query[i][3] += 4; // rank one: e_3 against the ones vector, of norm 4 √24
        }
        Path b = TinyCheckpoint.write(directory.resolve("tuned"), tensors);
        Path out = directory.resolve("out");
        Run run = Run.of("compare", a.toString(), b.toString(), "--out", out.toString(), "--directions", "2");
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode pair =
                ResultJson.read(out.resolve("result.json")).path("pairs").get(0);
        assertThat(pair.path("task_vector").path("stable_rank").asDouble())
                .as("a matrix of rank one")
                .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
        assertThat(pair.path("task_vector").path("frobenius_norm").asDouble())
                .isCloseTo(4 * Math.sqrt(24), org.assertj.core.api.Assertions.within(1e-5));
        assertThat(out.resolve("comparison.csv")).exists();
    }

    /** The mean of 1/stable_rank over the rows of matrices.csv that are no stack of others. */
    @Test
    void pretrainedModelStandsBesideLemma4() throws IOException {
        Path model = TinyCheckpoint.write(directory.resolve("tiny"), TinyCheckpoint.bert());
        Path analysis = directory.resolve("analysis");
        assertThat(Run.of("analyze", model.toString(), "--out", analysis.toString(), "--quiet")
                        .exitCode())
                .isZero();
        double sum = 0;
        int count = 0;
        for (String line : Files.readAllLines(analysis.resolve("matrices.csv"))) {
            String[] cells = line.split(",");
            if (!cells[4].equals("matrix") && !cells[4].equals("QKV")) {
                sum += 1 / Double.parseDouble(cells[14]);
                count++;
            }
        }
        String result = analysis.resolve("result.json").toString();
        Path out = directory.resolve("lemma-4");
        Run run = Run.of("theory", "lemma-4", "--measured", result, "--lambda", "0.02", "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("equation (3) at λ = 0.02");
        String[] cells = Files.readAllLines(out.resolve("lemma-4.csv")).get(1).split(",");
        assertThat(Integer.parseInt(cells[1])).isEqualTo(count);
        assertThat(Double.parseDouble(cells[2])).isCloseTo(sum / count, org.assertj.core.api.Assertions.within(1e-12));
        Run other = Run.of("theory", "lemma-5", "--measured", result);
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.errLines())
                .containsExactly("lowrank: theory: --measured: is for lemma-4 and one --lambda; leave the others out");
    }

    @Test
    void modelsListsArchitecturesFormatsAndNamedModels() {
        Run run = Run.of("models");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("gpt2", "phi", "gptj", "roberta", "safetensors", "google-bert/bert-base-uncased");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void completionKnowsTheCommands(String shell) {
        assertThat(Run.of("completion", shell).out()).contains("analyze", "compare", "--tolerance".substring(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"analyze", "compare", "overlap", "report", "models", "completion"})
    void everyCommandHasHelp(String command) {
        Run help = Run.of("help", command);
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: lowrank " + command);
        assertThat(Run.of(command, "--help").out()).isEqualTo(help.out());
    }

    @Test
    void foreignJsonIsNoResult() throws IOException {
        Path file = Files.writeString(directory.resolve("x.json"), "{\"a\": 1}");
        Run run = Run.of("report", file.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("lowrank: not a saved result: " + file
                        + ": it has no kind and schema_version; give a result.json that lowrank wrote\n");
    }

    @Test
    void theLaunchersRehearsalMeasures() throws IOException {
        assertThat(Rehearsal.run()).isZero();
    }

    @Test
    void twoRunsDoNotShareADirectoryAndOneAfterTheOtherAddUp(@TempDir Path directory) throws IOException {
        String[] command = {"experiment", "merging", "--preset", "quick", "--steps", "1", "--out", directory.toString()
        };
        CheckpointDirectory other = CheckpointDirectory.open(OutputDirectory.open(directory), false);
        Files.writeString(other.path().resolve("worked"), "5000000");
        Files.writeString(other.path().resolve("some.checkpoint"), "interrupted");
        Run refused = Run.of(command);
        assertThat(refused.exitCode()).isEqualTo(5);
        assertThat(refused.err()).contains("another run is at work there");
        other.close();
        Run free = Run.of(command);
        assertThat(free.exitCode()).as(free.err()).isZero();
        assertThat(directory.resolve(".checkpoints")).doesNotExist();
        JsonNode result =
                new ObjectMapper().readTree(directory.resolve("result.json").toFile());
        assertThat(result.at("/environment/seconds").asDouble()).isBetween(5000.0, 6000.0);
    }
}
