package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;

/** {@code lowrank survey --master} on models in a Hadoop file system. */
@Tag("spark")
class CommandTest {
    @TempDir
    Path folder;

    @Test
    void rowsOfModelsInAHadoopFileSystemAreThoseOfOneMachine() throws Exception {
        List<String> here = new ArrayList<>();
        List<String> there = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Path model = MadeModels.write(folder.resolve("models/m" + i), 2 + 3 * i, 48, 20L * i);
            here.add(model.toString());
            there.add(model.toUri().toString()); // file:///…/
        }
        there.set(1, here.get(1).replaceFirst("^/", "file:/") + "/model.safetensors"); // a file, not its folder
        here.set(1, here.get(1) + "/model.safetensors");
        there.add("file:///nowhere/at/all");
        try (FakeHub hub = new FakeHub()) {
            SurveyBytes.onOneMachine(hub, folder, "", here, folder.resolve("one"));
        }
        Path out = folder.resolve("spark");

        Path said = folder.resolve("said");
        Path log = folder.resolve("log");
        ProcessBuilder lowrank = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "org.lowrank.cli.Main",
                "survey",
                Files.write(folder.resolve("models.txt"), there).toString(),
                "--master",
                "local[2]",
                "--matrices",
                "Q,K,V,QKV,O,M1,M2",
                "--out",
                out.toString());
        lowrank.environment()
                .putAll(Map.of(
                        "SPARK_HOME", SparkProcesses.HOME.toString(),
                        "SPARK_LOCAL_IP", "127.0.0.1",
                        "LOWRANK_SPARK_JAR", SparkProcesses.JAR.toString()));
        Process process = lowrank.redirectOutput(said.toFile())
                .redirectError(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(900, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(ExitCode.NOT_FOUND);
        // 2, 5 and 8 layers of 7 matrices
        assertThat(Files.readString(said))
                .contains("3 models measured, 1 failed, 105 matrices")
                .endsWith("report.html\n");
        assertThat(Files.readAllLines(log))
                .allMatch(line -> line.startsWith("lowrank: ") || line.startsWith("WARNING: "));
        assertThat(Files.readString(log)).contains("lowrank: model not found: file:///nowhere/at/all: there is none;");
        assertThat(Files.readString(out.resolve("survey.csv")))
                .isEqualTo(Files.readString(folder.resolve("one/survey.csv")));
        assertThat(Files.readString(out.resolve("models.csv")))
                .contains("Hadoop file system")
                .contains(",failed,");
    }
}
