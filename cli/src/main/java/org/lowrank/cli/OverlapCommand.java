package org.lowrank.cli;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.OverlapResult;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.analyzer.overlap.TextOverlapMeasurer;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank overlap}: how orthogonal two tasks' inputs are to a model. */
@Command(
        name = "overlap",
        mixinStandardHelpOptions = true,
        description =
                "How orthogonal the inputs of two tasks are to a model: inner products of the token embeddings of two "
                        + "texts, and what Corollary 1 then allows.",
        footer = {
            "",
            "A TEXT is a file, - for standard input, or the text itself.",
            "",
            "Example: lowrank overlap google-bert/bert-base-uncased law.txt cooking.txt"
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

    @Mixin
    OutputArguments output = new OutputArguments();

    @Override
    public Integer call() throws Exception {
        Set<ResultFormat> formats = output.formats();
        TextOverlapMeasurer measurer = measurer();
        String first = TextArgument.read(textA);
        String second = TextArgument.read(textB);
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                ModelAnalysis opened =
                        open(reference(model), sourceOptions(progress), LayerSelection.ALL, ModelNames.of(List.of()))) {
            progress.close();
            String name = opened.provenance().model();
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(name + "-overlap")));
            TextOverlap overlap = measure(measurer, opened, name, first, second);
            List<AnalysisResult.Warning> warnings = opened.warnings(List.of());
            warn(opened, warnings, progress);
            OverlapResult result = OverlapResult.of(
                    tool("DJL tokenizers", 1), commandLine(), started(), opened.model(""), overlap, warnings);
            if (!console.quiet) {
                System.out.print(TerminalSummary.of(result, Terminal.stdout()));
            }
            OutputArguments.print(result.files().write(directory, formats));
        }
        return 0;
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
