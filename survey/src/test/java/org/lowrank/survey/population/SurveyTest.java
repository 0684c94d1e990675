package org.lowrank.survey.population;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.output.AnalysisOutput;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.dataset.DataSet;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;

class SurveyTest {
    private static final MeasureOptions MEASURE = MeasureOptions.defaults().withThreads(2);

    @TempDir
    Path folder;

    private List<SurveyTarget> models(int count) throws IOException {
        List<SurveyTarget> targets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path directory = folder.resolve("models/m" + i);
            if (!Files.exists(directory)) {
                MadeModels.write(directory, 2 + i % 3, 16, 100L * i);
            }
            targets.add(new SurveyTarget(directory.toString()));
        }
        return targets;
    }

    private Survey.Outcome survey(List<SurveyTarget> targets, String out) throws Exception {
        return survey(targets, out, SurveyOptions.of(MEASURE).withUnitBytes(20_000), Survey.Progress.NONE);
    }

    private Survey.Outcome survey(
            List<SurveyTarget> targets, String out, SurveyOptions options, Survey.Progress progress) throws Exception {
        OutputDirectory directory = OutputDirectory.open(folder.resolve(out));
        Survey.Outcome outcome = Survey.run(targets, options, directory, progress);
        directory.write("models.csv", outcome.result().modelsCsv());
        return outcome;
    }

    /** Everything whose bytes follow from list and weights alone: all but results and page, which hold times. */
    private Map<String, String> bytes(String out) throws IOException {
        Map<String, String> bytes = new TreeMap<>();
        Path directory = folder.resolve(out);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (!name.startsWith("models/") && !name.equals(".lowrank-survey")) {
                    bytes.put(name, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return bytes;
    }

    @Test
    void rowsAreThoseOfAnalyze() throws Exception {
        List<SurveyTarget> targets = models(3);

        survey(targets, "out");

        StringBuilder expected = new StringBuilder();
        for (SurveyTarget target : targets) {
            try (Lowrank model = Lowrank.open(target.reference(), MEASURE)) {
                var card = model.layers().card();
                String csv = AnalysisOutput.matrices(model.measure().matrices());
                csv.lines()
                        .skip(1)
                        .forEach(line -> expected.append(line)
                                .append(",bert," + card.layers() + ",16,64," + card.parameters() + "\r\n"));
            }
        }
        String csv = Files.readString(folder.resolve("out/survey.csv"));
        assertThat(csv.substring(csv.indexOf('\n') + 1)).isEqualTo(expected.toString());
        assertThat(csv.lines().findFirst().orElse(""))
                .startsWith("model,revision,stack,layer,matrix,rows,cols,")
                .endsWith(",model_type,layers,model_dimension,feed_forward_dimension,total_parameters");
        List<DataSet.Entry> rows = new ArrayList<>();
        DataSet.read(folder.resolve("out/survey.parquet"), rows::add);
        assertThat(rows).hasSize((int) csv.lines().count() - 1);
    }

    @Test
    void aModelThatFailsIsARowWithItsReason() throws Exception {
        List<SurveyTarget> targets = new ArrayList<>(models(2));
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve("config.json"), "{}");
        targets.add(1, new SurveyTarget(broken.toString()));
        targets.add(new SurveyTarget("no such name!"));

        Survey.Outcome outcome = survey(targets, "out");

        assertThat(outcome.result().models())
                .extracting(model -> model.status().name())
                .containsExactly("MEASURED", "FAILED", "MEASURED", "FAILED");
        assertThat(outcome.failures()).hasSize(2);
        assertThat(outcome.failures().get(1).cause()).isInstanceOf(ModelNotFoundException.class);
        List<String> rows = outcome.result().modelsCsv().lines().toList();
        assertThat(rows).hasSize(5);
        assertThat(rows.get(2)).contains(",failed,").contains("no weights: " + broken);
        assertThat(rows.get(4)).contains(",failed,").contains("model not found: no such name!");
        assertThat(outcome.result().measured()).hasSize(2);
    }

    @Test
    void aSecondRunMeasuresNothingAndGivesTheSameBytes() throws Exception {
        survey(models(4), "out");
        Map<String, String> first = bytes("out");

        Survey.Outcome again = survey(models(4), "out");

        assertThat(again.reused()).isEqualTo(4);
        assertThat(bytes("out")).isEqualTo(first);
        assertThat(first.keySet()).contains("survey.parquet/model=m0/rows.parquet", "survey.csv", "models.csv");
    }

    @Test
    void neitherThreadsNorUnitsNorMemoryChangeAByte() throws Exception {
        survey(models(4), "one", SurveyOptions.of(MEASURE.withThreads(1)).withInFlight(1), Survey.Progress.NONE);
        SurveyOptions many = SurveyOptions.of(MEASURE.withThreads(3))
                .withInFlight(3)
                .withUnitBytes(1)
                .withMemory(1);
        survey(models(4), "many", many, Survey.Progress.NONE);

        assertThat(bytes("many")).isEqualTo(bytes("one"));
    }

    @Test
    void anInterruptedRunGoesOnAndGivesTheSameBytes() throws Exception {
        survey(models(6), "whole");
        Thread runner = Thread.currentThread();
        SurveyOptions slowly = SurveyOptions.of(MEASURE.withThreads(1)).withInFlight(1);

        assertThatThrownBy(() -> survey(models(6), "cut", slowly, new Survey.Progress() {
                    @Override
                    public void done(int models, int total, SurveyedModel last, boolean reused) {
                        if (models == 2) {
                            runner.interrupt();
                        }
                    }
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(folder.resolve("cut/survey.csv")).doesNotExist();
        Survey.Outcome resumed = survey(models(6), "cut");

        assertThat(resumed.reused()).isBetween(2, 5);
        assertThat(bytes("cut")).isEqualTo(bytes("whole"));
    }

    /** What the killed process runs. */
    public static final class Killed {
        private Killed() {}

        public static void main(String[] args) throws Exception {
            List<SurveyTarget> targets = ModelList.read(Path.of(args[0])).stream()
                    .map(SurveyTarget::new)
                    .toList();
            Survey.run(targets, SurveyOptions.of(MEASURE), Path.of(args[1]));
        }
    }

    @Test
    void aKilledRunGoesOnAndGivesTheSameBytes() throws Exception {
        models(24);
        List<SurveyTarget> targets = ModelList.read(folder.resolve("models")).stream()
                .map(SurveyTarget::new)
                .toList();
        survey(targets, "whole");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Killed.class.getName(),
                        folder.resolve("models").toString(),
                        folder.resolve("cut").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path results = folder.resolve("cut/models");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (process.isAlive() && System.nanoTime() < end && count(results) < 3) {
            Thread.sleep(2);
        }
        process.destroyForcibly().waitFor();
        assertThat(folder.resolve("cut/survey.csv")).as("killed in the middle").doesNotExist();
        // as a kill in the middle of a write leaves it
        Path half = folder.resolve("cut/survey.parquet/model=m7/.rows.parquet.00000000-0000-0000-0000-000000000000");
        Files.createDirectories(half.getParent());
        Files.writeString(half, "half");

        Survey.Outcome resumed = survey(targets, "cut");

        assertThat(resumed.reused()).isBetween(1, 23);
        assertThat(bytes("cut")).isEqualTo(bytes("whole"));
    }

    private static long count(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".json")).count();
        }
    }

    @Test
    void whatIsNotOnTheListAnyMoreLeavesTheDataSet() throws Exception {
        survey(models(3), "out");
        List<SurveyTarget> fewer = models(3).subList(0, 2);

        survey(fewer, "out");
        survey(fewer, "fresh");

        assertThat(bytes("out")).isEqualTo(bytes("fresh"));
        assertThat(survey(models(3), "out").reused()).isEqualTo(3);
    }

    @Test
    void aModelWhoseWeightsChangedIsMeasuredAgain() throws Exception {
        survey(models(2), "out");
        MadeModels.write(folder.resolve("models/m1"), 2, 16, 12345);

        Survey.Outcome again = survey(models(2), "out");

        assertThat(again.reused()).isEqualTo(1);
        survey(models(2), "fresh");
        assertThat(bytes("out")).isEqualTo(bytes("fresh"));
    }

    @Test
    void aDirectoryBelongsToOneSurveyAtATime() throws Exception {
        OutputDirectory out = OutputDirectory.open(folder.resolve("out"));
        try (SurveyLock held = SurveyLock.of(out)) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> survey(models(1), "out"))
                    .isInstanceOf(ReportWriteException.class)
                    .hasMessageContaining("another survey is writing there");
        }
        assertThat(survey(models(1), "out").result().measured()).hasSize(1);
    }

    @Test
    void modelsAreStreamedFromTheHubWhileItLimitsAndRefuses() throws Exception {
        try (FakeHub hub = new FakeHub()) {
            List<SurveyTarget> targets = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                MadeModels.put(hub.repo("org/m" + i), 2, 16, 7L * i);
                targets.add(new SurveyTarget("org/m" + i));
            }
            MadeModels.put(hub.repo("org/refused"), 2, 16, 3).refused();
            targets.add(new SurveyTarget("org/refused"));
            targets.add(new SurveyTarget("org/none"));
            hub.limit("/api/models/org/m1", 1, 1);
            hub.limit("/resolve/", 2, 1);
            SourceOptions source = SourceOptions.defaults()
                    .withEnvironment(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", folder.toString()))
                    .withDownloadMode(SourceOptions.DownloadMode.STREAM);
            SurveyOptions options = SurveyOptions.of(MEASURE.withSource(source));

            Survey.Outcome outcome = survey(targets, "out", options, Survey.Progress.NONE);

            assertThat(outcome.result().measured()).hasSize(5);
            assertThat(outcome.failures())
                    .extracting(Survey.Failure::reference)
                    .containsExactly("org/refused", "org/none");
            assertThat(outcome.result().modelsCsv())
                    .contains("model disabled: org/refused")
                    .contains("model not found: org/none");
            // streamed weights are known by their commit: nothing is measured again
            int before = hub.asked("/resolve/");
            Survey.Outcome again = survey(targets, "out", options, Survey.Progress.NONE);
            assertThat(again.reused()).isEqualTo(5);
            // of each, config.json and the header of its weights; no weights
            assertThat(hub.asked("/resolve/") - before).isLessThanOrEqualTo(10);
        }
    }
}
