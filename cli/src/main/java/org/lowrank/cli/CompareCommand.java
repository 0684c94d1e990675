package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.ModelComparer;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.reference.ModelReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank compare}: two models side by side, and their difference. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description =
                "Compare two models matrix by matrix: ratios of norms, the task vector W_B − W_A, and how far the "
                        + "leading row and column spaces overlap.",
        footer = {"", "Example: lowrank compare org/base org/fine-tuned"})
final class CompareCommand extends ModelRun implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL_A", description = "The model compared with, for instance the base.")
    String modelA = "";

    @Parameters(
            index = "1",
            paramLabel = "MODEL_B",
            description = "The model compared, for instance the fine-tuned one.")
    String modelB = "";

    @Mixin
    MeasureArguments measure = new MeasureArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Option(
            names = "--directions",
            paramLabel = "K",
            description = "Leading directions whose spaces are compared (default ${DEFAULT-VALUE}).")
    int directions = ModelComparer.DEFAULT_DIRECTIONS;

    @Override
    public Integer call() throws Exception {
        if (directions < 1 || directions > 256) {
            throw new UsageException("--directions: " + directions + ": not between 1 and 256; the default is "
                    + ModelComparer.DEFAULT_DIRECTIONS);
        }
        selection(measure); // refuses wrong --layers and --matrices before anything is fetched
        SpectralOptions options = measure.options();
        Set<ResultFormat> formats = output.formats();
        int threads = measure.threads();
        ModelReference first = reference(modelA);
        ModelReference second = reference(modelB);
        List<ModelReference> both = List.of(first, second);
        if (ModelNames.distinct(both).size() < 2) {
            throw new UsageException("one model twice: " + modelA + "; name two");
        }
        ModelNames names = ModelNames.of(both);
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress());
                MeasuringRun run = run(measure, progress);
                ModelAnalysis a = open(run, first, names);
                ModelAnalysis b = open(run, second, names)) {
            OutputDirectory directory =
                    OutputDirectory.open(output.directory(List.of(names.of(first) + "-vs-" + names.of(second))));
            long start = System.nanoTime();
            Comparison comparison = new ModelComparer(run.engine(), options, directions, threads)
                    .compare(side(a), side(b), counting(progress, "compare"));
            double seconds = (System.nanoTime() - start) / 1e9;
            a.took("compare", seconds);
            b.took("compare", seconds);
            progress.close();
            console.warn(String.format(java.util.Locale.ROOT, "compared in %.2f s", seconds));
            List<AnalysisResult.Skipped> skipped = new ArrayList<>(a.skipped());
            skipped.addAll(b.skipped());
            List<AnalysisResult.Warning> warnings = new ArrayList<>(a.warnings(comparison.matricesA()));
            warn(a, warnings, progress);
            List<AnalysisResult.Warning> ofB = b.warnings(comparison.matricesB());
            warn(b, ofB, progress);
            warnings.addAll(ofB);
            ComparisonResult result = ComparisonResult.of(
                    run.tool(),
                    commandLine(),
                    run.started(),
                    run.settings(),
                    directions,
                    a.model(""),
                    b.model(""),
                    comparison,
                    skipped,
                    warnings);
            write(result, directory, formats);
        }
        return 0;
    }

    private static ModelComparer.Side side(ModelAnalysis model) {
        ModelFiles.Provenance provenance = model.provenance();
        return new ModelComparer.Side(
                provenance.model(), provenance.revision(), model.layers().matrices());
    }

    private void write(ComparisonResult result, OutputDirectory directory, Set<ResultFormat> formats)
            throws java.io.IOException {
        if (!console.quiet) {
            System.out.print(TerminalSummary.of(result));
        }
        OutputArguments.print(result.files().write(directory, formats));
    }
}
