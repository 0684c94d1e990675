package org.lowrank.survey.population;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.hub.MadeModels;

/** What a survey costs, for the formula of docs/scale.md: requests exactly, processor time about. Run by hand. */
@Tag("manual")
class ScaleMeasurement {
    @TempDir
    Path folder;

    @Test
    void costs() throws Exception {
        costs("warm-up", 4, 2, 32, 1 << 20);
        costs("60 of 2 layers", 60, 2, 32, 1 << 20);
        costs("20 of 6 layers", 20, 6, 32, 1 << 20);
        costs("1 of 50 MB, one unit", 1, 4, 512, 1 << 30);
        costs("1 of 50 MB, units of 8 MiB", 1, 4, 512, 8 << 20);
    }

    private void costs(String name, int models, int layers, long width, long unit) throws Exception {
        try (FakeHub hub = new FakeHub()) {
            List<SurveyTarget> targets = new ArrayList<>();
            for (int i = 0; i < models; i++) {
                MadeModels.put(hub.repo("org/m" + i), layers, width, i);
                targets.add(new SurveyTarget("org/m" + i));
            }
            SourceOptions source = SourceOptions.defaults()
                    .withEnvironment(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", folder.toString()))
                    .withDownloadMode(SourceOptions.DownloadMode.STREAM);
            SurveyOptions options = SurveyOptions.of(
                            MeasureOptions.defaults().withThreads(2).withSource(source))
                    .withUnitBytes(unit);
            for (String round : List.of("measured", "again")) {
                int[] before = asked(hub);
                long cpu = cpu();
                long start = System.nanoTime();
                Survey.Outcome outcome = Survey.run(targets, options, folder.resolve(name));
                int[] after = asked(hub);
                double bytes = 12.0 * layers * width * width * 4 * models;
                System.out.printf(
                        Locale.ROOT,
                        "%s, %s: %d models, %.1f MB; revision %d, tree %d, resolve %d, file server %d; %.2f s, processor %.2f s%n",
                        name,
                        round,
                        outcome.result().measured().size(),
                        bytes / 1e6,
                        after[0] - before[0],
                        after[1] - before[1],
                        after[2] - before[2],
                        after[3] - before[3],
                        (System.nanoTime() - start) / 1e9,
                        (cpu() - cpu) / 1e9);
            }
        }
    }

    private static int[] asked(FakeHub hub) {
        return new int[] {hub.asked("/revision/"), hub.asked("/tree/"), hub.asked("/resolve/"), hub.asked("/signed/")};
    }

    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
