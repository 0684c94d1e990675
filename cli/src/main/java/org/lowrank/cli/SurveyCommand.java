package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.survey.population.ModelList;
import org.lowrank.survey.population.Survey;
import org.lowrank.survey.population.SurveyOptions;
import org.lowrank.survey.population.SurveyResult;
import org.lowrank.survey.population.SurveyTarget;
import org.lowrank.survey.population.SurveyedModel;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.HubListing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank survey}: many models into one table and one report. */
@Command(
        name = "survey",
        mixinStandardHelpOptions = true,
        description =
                "Measure many models into one table (survey.parquet, survey.csv) and one report of the population. A model that "
                        + "fails is a row with its reason; a run that was stopped goes on where it was.",
        footer = {
            "",
            "LIST is a text file of one model a line (# starts a comment), or a folder of models. Without it the Hub's listing is asked:",
            "--author, --search and --filter, which must all fit.",
            "",
            "Examples:",
            "  lowrank survey models.txt --download stream",
            "  lowrank survey --author EleutherAI --filter safetensors --limit 50 --matrices QKV,O,M1,M2",
            "  lowrank survey ./checkpoints --memory 8GB",
            "  lowrank survey models.txt --master spark://host:7077 --out s3a://bucket/survey"
        })
final class SurveyCommand extends ModelRun implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "LIST", description = "A text file of models, or a folder of them.")
    @Nullable
    String list;

    @Option(names = "--author", paramLabel = "ORG", description = "Models of this user or organisation on the Hub.")
    @Nullable
    String author;

    @Option(names = "--search", paramLabel = "TEXT", description = "Models on the Hub whose name has this text.")
    @Nullable
    String search;

    @Option(
            names = "--filter",
            paramLabel = "TAG",
            description =
                    "Models on the Hub that have this tag (safetensors, text-generation…); may be given several times.")
    List<String> filter = new ArrayList<>();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most so many of the Hub's models, the most downloaded.")
    @Nullable
    Integer limit;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory that measuring may take, all models together: 8GB (default: half the machine's).")
    @Nullable
    String memory;

    @Option(
            names = "--models-in-flight",
            paramLabel = "N",
            description =
                    "Models open at a time: while some are measured the next are fetched (default ${DEFAULT-VALUE}).")
    int inFlight = SurveyOptions.USUAL_IN_FLIGHT;

    @Option(
            names = "--master",
            paramLabel = "URL",
            description =
                    "Measure on Apache Spark: spark://host:7077, yarn, k8s://host, local[*]. Needs SPARK_HOME and "
                            + "lowrank-survey-spark.jar; models are streamed, and --out may be a path of Hadoop (s3a://…).")
    @Nullable
    String master;

    @Option(
            names = "--conf",
            paramLabel = "KEY=VALUE",
            description = "A setting of Spark, with --master; may be given several times.")
    List<String> settings = new ArrayList<>();

    @Mixin
    MeasureArguments measure = new MeasureArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Mixin
    EndArguments end = new EndArguments();

    @Option(names = "--force", description = "Measure again although saved results match.")
    boolean force;

    @Override
    public Integer call() throws Exception {
        Set<ResultFormat> formats = output.formats();
        requireUsage();
        if (master != null) {
            return new SurveyOnSpark(this, master).run(formats);
        }
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            MeasureOptions measuring = measureOptions(measure, progress);
            List<SurveyTarget> targets = ModelList.targets(references(measuring.source()));
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(name())));
            Survey.Outcome outcome = Survey.run(targets, options(measuring), directory, new Survey.Progress() {
                @Override
                public void done(int models, int total, SurveyedModel last, boolean reused) {
                    progress.count("models", models, total);
                }
            });
            progress.close();
            write(outcome, directory, formats);
            return failures(outcome);
        }
    }

    private void requireUsage() throws UsageException {
        boolean hub = author != null || search != null || !filter.isEmpty();
        if (list == null && !hub) {
            throw new UsageException("no models: give a LIST, or --author, --search or --filter");
        }
        if (list != null && (hub || limit != null)) {
            throw new UsageException("two lists: " + list + " and the Hub's; give only one");
        }
        if (source.revision != null || source.file != null) {
            throw new UsageException((source.revision != null ? "--revision" : "--file")
                    + ": the models of a list have their own; write org/name@revision or org/name/file in it");
        }
        if (master == null && !settings.isEmpty()) {
            throw new UsageException("--conf: " + settings.get(0) + ": a setting of Spark; give --master too");
        }
        boolean oneMachine = memory != null
                || measure.threads != null
                || source.offline
                || inFlight != SurveyOptions.USUAL_IN_FLIGHT
                || measure.device != MeasureArguments.Device.auto;
        if (master != null && oneMachine) {
            throw new UsageException(
                    "--memory, --threads, --models-in-flight, --device and --offline are for one machine; with --master say for instance"
                            + " --conf spark.executor.cores=4 --conf spark.executor.memoryOverhead=8g");
        }
        if (inFlight < 1 || inFlight > 256) {
            throw new UsageException("--models-in-flight: " + inFlight + ": not between 1 and 256; the default is "
                    + SurveyOptions.USUAL_IN_FLIGHT);
        }
        if (limit != null && limit < 1) {
            throw new UsageException("--limit: " + limit + ": at least 1");
        }
    }

    private SurveyOptions options(MeasureOptions measuring) throws UsageException {
        SurveyOptions options =
                SurveyOptions.of(measuring).withInFlight(inFlight).withAgain(force);
        return memory == null
                ? options
                : options.withMemory(ByteSize.parse("--memory", memory, "half of the machine's memory"));
    }

    List<String> references(SourceOptions options) throws IOException, ModelNotFoundException, UsageException {
        if (list != null) {
            try {
                return ModelList.read(Path.of(list));
            } catch (InvalidPathException e) {
                throw new UsageException("LIST: " + list + ": not a path on this system");
            }
        }
        int most = limit == null ? Integer.MAX_VALUE : limit;
        List<String> found = HubListing.models(
                new HubListing.Query(Optional.ofNullable(author), Optional.ofNullable(search), filter, most), options);
        if (found.isEmpty()) {
            throw new ModelNotFoundException(
                    "no models: the Hub has none of " + asked() + "; check the spelling, or ask for less");
        }
        return found.stream().sorted().toList(); // downloads change from day to day; an order that does not
    }

    private String asked() {
        List<String> asked = new ArrayList<>();
        if (author != null) {
            asked.add("--author " + author);
        }
        if (search != null) {
            asked.add("--search " + search);
        }
        filter.forEach(tag -> asked.add("--filter " + tag));
        return String.join(" ", asked);
    }

    /** Of the default directory: after the list, or what the Hub was asked. */
    String name() {
        if (list != null) {
            Path file = Path.of(list).toAbsolutePath().normalize().getFileName();
            return "survey-" + (file == null ? "models" : file.toString().replaceFirst("\\.[^.]{1,5}$", ""));
        }
        return "survey-" + asked().replaceAll("--\\w+ ", "").replace(' ', '-');
    }

    private void write(Survey.Outcome outcome, OutputDirectory directory, Set<ResultFormat> formats) throws Exception {
        SurveyResult result = outcome.result();
        if (outcome.reused() > 0) {
            console.warn("saved results in " + directory.path() + " match " + outcome.reused() + " of "
                    + result.models().size() + " models and are used; --force measures again");
        }
        if (end.printsSummary(console)) {
            System.out.print(SurveySummary.of(result));
        }
        List<Path> written = new ArrayList<>();
        if (!result.measured().isEmpty()) {
            written.add(directory.path().resolve("survey.parquet"));
        }
        written.add(directory.path().resolve("survey.csv"));
        written.addAll(result.files().write(directory, formats));
        end.finish(result, written);
    }

    /** Says why models failed, and names them; the exit code of the first. */
    private int failures(Survey.Outcome outcome) {
        int code = 0;
        for (Survey.Failure failure : outcome.failures()) {
            boolean named = String.valueOf(failure.cause().getMessage()).contains(failure.reference());
            System.err.print("lowrank: " + (named ? "" : ForeignText.name(failure.reference()) + ": "));
            int of = Failures.reportRest(System.err, failure.cause(), console.debug);
            code = code == 0 ? of : code;
        }
        if (!outcome.failures().isEmpty()) {
            System.err.println("lowrank: " + outcome.failures().size() + " of "
                    + outcome.result().models().size() + " models failed: "
                    + outcome.failures().stream()
                            .limit(20)
                            .map(failure -> ForeignText.name(failure.reference()))
                            .collect(Collectors.joining(", "))
                    + (outcome.failures().size() > 20 ? ", …" : "") + "; the reasons are in models.csv");
        }
        return code;
    }
}
