package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;

/** Spark in one process, {@code local[2]}. */
@Tag("spark")
class LocalSparkTest {
    @TempDir
    Path folder;

    @Test
    void filesAreThoseOfOneMachine() throws Exception {
        try (FakeHub hub = new FakeHub();
                SparkProcesses spark = new SparkProcesses(folder, Map.of("HF_HOME", folder.toString()))) {
            MadeModels.put(hub.repo("org/small"), 2, 16, 1);
            MadeModels.put(hub.repo("org/larger"), 5, 64, 2);
            MadeModels.put(hub.repo("org/refused"), 2, 16, 3).refused();
            List<String> models = List.of("org/larger", "org/refused", "org/small");
            SurveyBytes.onOneMachine(hub, folder, "", models, folder.resolve("one"));
            Path list = Files.write(folder.resolve("models.txt"), models);

            // 1 MB of weights in units of 100 kB: the larger model is divided
            SparkProcesses.Program run = spark.submit(
                    "local[2]",
                    List.of(),
                    Map.of("HF_ENDPOINT", hub.endpoint()),
                    list.toString(),
                    "--out",
                    folder.resolve("spark").toString(),
                    "--unit-bytes",
                    "100000");

            assertThat(run.exitCode()).as(run.said()).isEqualTo(ExitCode.NOT_FOUND);
            assertThat(run.said())
                    .contains("lowrank: model disabled: org/refused")
                    .contains("1 of 3 models failed");
            assertThat(Files.readString(run.out())).contains("2 models measured, 0 of them before; 1 failed");
            assertThat(SurveyBytes.of(folder.resolve("spark"))).isEqualTo(SurveyBytes.of(folder.resolve("one")));
            assertThat(folder.resolve("spark/report.html")).isNotEmptyFile();
            assertThat(folder.resolve("spark/units")).doesNotExist();
            assertThat(folder.resolve("spark/.passing")).doesNotExist();
        }
    }
}
