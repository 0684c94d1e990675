package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.activation.ActivationOverlap;
import org.lowrank.analyzer.activation.ActivationOverlapMeasurer;
import org.lowrank.analyzer.activation.InterferenceMeasurer;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.OverlapResult;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.analyzer.overlap.TextOverlapMeasurer;
import org.lowrank.inference.description.TransformerCatalog;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank overlap}: how orthogonal two tasks' inputs are to a model. */
@Command(
        name = "overlap",
        mixinStandardHelpOptions = true,
        description =
                "How orthogonal the inputs of two tasks are to a model: of the token embeddings, and of the input of every "
                        + "matrix when the model reads both texts. With two models tuned from it: how what one learnt acts on "
                        + "the other's inputs.",
        footer = {
            "",
            "A TEXT is a file, - for standard input, or the text itself.",
            "",
            "Examples: lowrank overlap google-bert/bert-base-uncased law.txt cooking.txt",
            "          lowrank overlap org/base law.txt code.txt --tuned-a org/law --tuned-b org/code-lora"
        })
final class OverlapCommand extends ModelRun implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "The model whose tokenizer and embedding are used.")
    String model = "";

    @Parameters(index = "1", paramLabel = "TEXT_A", description = "Inputs of the first task.")
    String textA = "";

    @Parameters(index = "2", paramLabel = "TEXT_B", description = "Inputs of the second task.")
    String textB = "";

    @Option(
            names = "--lambda",
            split = ",",
            paramLabel = "LIST",
            description = "Weight decays for Corollary 1's bound (default 1e-3,1e-2,1e-1,1).")
    List<Double> lambdas = TextOverlapMeasurer.DEFAULT_LAMBDAS;

    @Option(
            names = "--learning-rate",
            paramLabel = "ETA",
            description = "Learning rate η of the bound (default ${DEFAULT-VALUE}).")
    double learningRate = TextOverlapMeasurer.DEFAULT_LEARNING_RATE;

    @Option(
            names = "--directions",
            paramLabel = "K",
            description = "Leading directions of A whose share of B's energy is given (default ${DEFAULT-VALUE}).")
    int directions = ActivationOverlapMeasurer.DEFAULT_DIRECTIONS;

    @Option(names = "--embedding-only", description = "Only the token embeddings; the model is not run.")
    boolean embeddingOnly;

    @Option(
            names = "--with-special",
            description = "Count the tokens that the model wants around a text too, which both texts share.")
    boolean withSpecial;

    @Option(
            names = "--tuned-a",
            paramLabel = "MODEL",
            description = "What was tuned from MODEL on TEXT_A's task; an adapter too.")
    @Nullable
    String tunedA;

    @Option(
            names = "--tuned-b",
            paramLabel = "MODEL",
            description = "What was tuned from MODEL on TEXT_B's task; an adapter too.")
    @Nullable
    String tunedB;

    @Option(
            names = "--control",
            paramLabel = "TEXT",
            description = "Another text of TEXT_A's subject to compare A with, in place of its own two halves.")
    @Nullable
    String control;

    @Option(
            names = "--no-null-model",
            description =
                    "Do not run the texts through the same model with random weights, which is what numbers stand beside.")
    boolean noNullModel;

    @Mixin
    RunArguments run = new RunArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    /** What the runs at every depth gave. */
    private record Depths(List<ActivationOverlap> rows, OverlapResult.@Nullable Tuned tuned) {}

    @Override
    public Integer call() throws Exception {
        Set<ResultFormat> formats = output.formats();
        requireOptions();
        TextOverlapMeasurer measurer = measurer();
        List<String> contents = new ArrayList<>(List.of(TextArgument.read(textA), TextArgument.read(textB)));
        if (control != null) {
            contents.add(TextArgument.read(control));
        }
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                ModelAnalysis opened =
                        open(reference(model), sourceOptions(progress), LayerSelection.ALL, ModelNames.of(List.of()))) {
            progress.close();
            String name = opened.provenance().model();
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(name + "-overlap")));
            TextOverlap overlap = measure(measurer, opened, name, contents.get(0), contents.get(1));
            List<AnalysisResult.Warning> warnings = new ArrayList<>(opened.warnings(List.of()));
            Depths depths = embeddingOnly
                    ? new Depths(List.of(), null)
                    : atEveryDepth(opened, overlap, contents, warnings, progress);
            progress.close();
            warn(opened, warnings, progress);
            OverlapResult result = OverlapResult.of(
                    tool("DJL PyTorch and tokenizers", run.threads),
                    commandLine(),
                    started(),
                    opened.model(""),
                    overlap,
                    depths.rows(),
                    depths.tuned(),
                    warnings);
            if (!console.quiet) {
                System.out.print(TerminalSummary.of(result, Terminal.stdout()));
            }
            OutputArguments.print(result.files().write(directory, formats));
        }
        return 0;
    }

    private void requireOptions() throws UsageException {
        if ((tunedA == null) != (tunedB == null)) {
            throw new UsageException("--tuned-a, --tuned-b: both are needed; give what was tuned on each text's task");
        }
        if (embeddingOnly && tunedA != null) {
            throw new UsageException(
                    "--embedding-only: tuned models are compared on the inputs of every layer; leave it out");
        }
        if (directions < 1) {
            throw new UsageException("--directions: " + directions + ": at least one is needed");
        }
    }

    /** The texts through the model; nothing, and a warning, where its architecture is not described. */
    private Depths atEveryDepth(
            ModelAnalysis opened,
            TextOverlap overlap,
            List<String> contents,
            List<AnalysisResult.Warning> warnings,
            TerminalProgress progress)
            throws Exception {
        String name = opened.provenance().model();
        if (TransformerCatalog.describes(run.configuration(opened))) {
            requirePyTorch(progress);
        }
        Optional<String> why = WhyNotRun.of(opened, run, overlap);
        if (why.isPresent() && tunedA != null) {
            throw new MalformedWeightsException("cannot run this model: " + name + ": " + why.get()
                    + "; tuned models are compared on what goes through it");
        }
        if (why.isPresent()) {
            warnings.add(new AnalysisResult.Warning(name, "only the embedding was measured: " + why.get()));
            return new Depths(List.of(), null);
        }
        long start = System.nanoTime();
        Progress counting = (done, total) -> progress.count("tokens x layers", done, total);
        try (LayerwiseModel runs = run.open(opened)) {
            ReadTexts read = ReadTexts.of(opened, runs, run, contents);
            List<int[]> ids = read.sequences().ids();
            RunArguments.requireMemory(runs, ids, tunedA == null ? 0 : 3);
            ActivationOverlapMeasurer.Texts texts = new ActivationOverlapMeasurer.Texts(
                    name,
                    ids,
                    new ActivationOverlapMeasurer.TokenRows(
                            read.rows(0, withSpecial), read.rows(1, withSpecial), read.rows(2, withSpecial)),
                    directions);
            Depths depths = tunedA == null || tunedB == null
                    ? new Depths(ActivationOverlapMeasurer.measure(runs, texts, null, counting), null)
                    : tuned(opened, runs, texts, tunedA, tunedB, progress);
            opened.took("run", (System.nanoTime() - start) / 1e9);
            return noNullModel ? depths : withNullModel(opened, depths, texts, counting);
        } catch (IllegalArgumentException e) {
            throw new UsageException("texts too short: " + e.getMessage() + "; give longer texts, or --embedding-only");
        }
    }

    private Depths withNullModel(
            ModelAnalysis opened, Depths depths, ActivationOverlapMeasurer.Texts texts, Progress progress)
            throws Exception {
        long start = System.nanoTime();
        try (LayerwiseModel nullModel = run.openNullModel(opened)) {
            List<ActivationOverlap> rows =
                    ActivationOverlapMeasurer.withNullModel(depths.rows(), nullModel, texts, progress);
            opened.took("null model", (System.nanoTime() - start) / 1e9);
            return new Depths(rows, depths.tuned());
        }
    }

    /** What two tuned models learnt, on the inputs of the base. */
    private Depths tuned(
            ModelAnalysis opened,
            LayerwiseModel runs,
            ActivationOverlapMeasurer.Texts texts,
            String referenceA,
            String referenceB,
            TerminalProgress progress)
            throws Exception {
        try (ModelAnalysis a = openTuned(referenceA, progress);
                ModelAnalysis b = openTuned(referenceB, progress);
                InterferenceMeasurer interference = new InterferenceMeasurer(
                        runs,
                        opened.checkpoint(),
                        a.checkpoint(),
                        a.provenance().model(),
                        b.checkpoint(),
                        b.provenance().model())) {
            List<ActivationOverlap> rows = ActivationOverlapMeasurer.measure(
                    runs, texts, interference, (done, total) -> progress.count("tokens x layers", done, total));
            if (interference.rows().isEmpty()) {
                throw new UsageException("nothing was tuned: " + referenceA + " and " + referenceB
                        + " have the matrices of the base; give models tuned from it");
            }
            return new Depths(
                    rows,
                    new OverlapResult.Tuned(
                            a.provenance().model(),
                            b.provenance().model(),
                            interference.unchanged(),
                            interference.rows()));
        }
    }

    /** A model, or the base with an adapter on it. */
    private ModelAnalysis openTuned(String text, TerminalProgress progress) throws Exception {
        ModelAnalysis tuned =
                open(ModelReference.parse(text), sourceOptions(progress), LayerSelection.ALL, ModelNames.of(List.of()));
        if (tuned.adapter().isEmpty()) {
            return tuned;
        }
        tuned.close();
        return open(
                ModelReference.parse(model + "+" + text),
                sourceOptions(progress),
                LayerSelection.ALL,
                ModelNames.of(List.of()));
    }

    private TextOverlapMeasurer measurer() throws UsageException {
        try {
            return new TextOverlapMeasurer(lambdas, learningRate, TextOverlapMeasurer.DEFAULT_INITIAL_NORM);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--lambda, --learning-rate: " + e.getMessage());
        }
    }

    private static TextOverlap measure(
            TextOverlapMeasurer measurer, ModelAnalysis opened, String name, String first, String second)
            throws Exception {
        try {
            return measurer.measure(name, opened.files(), opened.checkpoint(), first, second);
        } catch (IllegalArgumentException e) {
            throw new UsageException("no tokens: " + e.getMessage() + "; give a text with words");
        }
    }
}
