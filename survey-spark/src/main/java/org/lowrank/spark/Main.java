package org.lowrank.spark;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkUserAppException;
import org.apache.spark.api.java.JavaSparkContext;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.ResultFormat;
import org.lowrank.survey.population.ModelList;
import org.lowrank.survey.population.ModelSurvey;
import org.lowrank.survey.population.SurveyFiles;
import org.lowrank.survey.population.SurveyLock;
import org.lowrank.survey.population.SurveyOptions;
import org.lowrank.survey.population.SurveyResult;
import org.lowrank.survey.population.SurveyedModel;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.hub.HubFiles;

/**
 * The application:
 *
 * <pre>{@code
 * spark-submit --class org.lowrank.spark.Main lowrank-survey-spark.jar models.txt --out s3a://bucket/survey
 * }</pre>
 */
public final class Main {
    private Main() {}

    /**
     * Runs a survey on the Spark that submitted it.
     *
     * @throws SparkUserAppException with the exit code of {@code lowrank}, where it is not 0
     */
    public static void main(String[] words) throws SparkUserAppException, InterruptedException {
        int code;
        try {
            SurveyJob job = SurveyJob.parse(words, System.getenv());
            SparkConf settings = new SparkConf()
                    .setIfMissing("spark.app.name", "lowrank survey")
                    .set("spark.serializer", "org.apache.spark.serializer.JavaSerializer");
            ExecutorJvm.ask(settings);
            HubFiles.token(job.source(Optional.empty())).ifPresent(token -> HubToken.put(settings, token));
            try (JavaSparkContext spark = new JavaSparkContext(settings)) {
                code = run(spark, job);
            }
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            System.err.println("lowrank: " + line(e));
            code = ExitCode.of(e);
        }
        if (code != 0) {
            throw new SparkUserAppException(code, null);
        }
    }

    private static int run(JavaSparkContext spark, SurveyJob job)
            throws IOException, ModelNotFoundException, InterruptedException {
        SurveyOptions options = job.survey(Optional.empty());
        List<String> references = references(job.list());
        HubWindow.note(references, spark.getConf().contains(HubToken.KEY))
                .ifPresent(note -> System.err.println("lowrank: " + note));
        HadoopSurveyFiles files = HadoopSurveyFiles.prepare(job.out());
        try (MeasuringRun run = new MeasuringRun(options.measure());
                AutoCloseable lock = files.local().isPresent()
                        ? SurveyLock.of(OutputDirectory.open(files.local().get()))
                        : () -> {}) {
            SparkSurvey.Outcome outcome = new SparkSurvey(spark, job).run(ModelList.targets(references));
            SurveyResult result = new ModelSurvey(options, run, files).finish(outcome.models());
            write(result, files, formats(job));
            files.finish();
            print(System.out, System.err, outcome, files);
            return outcome.exitCode();
        } catch (IOException | ModelNotFoundException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** A list here, or in a file system of the cluster. */
    private static List<String> references(String list) throws IOException, ModelNotFoundException {
        if (!list.matches("[a-z][a-z0-9.-]+:/.*")) {
            return ModelList.read(Path.of(list));
        }
        Path copy = Files.createTempFile("lowrank-models", ".txt");
        try {
            org.apache.hadoop.fs.Path place = new org.apache.hadoop.fs.Path(list);
            try (var in = HadoopPlaces.of(place).open(place)) {
                Files.write(copy, in.readAllBytes());
            }
            return ModelList.read(copy);
        } finally {
            Files.delete(copy);
        }
    }

    private static Set<ResultFormat> formats(SurveyJob job) {
        Set<ResultFormat> formats = EnumSet.noneOf(ResultFormat.class);
        for (String name : job.formats().orElse("html,csv,json").split(",")) {
            formats.add(ResultFormat.valueOf(name.strip().toUpperCase(Locale.ROOT)));
        }
        return formats;
    }

    /** The page and what belongs to it: made here, then brought to the others. */
    private static void write(SurveyResult result, SurveyFiles files, Set<ResultFormat> formats) throws IOException {
        Path here = Files.createTempDirectory("lowrank-survey");
        List<Path> written = result.files().write(OutputDirectory.open(here), formats);
        for (Path file : written) {
            files.write(here.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
        }
        try (Stream<Path> all = Files.walk(here)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void print(PrintStream out, PrintStream err, SparkSurvey.Outcome outcome, SurveyFiles files) {
        List<SurveyedModel> failed = outcome.models().stream()
                .filter(model -> model.status() == SurveyedModel.Status.FAILED)
                .toList();
        failed.stream().limit(20).forEach(model -> err.println("lowrank: " + named(model)));
        if (!failed.isEmpty()) {
            err.println("lowrank: " + failed.size() + " of " + outcome.models().size()
                    + " models failed; the reasons are in models.csv");
        }
        out.printf(
                Locale.ROOT,
                "%d models measured, %d of them before; %d failed; %s%n",
                outcome.models().size() - failed.size(),
                outcome.reused(),
                failed.size(),
                files.place());
    }

    private static String named(SurveyedModel model) {
        boolean told = model.reason().contains(model.reference());
        return (told ? "" : ForeignText.name(model.reference()) + ": ") + ForeignText.line(model.reason());
    }

    /** What went wrong in one line: of a task's failure, what the task threw. */
    private static String line(Throwable failure) {
        Throwable meaning = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            meaning = cause;
            if (cause instanceof ReportWriteException) {
                break; // says what could not be written, and why
            }
        }
        String text = String.valueOf(meaning.getMessage());
        return ForeignText.line(text.lines().findFirst().orElse(text));
    }
}
