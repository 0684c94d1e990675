package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.ResultFormat;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.survey.population.Against;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank analyze}: measures every layer matrix of models. */
@Command(
        name = "analyze",
        mixinStandardHelpOptions = true,
        description =
                "Measure every layer matrix of one or more models: stable rank and Frobenius norm of Q, K, V, QKV, O, "
                        + "M1, M2 per layer.",
        footer = {
            "",
            "MODEL is a path (directory or weight file), maven:group:artifact:version, or a name on the Hugging Face Hub",
            "(org/name, optionally @revision).",
            "",
            "Examples:",
            "  lowrank analyze google-bert/bert-base-uncased",
            "  lowrank analyze ./my-model --spectrum --format html,svg",
            "  lowrank analyze EleutherAI/gpt-j-6b --download stream --layers 0-3"
        })
final class AnalyzeCommand extends ModelRun implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", arity = "1..*", description = "Models to measure.")
    List<String> models = new ArrayList<>();

    @Mixin
    MeasureArguments measure = new MeasureArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Mixin
    EndArguments end = new EndArguments();

    @Option(names = "--force", description = "Measure again although saved results match.")
    boolean force;

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "A survey's data set (survey.parquet): say where each model stands among those in it.")
    @Nullable
    Path against;

    @Option(
            names = "--heads",
            description =
                    "The query-key form W_Qᵀ W_K and the output-value form W_O W_V of every attention head too, as rows "
                            + "QK:H<i> and OV:H<i>.")
    void measureHeads(boolean wanted) {
        measure.heads = wanted;
    }

    @Option(
            names = "--dry-run",
            description = "Read headers only: print the architecture and how many bytes would be read.")
    boolean dryRun;

    private final List<ModelOutcome> outcomes = new ArrayList<>();
    private final List<String> failed = new ArrayList<>();
    private List<ModelReference> references = List.of();
    private ModelNames names = ModelNames.of(List.of());
    private int exitCode;
    private @Nullable OutputDirectory directory;

    @Override
    public Integer call() throws Exception {
        LayerSelection selection = selection(measure);
        measure.options();
        Set<ResultFormat> formats = output.formats();
        measure.threads();
        references = ModelNames.distinct(references());
        names = ModelNames.of(references);
        Optional<Against> others = against == null ? Optional.empty() : Optional.of(Against.read(against));
        if (dryRun) {
            return plan(selection);
        }
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                MeasuringRun run = run(measure, progress)) {
            for (ModelReference model : references) {
                try {
                    outcomes.add(measure(model, run, progress));
                } catch (ReportWriteException | InterruptedException e) {
                    throw e;
                } catch (IOException | ModelNotFoundException | RuntimeException | Error e) {
                    if (models.size() == 1) {
                        throw e;
                    }
                    progress.close();
                    note(model.text(), e);
                }
            }
            progress.close();
            if (!outcomes.isEmpty()) {
                AnalysisResult result = run.result(outcomes);
                write(formats, others.map(population -> population.with(result)).orElse(result));
            }
        }
        return failures();
    }

    /** What the arguments name; one that is no name at all fails alone where there are several. */
    private List<ModelReference> references() throws ModelNotFoundException {
        List<ModelReference> parsed = new ArrayList<>();
        for (String model : models) {
            try {
                parsed.add(reference(model));
            } catch (ModelNotFoundException e) {
                if (models.size() == 1) {
                    throw e;
                }
                note(model, e);
            }
        }
        return parsed;
    }

    /** Names the models that failed; the exit code of the first. */
    private int failures() {
        if (!failed.isEmpty()) {
            System.err.println("lowrank: " + failed.size() + " of " + models.size() + " models failed: "
                    + String.join(", ", failed) + "; see the messages above");
        }
        return exitCode;
    }

    private void note(String model, Throwable failure) {
        int code = Failures.report(System.err, failure, console.debug);
        failed.add(model);
        exitCode = exitCode == 0 ? code : exitCode;
    }

    private ModelOutcome measure(ModelReference reference, MeasuringRun run, TerminalProgress progress)
            throws IOException, ModelNotFoundException, InterruptedException, UsageException {
        try (ModelAnalysis model = open(run, reference, names)) {
            String name = model.provenance().model();
            OutputDirectory out = directory;
            if (out == null) {
                out = OutputDirectory.open(directory(name, model.provenance().location()));
                directory = out;
            }
            ModelOutcome outcome = run.measure(model, saved(out), counting(progress, name));
            if (outcome.reused()) {
                console.warn(
                        "saved results in " + out.path() + " match " + name + " and are used; --force measures again");
            }
            warn(model, outcome.warnings(), progress);
            return outcome;
        }
    }

    /** The directory asked for; by default one named after the models, longer where another model's results lie there. */
    private Path directory(String name, String location) throws UsageException {
        if (references.size() > 1) {
            return output.directory(references.stream().map(names::of).toList());
        }
        Path named = output.directory(List.of(name));
        if (output.isGiven() || !SavedResults.isOfAnother(named, location)) {
            return named;
        }
        Path parent = Path.of(location).toAbsolutePath().getParent();
        String longer = parent == null || parent.getFileName() == null ? name : parent.getFileName() + "/" + name;
        Path free = output.directory(List.of(longer));
        for (int number = 2; SavedResults.isOfAnother(free, location); number++) {
            free = output.directory(List.of(longer + "-" + number));
        }
        console.warn(named + " holds the results of another model called " + name + "; these go to " + free);
        return free;
    }

    /** The result an earlier run left in the directory, if it can be read. */
    private Optional<AnalysisResult> saved(OutputDirectory out) {
        Path file = out.path().resolve("result.json");
        if (force || !Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var tree = ResultJson.read(file);
            return tree.path("kind").asText().equals(AnalysisResult.KIND)
                    ? Optional.of(Against.without(
                            ResultJson.as(tree, AnalysisResult.class, AnalysisResult.SCHEMA_VERSION, file)))
                    : Optional.empty();
        } catch (UnreadableResultException unreadable) {
            return Optional.empty(); // it is measured again and overwritten
        }
    }

    private void write(Set<ResultFormat> formats, AnalysisResult result) throws ReportWriteException {
        if (end.printsSummary(console)) {
            System.out.print(TerminalSummary.of(result, Terminal.stdout()));
        }
        end.finish(result, result.files().write(java.util.Objects.requireNonNull(directory), formats));
    }

    /** Headers only, by range where the model is on the Hub, so that nothing large is fetched or kept. */
    private int plan(LayerSelection selection) throws IOException, ModelNotFoundException, UsageException {
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            SourceOptions options = sourceOptions(progress);
            for (ModelReference reference : references) {
                try (ModelAnalysis model = open(
                        reference, options.withDownloadMode(SourceOptions.DownloadMode.STREAM), selection, names)) {
                    progress.close();
                    var provenance = model.provenance();
                    System.out.println(TerminalSummary.card(
                            provenance.model(),
                            provenance.revision(),
                            model.layers().card(),
                            provenance.source()));
                    System.out.printf(
                            Locale.ROOT,
                            "  %d matrices from %s: %,d bytes of weights to read, files of %,d bytes; %d tensors not measured%n",
                            model.layers().matrices().size(),
                            model.checkpoint().format(),
                            model.bytesToRead(),
                            model.bytesOfFiles(),
                            model.layers().skipped().size());
                } catch (IOException | ModelNotFoundException | RuntimeException | Error e) {
                    if (models.size() == 1) {
                        throw e;
                    }
                    note(reference.text(), e);
                }
            }
        }
        return failures();
    }
}
