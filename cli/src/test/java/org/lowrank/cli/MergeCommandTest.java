package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lowrank merge} and {@code lowrank compare} of several models, through the command. */
class MergeCommandTest {
    @TempDir
    Path directory;

    /** The same base four times, every weight of the others moved on its own. */
    @BeforeEach
    void makeModels() throws Exception {
        int seed = 0;
        for (String name : List.of("base", "a", "b", "c")) {
            Map<String, float[][]> tensors = TinyCheckpoint.bert();
            Random random = new Random(seed++);
            for (float[][] matrix : tensors.values()) {
                for (float[] row : matrix) {
                    for (int j = 0; j < row.length && !name.equals("base"); j++) {
                        row[j] += (float) (0.1 * random.nextGaussian());
                    }
                }
            }
            TinyCheckpoint.write(directory.resolve(name), tensors);
        }
    }

    @Test
    void aRecipeIsPredictedMergedAndVerified() throws Exception {
        Path recipe = Files.writeString(
                directory.resolve("recipe.yml"),
                "merge_method: ties\nbase_model: " + model("base") + "\nmodels:\n  - model: " + model("a")
                        + "\n    parameters: {density: 0.5}\n  - model: " + model("b") + "\n");
        Run run = Run.of("merge", recipe.toString(), "--out", model("merged"), "--predict", "--verify");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("TIES: ", "medians over 12 matrices", "retained of " + model("a"))
                .endsWith(model("merged") + System.lineSeparator());
        assertThat(directory.resolve("merged/model.safetensors")).exists();
        // the result is a model like any other
        assertThat(Run.of("analyze", model("merged"), "--out", model("results")).exitCode())
                .isZero();
    }

    @Test
    void severalModelsAreComparedPairByPair() {
        Run run = Run.of("compare", model("base"), model("a"), model("b"), model("c"), "--out", model("compared"));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("Task vectors of " + model("base") + ", pair by pair")
                .doesNotContain("written")
                .contains(
                        model("a") + " and " + model("b"),
                        model("a") + " and " + model("c"),
                        model("b") + " and " + model("c"));
        assertThat(directory.resolve("compared/prediction.csv")).exists();
        assertThat(directory.resolve("compared/report.html"))
                .content()
                .contains("Comparison", "tensors of 3 models compared with their base")
                .doesNotContain("dry run", "to be merged", "Bytes written");
        assertThat(directory.resolve("compared/result.json")).exists();
        assertThat(directory.resolve("compared/model.safetensors")).doesNotExist();
    }

    @Test
    void severalModelsAreComparedInChosenMatricesAndFormats() throws Exception {
        Run run = Run.of(
                "compare",
                model("base"),
                model("a"),
                model("b"),
                "--layers",
                "1",
                "--matrices",
                "Q,M1",
                "--format",
                "csv,svg",
                "--out",
                model("compared"));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readString(directory.resolve("compared/prediction.csv"))
                        .lines())
                .hasSize(3); // the header, Q and M1 of layer 1
        assertThat(directory.resolve("compared/report.html")).doesNotExist();
        assertThat(directory.resolve("compared/figures/pair-0.svg")).exists();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--exact",
                "--certify",
                "--spectrum",
                "--matrices all",
                "--tolerance 1e-6",
                "--device cpu",
                "--file model.safetensors"
            })
    void severalModelsRefuseWhatIsOfTwo(String option) {
        String[] words = option.split(" ");
        List<String> line =
                new ArrayList<>(List.of("compare", model("base"), model("a"), model("b"), "--out", model("compared")));
        line.addAll(List.of(words));
        Run run = Run.of(line.toArray(String[]::new));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains((option.endsWith("all") ? option : words[0])
                        + ": of two models, and 3 are given; leave it out or compare two");
        assertThat(directory.resolve("compared")).doesNotExist();
    }

    @Test
    void severalModelsAreComparedAsJson() {
        Run run = Run.of("compare", model("base"), model("a"), model("b"), "--json", "--out", model("compared"));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("{").contains("\"kind\" : \"merge\"").doesNotContain("medians");
    }

    @Test
    void aModelLikeItsBaseIsSaidToHaveNoChange() throws Exception {
        Path same = directory.resolve("a-copy-of-the-base-with-a-name-longer-than-the-column-of-names");
        Files.createDirectories(same);
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(directory.resolve("base").resolve(file), same.resolve(file));
        }
        Run run = Run.of(
                "merge",
                "--method",
                "task_arithmetic",
                "--base",
                model("base"),
                model("a"),
                same.toString(),
                "--predict",
                "--verify",
                "--out",
                model("merged"));
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains(model("a") + " and " + same + ": nothing to compare: " + same + " has no change")
                .containsPattern("\\d kB read, [\\d.]+ kB written in ")
                .doesNotContain("NaN", "GB");
        List<String> columns =
                run.outLines().stream().filter(line -> line.startsWith("  ")).toList();
        assertThat(columns).hasSize(3).allSatisfy(line -> assertThat(line).hasSameSizeAs(columns.get(0)));
        assertThat(columns.get(2)).endsWith("-column-of-names  no change");
    }

    @Test
    void aMergeIsRenderedAgainFromItsJson() throws Exception {
        Run merged = Run.of(
                "merge",
                "--method",
                "task_arithmetic",
                "--base",
                model("base"),
                model("a"),
                model("b"),
                "--predict",
                "--verify",
                "--out",
                model("merged"));
        assertThat(merged.exitCode()).as(merged.err()).isZero();
        Path page = directory.resolve("merged/report.html");
        String before = Files.readString(page);
        Files.delete(page);
        Run again = Run.of("report", directory.resolve("merged/merge.json").toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(Files.readString(page)).isEqualTo(before);
    }

    @Test
    void oneTextAloneIsWrongUsage() {
        assertThat(Run.of("merge", "--method", "linear", model("a"), model("b"), "--text-a", "one text")
                        .err())
                .contains("--text-a and --text-b: one of two; give a text of each task");
    }

    @Test
    void wrongUsageAndWrongModelsHaveTheirExitCodes() throws Exception {
        assertThat(Run.of("merge", model("a"), model("b")).exitCode()).isEqualTo(2);
        assertThat(Run.of("merge", "--method", "ties", model("a"), model("b")).err())
                .contains("base model is missing");
        assertThat(Run.of(
                                "merge",
                                "--method",
                                "linear",
                                model("a"),
                                model("b"),
                                "--file",
                                "x.gguf",
                                "--out",
                                model("x"))
                        .err())
                .contains(
                        "--file: x.gguf: a merge has several models; leave it out and write MODEL/x.gguf for the model it is of");
        assertThat(Run.of("merge", "--method", "linear", model("a"), model("nowhere"), "--out", model("x"))
                        .exitCode())
                .isEqualTo(3);
        Path notText = Files.write(directory.resolve("r.yml"), new byte[] {'a', ':', (byte) 0xff});
        Run binary = Run.of("merge", notText.toString());
        assertThat(binary.exitCode()).isEqualTo(2);
        assertThat(binary.err()).contains("bad recipe: " + notText + ": it is not UTF-8 text; save it as that");
        Path full = Files.writeString(directory.resolve("in the way"), "x");
        assertThat(Run.of("merge", "--method", "linear", model("a"), model("b"), "--out", full.toString())
                        .exitCode())
                .isEqualTo(5);
    }

    private String model(String name) {
        return directory.resolve(name).toString();
    }
}
