package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.comparison.ModelComparer;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.merge.MergeMeasures;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.weights.reference.ModelNames;
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

    @Parameters(
            index = "2..*",
            arity = "0..*",
            paramLabel = "MODEL...",
            description =
                    "More models: then all are compared with each other as task vectors of the first, pair by pair, "
                            + "as merge --dry-run does.")
    List<String> more = List.of();

    @Mixin
    MeasureArguments measure = new MeasureArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Mixin
    EndArguments end = new EndArguments();

    @Mixin
    TaskTexts texts = new TaskTexts();

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
        Set<ResultFormat> formats = output.formats();
        if (!more.isEmpty()) {
            refuseOfTwo();
            return several(measure.threads(), formats);
        }
        if (texts.given()) {
            throw new UsageException(
                    "--text-a, --text-b: of what two models learnt; give a base and two models tuned from it");
        }
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
            ComparisonResult result = run.compare(a, b, directions, counting(progress, "compare"));
            progress.close();
            double seconds = result.modelA().secondsPerPhase().getOrDefault("compare", Double.NaN);
            console.warn(String.format(java.util.Locale.ROOT, "compared in %.2f s", seconds));
            for (ModelAnalysis model : List.of(a, b)) {
                String name = model.provenance().model();
                warn(
                        model,
                        result.warnings().stream()
                                .filter(warning -> warning.model().equals(name))
                                .toList(),
                        progress);
            }
            write(result, directory, formats);
        }
        return 0;
    }

    /** Options of two models' measurement that a comparison of more would pass over. */
    private void refuseOfTwo() throws UsageException {
        String given = measure.ofOneMeasurement();
        if (given.isEmpty() && source.file != null) {
            given = "--file";
        }
        if (!given.isEmpty()) {
            throw new UsageException(
                    given + ": of two models, and " + (more.size() + 2) + " are given; leave it out or compare two");
        }
    }

    /** Task vectors of several models, each number beside what unrelated ones show. */
    private int several(int threads, Set<ResultFormat> formats) throws Exception {
        List<String> models = new ArrayList<>(List.of(modelB));
        models.addAll(more);
        List<String> names = new ArrayList<>(List.of(modelA));
        names.addAll(models);
        MergeMeasures measures = MergeMeasures.of(true, false)
                .withDirections(directions)
                .withSelection(selection(measure))
                .withTexts(texts.read());
        MergeResult.Run run = new MergeResult.Run(VersionProvider.version(), commandLine(), started(), Map.of());
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            if (texts.given()) {
                requirePyTorch(progress);
            }
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(String.join("-vs-", names))));
            MergeResult result = new TaskVectorComparison(modelA, models)
                    .run(sourceOptions(progress), measures, threads, run, progress);
            progress.close();
            result.warnings().forEach(warning -> console.warn("warning: " + warning));
            if (end.printsSummary(console)) {
                System.out.print(MergeSummary.of(result));
            }
            end.finish(result, result.files().write(directory, formats));
        }
        return 0;
    }

    private void write(ComparisonResult result, OutputDirectory directory, Set<ResultFormat> formats)
            throws java.io.IOException {
        if (end.printsSummary(console)) {
            System.out.print(TerminalSummary.of(result, Terminal.stdout()));
        }
        end.finish(result, result.files().write(directory, formats));
    }
}
