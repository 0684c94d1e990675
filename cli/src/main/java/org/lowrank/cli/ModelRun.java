package org.lowrank.cli;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.inference.library.PyTorchLibrary;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelNames;
import org.lowrank.weights.reference.ModelReference;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands that read models have in common: options, the engine, the description of the run. */
abstract class ModelRun {
    @Mixin
    SourceArguments source = new SourceArguments();

    @Mixin
    ConsoleOptions console = new ConsoleOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    private final Instant started = Instant.now();

    /** When the command started, to the second. */
    final String started() {
        return started.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The command as typed, without secrets. */
    final List<String> commandLine() {
        return Redaction.of(Objects.requireNonNull(spec));
    }

    final SourceOptions sourceOptions(TerminalProgress progress) {
        SourceOptions options = SourceOptions.defaults()
                .withOffline(source.offline)
                .withDownloadMode(
                        source.download == SourceArguments.Download.stream
                                ? SourceOptions.DownloadMode.STREAM
                                : SourceOptions.DownloadMode.CACHE)
                .withProgress(progress.ofTransfers());
        if (source.revision != null) {
            options = options.withRevision(source.revision);
        }
        return source.token == null ? options : options.withToken(source.token);
    }

    /** The options of a measurement as the command line gives them. */
    final MeasureOptions measureOptions(MeasureArguments measure, TerminalProgress progress) throws UsageException {
        if (measure.certify || measure.spectrum || measure.exact) {
            preferPyTorch(progress);
        }
        return new MeasureOptions(
                sourceOptions(progress),
                selection(measure),
                measure.options(),
                measure.device.device(),
                measure.threads(),
                commandLine());
    }

    /** PyTorch's library for what cannot be done without; fetched where the program came without it. */
    final void requirePyTorch(TerminalProgress progress) throws IOException, ModelNotFoundException {
        PyTorchLibrary.provide(sourceOptions(progress), line -> {
            progress.close();
            console.warn(line);
        });
        progress.close();
    }

    /** The same for what plain Java does too, only slower. */
    private void preferPyTorch(TerminalProgress progress) {
        try {
            requirePyTorch(progress);
        } catch (IOException | ModelNotFoundException e) {
            progress.close();
            console.warn("warning: slower without PyTorch's library: " + e.getMessage());
        }
    }

    /** The engine of a measurement. */
    final MeasuringRun run(MeasureArguments measure, TerminalProgress progress) throws UsageException {
        MeasureOptions options = measureOptions(measure, progress);
        try {
            return new MeasuringRun(options);
        } catch (IllegalStateException e) {
            throw new UsageException("--device gpu: " + e.getMessage());
        }
    }

    /** Opens a model and says on stderr what a user should know about where it came from. */
    final ModelAnalysis open(MeasuringRun run, ModelReference reference, ModelNames names)
            throws IOException, ModelNotFoundException, UsageException {
        requireOneRevision(reference);
        return noted(run.open(reference, names.longer(reference)));
    }

    /** The same where nothing is measured. */
    final ModelAnalysis open(
            ModelReference reference, SourceOptions options, LayerSelection selection, ModelNames names)
            throws IOException, ModelNotFoundException, UsageException {
        requireOneRevision(reference);
        return noted(ModelAnalysis.open(reference, options, selection, names.longer(reference)));
    }

    private ModelAnalysis noted(ModelAnalysis model) {
        for (String note : model.provenance().notes()) {
            console.warn(note);
        }
        return model;
    }

    private void requireOneRevision(ModelReference reference) throws UsageException {
        if (source.revision != null
                && reference instanceof ModelReference.Hub hub
                && hub.revision().filter(told -> !told.equals(source.revision)).isPresent()) {
            throw new UsageException(
                    "two revisions: " + hub.text() + " and --revision " + source.revision + "; give only one");
        }
    }

    /** Says on stderr what a reader of the results should know, but for what {@link #open} said. */
    final void warn(ModelAnalysis model, List<AnalysisResult.Warning> warnings, TerminalProgress progress) {
        for (AnalysisResult.Warning warning : warnings) {
            if (!model.provenance().notes().contains(warning.message())) {
                progress.close();
                console.warn("warning: " + warning.model() + ": " + warning.message());
            }
        }
    }

    static LayerSelection selection(MeasureArguments measure) throws UsageException {
        try {
            return LayerSelection.parse(Optional.ofNullable(measure.layers), Optional.ofNullable(measure.matrices))
                    .withNames(measure.include, measure.exclude)
                    .withHeads(measure.heads);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** What a user called a model, with {@code --file}. */
    final ModelReference reference(String text) throws ModelNotFoundException {
        ModelReference reference = ModelReference.parse(text);
        return source.file == null ? reference : reference.inside(source.file);
    }

    static ModelMeasurer.Progress counting(TerminalProgress progress, String model) {
        return (done, total, last) -> progress.count(model, done, total);
    }

    static AnalysisResult.Tool tool(String kernels, int threads) {
        return new AnalysisResult.Tool(
                "lowrank",
                VersionProvider.version(),
                System.getProperty("java.version"),
                VersionProvider.os(),
                kernels,
                threads);
    }
}
