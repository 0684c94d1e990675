package org.lowrank.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.Precision;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.output.ExperimentResult;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the experiments have in common: options, checkpoints, files. */
abstract class ExperimentRun implements Callable<Integer> {
    /** Arithmetic of the descent. */
    enum DType {
        float32,
        float64
    }

    @Option(
            names = "--preset",
            paramLabel = "paper|quick",
            description = "paper: the paper's full protocol (default). quick: the same figure in about a minute.")
    Preset preset = Preset.PAPER;

    @Option(names = "--samples", paramLabel = "N", description = "Samples n of a task.")
    @Nullable
    Integer samples;

    @Option(names = "--dimension", paramLabel = "D", description = "Input dimension d.")
    @Nullable
    Integer dimension;

    @Option(names = "--hidden", split = ",", paramLabel = "LIST", description = "Widths of the hidden layers.")
    @Nullable
    List<Integer> hidden;

    @Option(names = "--init", paramLabel = "uniform|he|lecun", description = "Distribution of the initial weights.")
    @Nullable
    Initialisation initialisation;

    @Option(names = "--draws", paramLabel = "N", description = "Independent draws.")
    @Nullable
    Integer draws;

    @Option(names = "--records", paramLabel = "N", description = "How many steps are recorded, log-spaced.")
    @Nullable
    Integer records;

    @Option(names = "--dtype", paramLabel = "float32|float64", description = "Arithmetic of the descent.")
    @Nullable
    DType dtype;

    @Option(names = "--seed", paramLabel = "SEED", description = "Seed of all draws.")
    @Nullable
    Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "Draws side by side (default: all processors).")
    @Nullable
    Integer threads;

    @Option(
            names = "--restart",
            description = "Start over instead of resuming an interrupted run with the same settings.")
    boolean restart;

    @Mixin
    OutputArguments output = new OutputArguments();

    @Mixin
    ConsoleOptions console = new ConsoleOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    /** Name of the results' directory. */
    abstract String name();

    /** The preset with the options given. */
    abstract ExperimentSettings settings();

    abstract List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception;

    @Override
    public final Integer call() throws Exception {
        Instant start = Instant.now();
        Set<ResultFormat> formats = output.formats();
        ExperimentSettings settings;
        try {
            settings = settings();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        int side = MeasureArguments.threads(threads);
        OutputDirectory directory = OutputDirectory.open(output.directory(List.of(name())));
        try (CheckpointDirectory checkpoints = CheckpointDirectory.open(directory, restart)) {
            ExperimentResult result = result(start, settings, side, checkpoints);
            if (!console.quiet) {
                result.findings().forEach(ExperimentRun::print);
                System.out.println();
            }
            OutputArguments.print(result.files().write(directory, formats));
            checkpoints.delete();
        }
        return 0;
    }

    private ExperimentResult result(
            Instant start, ExperimentSettings settings, int side, CheckpointDirectory checkpoints) throws Exception {
        List<Curve> curves;
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            if (checkpoints.isUsed()) {
                console.warn("resuming from " + checkpoints.path() + "; --restart starts over");
            }
            RunOptions options = new RunOptions(side, checkpoints.path(), (done, total) -> {
                progress.count(name(), done, total);
                checkpoints.note();
            });
            curves = run(settings, options);
        }
        return ExperimentResult.of(
                settings,
                new ExperimentResult.Environment(
                        VersionProvider.version(),
                        System.getProperty("java.version"),
                        VersionProvider.os(),
                        side,
                        Redaction.of(Objects.requireNonNull(spec)),
                        start.truncatedTo(ChronoUnit.SECONDS).toString(),
                        checkpoints.worked().toMillis() / 1e3),
                curves);
    }

    private static void print(Finding finding) {
        String verdict = finding.verdict() == Verdict.INFORMATION
                ? ""
                : finding.verdict().name().toLowerCase(Locale.ROOT) + ": ";
        System.out.println("  " + verdict + finding.statement() + " (" + finding.number() + "): " + finding.detail());
    }

    static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    final Precision precision(Precision otherwise) {
        return dtype == null ? otherwise : dtype == DType.float64 ? Precision.FLOAT64 : Precision.FLOAT32;
    }
}
