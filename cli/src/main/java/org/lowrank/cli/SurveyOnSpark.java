package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.reports.ResultJson;
import org.lowrank.survey.population.SurveyResult;
import org.lowrank.weights.reference.ModelReference;

/**
 * {@code lowrank survey --master}: the same command, measured by a program of its own.
 *
 * @param command what was asked
 * @param master which Spark
 */
record SurveyOnSpark(SurveyCommand command, String master) {
    /** Runs it; the application's exit code is ours. */
    int run(Set<ResultFormat> formats) throws Exception {
        String out = command.output.out;
        boolean elsewhere = out != null && ModelReference.REMOTE.matcher(out).matches();
        ModelRun.selection(command.measure);
        command.measure.options();
        SparkSubmission found = SparkSubmission.of(master, command.settings, System.getenv());
        Path here = elsewhere
                ? Files.createTempDirectory("lowrank-spark")
                : OutputDirectory.open(command.output
                                .directory(List.of(command.name()))
                                .toAbsolutePath()
                                .normalize())
                        .path();
        Path saved = here.resolve("result.json");
        long before = changed(saved);
        boolean shown = !elsewhere && formats.contains(ResultFormat.JSON);
        Path list = Files.createTempFile("lowrank-models", ".txt");
        try (TerminalProgress progress = new TerminalProgress(command.console.drawsProgress())) {
            Files.write(list, command.references(command.sourceOptions(progress)));
            List<String> words = new ArrayList<>(List.of(
                    list.toString(),
                    "--out",
                    elsewhere ? out : here.toUri().toString(),
                    "--format",
                    command.output.format));
            words.addAll(measured());
            int code = found.with(words)
                    .run(
                            Optional.ofNullable(command.source.token),
                            here.resolve("spark.log"),
                            System.err,
                            command.console.debug,
                            shown || command.console.quiet);
            if (shown && changed(saved) != before) {
                show(saved, here, formats);
            }
            return code;
        } finally {
            Files.delete(list);
        }
    }

    /** As on one machine. */
    private void show(Path saved, Path here, Set<ResultFormat> formats) throws IOException {
        SurveyResult result =
                ResultJson.as(ResultJson.read(saved), SurveyResult.class, SurveyResult.SCHEMA_VERSION, saved);
        if (command.end.printsSummary(command.console)) {
            System.out.print(SurveySummary.of(result));
        }
        List<Path> written = new ArrayList<>();
        for (String name : List.of("survey.parquet", "survey.csv", "models.csv", "result.json", "report.html")) {
            String format = name.substring(name.indexOf('.') + 1).toUpperCase(java.util.Locale.ROOT);
            boolean always = name.startsWith("survey.");
            if ((always || formats.contains(ResultFormat.valueOf(format))) && Files.exists(here.resolve(name))) {
                written.add(here.resolve(name));
            }
        }
        command.end.finish(result, written);
    }

    private static long changed(Path file) throws IOException {
        return Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() : -1;
    }

    /** The options of a measurement as they were written, for the application. */
    private List<String> measured() {
        MeasureArguments measure = command.measure;
        List<String> words = new ArrayList<>(List.of("--tolerance", Double.toString(measure.tolerance)));
        if (measure.layers != null) {
            words.addAll(List.of("--layers", measure.layers));
        }
        if (measure.matrices != null) {
            words.addAll(List.of("--matrices", measure.matrices));
        }
        measure.include.forEach(glob -> words.addAll(List.of("--include", glob)));
        measure.exclude.forEach(glob -> words.addAll(List.of("--exclude", glob)));
        Map<String, Boolean> flags = new LinkedHashMap<>();
        flags.put("--certify", measure.certify);
        flags.put("--exact", measure.exact);
        flags.put("--spectrum", measure.spectrum);
        flags.put("--force", command.force);
        flags.forEach((name, given) -> words.addAll(given ? List.of(name) : List.of()));
        return words;
    }
}
