package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyCommandTest {
    @TempDir
    Path folder;

    private Path list() throws IOException {
        TinyCheckpoint.write(folder.resolve("first"), TinyCheckpoint.bert());
        TinyCheckpoint.write(folder.resolve("second"), TinyCheckpoint.bert());
        return Files.writeString(
                folder.resolve("models.txt"),
                "# two models, one of them twice\n" + folder.resolve("first") + "\n" + folder.resolve("second") + "\n"
                        + folder.resolve("first") + "\n");
    }

    private Run survey(String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "survey";
        System.arraycopy(more, 0, arguments, 1, more.length);
        arguments[more.length + 1] = "--out";
        arguments[more.length + 2] = folder.resolve("out").toString();
        return Run.of(arguments);
    }

    @Test
    void modelsBecomeOneTableAndOneReport() throws IOException {
        Run run = survey(list().toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        // two layers of Q, K, V, QKV, O, M1, M2 each
        assertThat(run.out()).contains("2 models measured, 28 matrices").endsWith("report.html\n");
        assertThat(Files.readAllLines(folder.resolve("out/survey.csv"))).hasSize(1 + 28);
        assertThat(Files.readAllLines(folder.resolve("out/models.csv"))).hasSize(1 + 2);
        assertThat(folder.resolve("out/survey.parquet/model=first/rows.parquet"))
                .isRegularFile();
    }

    @Test
    void aSavedSurveyIsRenderedAgain() throws IOException {
        survey(list().toString());
        Path page = folder.resolve("out/report.html");
        String before = Files.readString(page);
        Files.delete(page);

        assertThat(Run.of("report", folder.resolve("out/result.json").toString())
                        .exitCode())
                .isZero();
        assertThat(Files.readString(page)).isEqualTo(before);
    }

    @Test
    void whatFailsIsNamedAndDecidesTheExitCode() throws IOException {
        Path list = list();
        Files.writeString(list, Files.readString(list) + folder.resolve("none") + "\n");

        Run run = survey(list.toString());

        assertThat(run.exitCode()).isEqualTo(Failures.NOT_FOUND);
        assertThat(run.err()).contains("1 of 3 models failed: " + folder.resolve("none"));
        assertThat(Files.readString(folder.resolve("out/models.csv"))).contains(",failed,\"model not found");
        Run again = survey(list.toString());
        assertThat(again.err()).contains("match 2 of 3 models and are used");
    }

    @Test
    void aDamagedFileIsToldWithItsModel() throws IOException {
        Path models = folder.resolve("damaged");
        TinyCheckpoint.write(models.resolve("good"), TinyCheckpoint.bert());
        TinyCheckpoint.write(models.resolve("bad"), TinyCheckpoint.bert());
        Path weights = models.resolve("bad/model.safetensors");
        byte[] all = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(all, all.length - 9));

        Run run = survey(models.toString());

        assertThat(run.exitCode()).isEqualTo(Failures.MALFORMED);
        assertThat(run.err()).contains("lowrank: " + models.resolve("bad") + ": truncated file: model.safetensors: ");
    }

    @Test
    void aModelIsHeldAgainstASurvey() throws IOException {
        Path models = folder.resolve("models");
        for (int i = 0; i < 3; i++) {
            TinyCheckpoint.write(models.resolve("m" + i), TinyCheckpoint.bert());
        }
        assertThat(survey(models.toString()).exitCode()).isZero();
        Path own = TinyCheckpoint.write(folder.resolve("own"), TinyCheckpoint.bert());

        Path out = folder.resolve("against");
        Run run = Run.of(
                "analyze",
                own.toString(),
                "--out",
                out.toString(),
                "--against",
                folder.resolve("out/survey.parquet").toString());

        assertThat(run.err()).isEmpty();
        // the same weights: none lies above, and so it is higher than none in 0 %
        assertThat(Files.readString(out.resolve("result.json")))
                .contains("\"against-stable-rank\"")
                .contains("of the 3 models of survey.parquet")
                .contains("\"M1_lower_than\" : 0.0");
        // what was found against a survey is not reused without it
        Run.of("analyze", own.toString(), "--out", out.toString());
        assertThat(Files.readString(out.resolve("result.json"))).doesNotContain("against-stable-rank");
        assertThat(Run.of(
                                "analyze",
                                own.toString(),
                                "--against",
                                folder.resolve("nowhere").toString())
                        .exitCode())
                .isEqualTo(Failures.USAGE);
    }

    @Test
    void wrongUsageSaysWhatIsRight() throws IOException {
        assertThat(survey().err()).contains("no models: give a LIST, or --author, --search or --filter");
        assertThat(survey(list().toString(), "--author", "org").err()).contains("two lists");
        assertThat(survey(list().toString(), "--revision", "v1").err()).contains("write org/name@revision");
        assertThat(survey(list().toString(), "--memory", "much").err()).contains("--memory: much: not a size");
        Run none = survey(folder.resolve("no-list").toString());
        assertThat(none.exitCode()).isEqualTo(Failures.NOT_FOUND);
        assertThat(none.err()).contains("no such list");
    }
}
