package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;

/** A driver that is killed, and the next; Spark in one process, {@code local[2]}. */
@Tag("spark")
class ResumeTest {
    @TempDir
    Path folder;

    @Test
    void aKilledDriverGoesOnAndGivesTheSameBytes() throws Exception {
        try (FakeHub hub = new FakeHub();
                SparkProcesses spark = new SparkProcesses(folder, Map.of("HF_HOME", folder.toString()))) {
            List<String> models = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                MadeModels.put(hub.repo("org/tiny-" + i), 2, 16, 10L * i);
                models.add("org/tiny-" + i);
            }
            MadeModels.put(hub.repo("org/large"), 6, 256, 3);
            models.add(2, "org/large");
            SurveyBytes.onOneMachine(hub, folder, "", models, folder.resolve("one"));
            long whole = hub.bytesSent();
            Path out = folder.resolve("spark");
            String[] words = {
                Files.write(folder.resolve("models.txt"), models).toString(),
                "--out",
                out.toString(),
                "--unit-bytes",
                "1000000"
            };
            Map<String, String> hubIs = Map.of("HF_ENDPOINT", hub.endpoint());
            hub.throttle(4_000_000); // 19 MB of the large model: some seconds

            SparkProcesses.Program killed = spark.submit("local[2]", List.of(), hubIs, words);
            ClusterTest.await(() -> ClusterTest.files(out.resolve("units")) >= 4);
            killed.kill();
            assertThat(out.resolve("survey.csv")).as("killed in the middle").doesNotExist();
            hub.throttle(1L << 30);
            long before = hub.bytesSent();
            SparkProcesses.Program again = spark.submit("local[2]", List.of(), hubIs, words);

            assertThat(again.exitCode()).as(again.said()).isZero();
            assertThat(Files.readString(again.out())).contains("5 models measured, 4 of them before; 0 failed");
            assertThat(SurveyBytes.of(out)).isEqualTo(SurveyBytes.of(folder.resolve("one")));
            assertThat(out.resolve("report.html")).isNotEmptyFile();
            assertThat(out.resolve("units")).doesNotExist();
            assertThat(out.resolve(".passing")).doesNotExist();
            // at least three units of a megabyte were not read again
            assertThat(hub.bytesSent() - before).isLessThan(whole - 3_000_000);
        }
    }
}
