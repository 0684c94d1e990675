package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;

/** Several models of one name in one command, and other things that concern more than one model. */
class ModelNamesTest {
    @TempDir
    Path directory;

    private Path base;
    private Path tuned;
    private Path out;

    @BeforeEach
    void twoCheckpointsOfOneName() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        base = TinyCheckpoint.write(
                Files.createDirectories(directory.resolve("base")).resolve("model"), tensors);
        float[][] query = tensors.get("bert.encoder.layer.0.attention.self.query.weight");
        assertThat(query).isNotNull();
        query[0][0] += 50;
        tensors.put("bert.encoder.layer.1.attention.self.key.weight", new float[24][24]);
        tuned = TinyCheckpoint.write(
                Files.createDirectories(directory.resolve("tuned")).resolve("model"), tensors);
        out = directory.resolve("out");
    }

    private List<String> modelsInCsv() throws IOException {
        return Files.readString(out.resolve("matrices.csv"))
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(',')))
                .toList();
    }

    private JsonNode result() throws IOException {
        return ResultJson.read(out.resolve("result.json"));
    }

    @Test
    void theirRowsFindingsAndWarningsAreKeptApartAlsoWhenTheyAreUsedAgain() throws IOException {
        for (int time = 0; time < 2; time++) {
            Run run = Run.of("analyze", base.toString(), tuned.toString(), "--out", out.toString());
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(modelsInCsv()).hasSize(28);
            assertThat(modelsInCsv().stream().distinct()).containsExactly("base/model", "tuned/model");
            assertThat(result().path("findings").findValuesAsText("model")).contains("base/model", "tuned/model");
            assertThat(result().path("findings").findValuesAsText("model")).doesNotContain("model");
            assertThat(result().path("warnings").findValuesAsText("model")).containsOnly("tuned/model");
            assertThat(run.err()).contains("warning: tuned/model: K of layer 1");
        }
    }

    @Test
    void anotherSpellingOfThePathIsTheSameModel() throws IOException {
        Run run = Run.of("analyze", base.toString(), base.resolve(".").toString(), "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(modelsInCsv()).hasSize(14).containsOnly("model");
    }

    @Test
    void comparedModelsMayHaveOneNameButNotBeOne() throws IOException {
        Run run = Run.of("compare", base.toString(), tuned.toString(), "--directions", "2", "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(modelsInCsv().stream().distinct()).containsExactly("base/model", "tuned/model");
        assertThat(run.err()).contains("warning: tuned/model: K of layer 1");
        assertThat(result().path("model_a")
                        .path("seconds_per_phase")
                        .path("compare")
                        .asDouble())
                .isPositive();
        Run same = Run.of("compare", base.toString(), base.toString(), "--out", out.toString());
        assertThat(same.exitCode()).isEqualTo(2);
        assertThat(same.errLines()).hasSize(1);
        assertThat(same.err()).contains("one model twice");
    }

    @Test
    void savedResultsOfOneNameGoIntoOneReport() throws IOException {
        for (Path model : List.of(base, tuned)) {
            assertThat(Run.of(
                                    "analyze",
                                    model.toString(),
                                    "--out",
                                    model.resolve("out").toString())
                            .exitCode())
                    .isZero();
        }
        String first = base.resolve("out/result.json").toString();
        Run run = Run.of(
                "report",
                first,
                tuned.resolve("out/result.json").toString(),
                "--format",
                "csv",
                "--out",
                out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(modelsInCsv().stream().distinct()).containsExactly(base.toString(), tuned.toString());
        assertThat(modelsInCsv()).hasSize(28);
        Run twice = Run.of("report", first, first, "--out", out.toString());
        assertThat(twice.exitCode()).isEqualTo(2);
        assertThat(twice.err()).contains("one model twice: " + base);
    }

    @Test
    void onlyWhatClashesIsCalledByMore() throws Exception {
        String a = base.toString();
        ModelNames names = ModelNames.of(parsed(
                a, tuned.toString(), "org/x@step1", "org/x@step2", "org/y@main", "maven:g:art:1", "maven:h:art:1"));
        assertThat(names.of(parse(a))).isEqualTo("base/model");
        assertThat(names.of(parse("org/x@step1"))).isEqualTo("org/x@step1");
        assertThat(names.of(parse("org/x@step2"))).isEqualTo("org/x@step2");
        assertThat(names.of(parse("org/y@main"))).isEqualTo("org/y");
        assertThat(names.longer(parse("org/y@main"))).isEmpty();
        assertThat(names.of(parse("maven:g:art:1"))).isEqualTo("g:art:1");
        assertThat(ModelNames.of(parsed(a)).longer(parse(a))).isEmpty();
    }

    private static List<ModelReference> parsed(String... texts) throws Exception {
        List<ModelReference> references = new ArrayList<>();
        for (String text : texts) {
            references.add(parse(text));
        }
        return references;
    }

    private static ModelReference parse(String text) throws Exception {
        return ModelReference.parse(text);
    }

    /** run1/checkpoint-100 and run2/checkpoint-100 share a name, but not a directory of results. */
    @Test
    void resultsOfAnotherModelOfTheSameNameAreNotTaken() throws Exception {
        Run.of("analyze", base.toString(), "--out", out.toString());
        String location = base.toAbsolutePath().normalize().toString();
        assertThat(SavedResults.isOfAnother(out, location)).isFalse();
        assertThat(SavedResults.isOfAnother(out, tuned.toString())).isTrue();
        assertThat(SavedResults.isOfAnother(directory.resolve("nothing"), location))
                .isFalse();
    }

    @Test
    void aFileInsideAModelIsNamedByOptionOrPath() {
        Run option = Run.of("analyze", base.toString(), "--file", "model.safetensors", "--out", out.toString());
        assertThat(option.exitCode()).as(option.err()).isZero();
        Run missing = Run.of("analyze", base.toString(), "--file", "model-q8_0.gguf", "--out", out.toString());
        assertThat(missing.exitCode()).isEqualTo(3);
        assertThat(missing.err()).contains("no such file: model-q8_0.gguf");
    }

    @Test
    void twoRevisionsAreWrongUsage() {
        Run run = Run.of("analyze", "org/x@a", "--revision", "b", "--offline", "--out", out.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("two revisions: org/x@a and --revision b");
    }

    @Test
    void whatMayNotBeReadHasItsExitCode() {
        var err = new java.io.ByteArrayOutputStream();
        int code = Failures.report(new java.io.PrintStream(err, true), new AccessDeniedException("/models/x"), false);
        assertThat(code).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("lowrank: cannot read: /models/x: permission denied");
    }

    @Test
    void everyCommandTellsItsVersion() {
        assertThat(Run.of("analyze", "--version").out()).startsWith("lowrank ");
        assertThat(Run.of("experiment", "sweep", "--version").out()).startsWith("lowrank ");
    }
}
