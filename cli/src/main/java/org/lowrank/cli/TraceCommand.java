package org.lowrank.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;
import org.lowrank.survey.trace.RevisionChoice;
import org.lowrank.survey.trace.TraceListener;
import org.lowrank.survey.trace.TraceResult;
import org.lowrank.survey.trace.TraceRun;
import org.lowrank.survey.trace.TraceSettings;
import org.lowrank.survey.trace.TracedRevision;
import org.lowrank.survey.trace.TrainingRun;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank trace}: the checkpoints of one training over its steps. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description =
                "Measure every checkpoint of a training: stable ranks and norms over its steps, and how far the weights move.",
        footer = {
            "",
            "MODEL is a repository on the Hugging Face Hub whose branches or tags are checkpoints (--revisions), or the output",
            "directory of a trainer with its folders checkpoint-*. The step is the number in the name, or trainer_state.json's.",
            "Unless --download cache is given, wanted tensors are streamed, the next checkpoint's while one is measured; they",
            "pass through unnamed files in the cache directory that are gone with the process. What is measured is kept in",
            "DIR/steps: a trace that was stopped goes on, and a new checkpoint is added to an old one.",
            "",
            "Examples:",
            "  lowrank trace EleutherAI/pythia-160m --revisions 'step*' --log-spaced 20",
            "  lowrank trace ./output"
        })
final class TraceCommand extends ModelRun implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "A repository on the Hub, or a trainer's directory.")
    String model = "";

    @Option(
            names = "--revisions",
            paramLabel = "LIST",
            split = ",",
            description =
                    "Branches, tags or folders: names and patterns, * for any characters and ? for one; NAME=STEP tells the "
                            + "step of a name without one.")
    List<String> revisions = new ArrayList<>();

    @Option(
            names = "--every",
            paramLabel = "N",
            defaultValue = "1",
            description = "Only every N-th of them in the order of steps, and the last (default ${DEFAULT-VALUE}).")
    int every = 1;

    @Option(
            names = "--log-spaced",
            paramLabel = "N",
            defaultValue = "0",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Only N of them, as evenly as there are over the logarithm of the step.")
    int logSpaced;

    @Option(
            names = "--distances",
            paramLabel = "all|steps|none",
            defaultValue = "all",
            description =
                    "How far weights move: from each checkpoint to the one before and to the last (all, which reads all again "
                            + "when a new last one comes), to the one before (steps), or not at all (default ${DEFAULT-VALUE}).")
    Distances distances = Distances.all;

    @Option(names = "--force", description = "Measure again what was measured before.")
    boolean force;

    @Mixin
    MeasureArguments measure = new MeasureArguments();

    @Mixin
    OutputArguments output = new OutputArguments();

    @Mixin
    EndArguments end = new EndArguments();

    /** As the option's values are written. */
    enum Distances {
        all,
        steps,
        none
    }

    @Override
    public Integer call() throws Exception {
        if (source.revision != null) {
            throw new UsageException("--revision: a trace is of several; choose them with --revisions");
        }
        selection(measure); // refuses wrong --layers and --matrices before anything is fetched
        Set<ResultFormat> formats = output.formats();
        RevisionChoice choice = choice();
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            MeasureOptions options = options(progress);
            TrainingRun run = run(choice, options.source());
            run.notes().forEach(console::warn);
            OutputDirectory directory = OutputDirectory.open(output.directory(List.of(run.model() + "-trace")));
            Listener listener = new Listener(progress);
            Optional<TraceResult> result = traced(run, options, directory, listener);
            progress.close();
            if (result.isPresent()) {
                if (end.printsSummary(console)) {
                    System.out.print(TraceSummary.of(result.get(), Terminal.stdout()));
                }
                end.finish(result.get(), result.get().files().write(directory, formats));
            }
            return listener.finish(run.revisions().size());
        }
    }

    private RevisionChoice choice() throws UsageException {
        try {
            return new RevisionChoice(revisions.stream().map(String::strip).toList(), every, logSpaced);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** Several transfers at once are no one bar: how far the checkpoints are is drawn, and pauses are told. */
    private MeasureOptions options(TerminalProgress progress) throws UsageException {
        MeasureOptions options = measureOptions(measure, progress);
        boolean cache = source.download == SourceArguments.Download.cache
                && Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption("--download");
        return options.withSource(options.source()
                .withDownloadMode(cache ? SourceOptions.DownloadMode.CACHE : SourceOptions.DownloadMode.SPOOL)
                .withProgress(progress.ofPauses()));
    }

    private TrainingRun run(RevisionChoice choice, SourceOptions options)
            throws IOException, ModelNotFoundException, UsageException {
        try {
            return TrainingRun.of(reference(model), choice, options);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private Optional<TraceResult> traced(
            TrainingRun run, MeasureOptions options, OutputDirectory directory, Listener listener)
            throws IOException, InterruptedException, UsageException {
        TraceSettings settings = new TraceSettings(
                TraceSettings.Distances.valueOf(distances.name().toUpperCase(Locale.ROOT)), force);
        try {
            return TraceRun.of(run, options, settings, directory, listener);
        } catch (IllegalStateException e) {
            throw new UsageException("--device gpu: " + e.getMessage());
        }
    }

    /** Says what happens to each checkpoint; the first failure decides the exit code. */
    private final class Listener implements TraceListener {
        private final TerminalProgress progress;
        private final Set<String> failed = new LinkedHashSet<>();
        private final Set<String> said = new LinkedHashSet<>();
        private int reused;
        private int exitCode;

        Listener(TerminalProgress progress) {
            this.progress = progress;
        }

        @Override
        public void measured(TracedRevision revision, int done, int total) {
            progress.count(revision.name(), done, total);
        }

        @Override
        public void ends(TracedRevision revision, boolean before, List<AnalysisResult.Warning> warnings) {
            reused += before ? 1 : 0;
            for (AnalysisResult.Warning warning : warnings) {
                if (said.add(warning.message())) {
                    progress.close();
                    console.warn("warning: " + revision.name() + ": " + warning.message());
                }
            }
        }

        @Override
        public void duplicate(TracedRevision revision, TracedRevision of) {
            progress.close();
            console.warn(revision.name() + " and " + of.name() + " have the same weight files: measured once");
        }

        @Override
        public void failed(TracedRevision revision, Throwable reason) {
            progress.close();
            System.err.print("lowrank: " + ForeignText.name(revision.name()) + ": ");
            int code = Failures.reportRest(System.err, reason, console.debug);
            failed.add(revision.name());
            exitCode = exitCode == 0 ? code : exitCode;
        }

        int finish(int of) {
            if (reused > 0) {
                console.warn(reused + " of " + of
                        + " checkpoints were measured before and are used; --force measures again");
            }
            if (!failed.isEmpty()) {
                System.err.println("lowrank: " + failed.size() + " of " + of + " checkpoints failed: "
                        + ForeignText.line(String.join(", ", failed)) + "; see the messages above");
            }
            return exitCode;
        }
    }
}
