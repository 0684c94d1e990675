package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.activation.ModelRunResult;
import org.lowrank.analyzer.activation.ModelRunner;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.RunResult;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.text.TextSequences;
import org.lowrank.inference.text.TextTokenizer;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank run}: the model on texts, layer by layer. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Run a model on texts, layer by layer in the memory of two: loss, and statistics of every matrix's input.",
        footer = {
            "",
            "A TEXT is a file, - for standard input, or the text itself.",
            "",
            "Example: lowrank run google-bert/bert-base-uncased \"The cat sat on the mat.\""
        })
final class RunCommand extends ModelRun implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
    String model = "";

    @Parameters(index = "1..*", paramLabel = "TEXT", arity = "0..*", description = "What it reads.")
    List<String> texts = new ArrayList<>();

    @Option(
            names = "--ids",
            paramLabel = "FILE.json",
            description = "Token ids instead of texts, used as they are: [[1, 5, …], […]].")
    @Nullable
    Path ids;

    @Mixin
    RunArguments run = new RunArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Override
    public Integer call() throws Exception {
        Set<ResultFormat> formats = output.formats();
        if (texts.isEmpty() == (ids == null)) {
            throw new UsageException("nothing to read: give texts, or --ids FILE.json, one of the two");
        }
        List<String> contents = new ArrayList<>();
        for (String text : texts) {
            contents.add(TextArgument.read(text));
        }
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                ModelAnalysis opened =
                        open(reference(model), sourceOptions(progress), LayerSelection.ALL, ModelNames.of(List.of()));
                LayerwiseModel runs = run.open(opened)) {
            progress.close();
            List<String> notes = new ArrayList<>();
            List<int[]> sequences =
                    ids == null ? tokenised(opened, runs, contents, notes) : RunArguments.ids(ids, runs);
            RunArguments.requireMemory(runs, sequences);
            String name = opened.provenance().model();
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(name + "-run")));
            long start = System.nanoTime();
            ModelRunResult result = ModelRunner.run(
                    runs, name, sequences, (done, total) -> progress.count("tokens x layers", done, total));
            opened.took("run", (System.nanoTime() - start) / 1e9);
            progress.close();
            if (result.losses() == null) {
                notes.add("no loss: the model has no causal language head");
            }
            print(opened, result, notes, directory, formats, progress);
        }
        return 0;
    }

    private void print(
            ModelAnalysis opened,
            ModelRunResult result,
            List<String> notes,
            OutputDirectory directory,
            Set<ResultFormat> formats,
            TerminalProgress progress)
            throws Exception {
        String name = opened.provenance().model();
        List<AnalysisResult.Warning> warnings = new ArrayList<>(opened.warnings(List.of()));
        notes.forEach(note -> warnings.add(new AnalysisResult.Warning(name, note)));
        warn(opened, warnings, progress);
        RunResult saved = RunResult.of(
                tool("DJL PyTorch", run.threads), commandLine(), started(), opened.model(""), result, warnings);
        if (!console.quiet) {
            System.out.print(RunSummary.of(saved));
        }
        OutputArguments.print(saved.files().write(directory, formats));
    }

    private List<int[]> tokenised(ModelAnalysis opened, LayerwiseModel runs, List<String> contents, List<String> notes)
            throws Exception {
        TextSequences sequences = sequences(opened, runs, run, contents);
        if (sequences.ids().size() > contents.size()) {
            notes.add("long texts were run in " + sequences.ids().size() + " windows of at most " + run.longest(runs)
                    + " tokens");
        }
        return sequences.ids();
    }

    /** Texts as a model reads them. */
    static TextSequences sequences(ModelAnalysis opened, LayerwiseModel runs, RunArguments run, List<String> contents)
            throws IOException, InterruptedException, UsageException, org.lowrank.weights.files.ModelNotFoundException {
        try (TextTokenizer tokenizer = TextTokenizer.open(opened.files())) {
            List<List<TextTokenizer.Token>> whole = tokenizer.tokens(contents, true);
            List<List<TextTokenizer.Token>> plain = tokenizer.tokens(contents, false);
            for (int i = 0; i < whole.size(); i++) {
                if (whole.get(i).size() < 2 || plain.get(i).isEmpty()) {
                    throw new UsageException("text too short: text " + (i + 1) + " of " + whole.size() + " has "
                            + whole.get(i).size() + " tokens; give at least two");
                }
                for (TextTokenizer.Token token : whole.get(i)) {
                    if (token.id() >= runs.vocabulary()) {
                        throw new UsageException(
                                "tokenizer and model do not fit: token " + token.id() + " of a vocabulary of "
                                        + runs.vocabulary() + "; put the model's own tokenizer.json beside it");
                    }
                }
            }
            return TextSequences.of(whole, plain, run.longest(runs));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--window: " + e.getMessage());
        }
    }
}
