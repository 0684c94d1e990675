package org.lowrank.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.survey.population.ModelList;
import org.lowrank.survey.population.Survey;
import org.lowrank.survey.population.SurveyOptions;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;

/** A survey on one machine, and the bytes of any survey's tables. */
final class SurveyBytes {
    private SurveyBytes() {}

    /** Surveys in this process. */
    static Survey.Outcome onOneMachine(FakeHub hub, Path home, String token, List<String> models, Path out)
            throws Exception {
        SourceOptions source = SourceOptions.defaults()
                .withEnvironment(Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HOME", home.toString()))
                .withDownloadMode(SourceOptions.DownloadMode.STREAM);
        if (!token.isEmpty()) {
            source = source.withToken(token);
        }
        OutputDirectory directory = OutputDirectory.open(out);
        Survey.Outcome outcome = Survey.run(
                ModelList.targets(models),
                SurveyOptions.of(MeasureOptions.defaults().withThreads(2).withSource(source)),
                directory,
                Survey.Progress.NONE);
        directory.write("models.csv", outcome.result().modelsCsv());
        return outcome;
    }

    /** Files whose bytes follow from the list and the weights alone: all tables. By their names. */
    static Map<String, String> of(Path out) throws IOException {
        Map<String, String> bytes = new TreeMap<>();
        List<Path> files = new ArrayList<>(List.of(out.resolve("survey.csv"), out.resolve("models.csv")));
        try (Stream<Path> all = Files.walk(out.resolve("survey.parquet"))) {
            all.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            boolean isText = file.toString().endsWith(".csv"); // of the others a failure shall not print more than that
            bytes.put(
                    out.relativize(file).toString(),
                    isText
                            ? new String(content, StandardCharsets.UTF_8)
                            : content.length + " " + Arrays.hashCode(content));
        }
        return bytes;
    }
}
