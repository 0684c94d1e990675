package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
import org.lowrank.inference.engine.LayerwiseModel.HeadKind;
import org.lowrank.inference.loss.TextLoss;
import org.lowrank.inference.loss.TextLosses;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.weights.reference.ModelNames;
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
                LayerwiseModel runs = opened(opened, progress)) {
            progress.close();
            List<String> notes = new ArrayList<>();
            @Nullable ReadTexts read = ids == null ? ReadTexts.of(opened, runs, run, contents) : null;
            List<int[]> sequences = read == null
                    ? RunArguments.ids(Objects.requireNonNull(ids), runs)
                    : read.sequences().ids();
            if (sequences.size() > contents.size() && read != null) {
                notes.add("long texts were run in " + sequences.size() + " windows of at most " + run.longest(runs)
                        + " tokens");
            }
            RunArguments.requireMemory(runs, sequences);
            String name = opened.provenance().model();
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(name + "-run")));
            long start = System.nanoTime();
            ModelRunResult result = ModelRunner.run(
                    runs, name, sequences, (done, total) -> progress.count("tokens x layers", done, total));
            @Nullable TextLoss masked = maskedLoss(runs, read, notes);
            opened.took("run", (System.nanoTime() - start) / 1e9);
            progress.close();
            print(opened, result, masked, notes, directory, formats, progress);
        }
        return 0;
    }

    private LayerwiseModel opened(ModelAnalysis model, TerminalProgress progress) throws Exception {
        requirePyTorch(progress);
        return run.open(model);
    }

    /** Of a masked head, in a run of its own: the activations are those of the texts as they are. */
    private static @Nullable TextLoss maskedLoss(LayerwiseModel runs, @Nullable ReadTexts read, List<String> notes)
            throws IOException, InterruptedException {
        Optional<HeadKind> head = runs.head();
        if (head.isEmpty()) {
            notes.add("no loss: the model has no language head");
            return null;
        }
        if (head.get() == HeadKind.CAUSAL) {
            return null;
        }
        if (read == null) {
            notes.add("no loss: the head predicts masked tokens, and in ids none is masked; give texts");
            return null;
        }
        if (read.mask().isEmpty()) {
            notes.add("no loss: the tokenizer has no mask token");
            return null;
        }
        return TextLosses.of(runs, read.sequences(), read.mask()).orElse(null);
    }

    private void print(
            ModelAnalysis opened,
            ModelRunResult result,
            @Nullable TextLoss masked,
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
                tool("DJL PyTorch", run.threads), commandLine(), started(), opened.model(""), result, masked, warnings);
        if (!console.quiet) {
            System.out.print(RunSummary.of(saved));
        }
        OutputArguments.print(saved.files().write(directory, formats));
    }
}
