package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.source.ModelNotFoundException;
import org.lowrank.analyzer.source.SourceOptions;
import org.lowrank.spectral.ComputeDevice;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
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
                .withProgress(progress::bytes);
        if (source.revision != null) {
            options = options.withRevision(source.revision);
        }
        return source.token == null ? options : options.withToken(source.token);
    }

    /** Opens a model and says on stderr what a user should know about where it came from. */
    final ModelAnalysis open(String reference, SourceOptions options, LayerSelection selection)
            throws IOException, ModelNotFoundException {
        ModelAnalysis model = ModelAnalysis.open(reference, options, selection);
        for (String note : model.files().provenance().notes()) {
            console.warn(note);
        }
        return model;
    }

    static SpectralEngine engine(MeasureArguments.Device device) throws UsageException {
        try {
            return SpectralEngines.create(
                    switch (device) {
                        case auto -> ComputeDevice.AUTO;
                        case cpu -> ComputeDevice.CPU;
                        case gpu -> ComputeDevice.GPU;
                    });
        } catch (IllegalStateException e) {
            throw new UsageException("--device gpu: " + e.getMessage());
        }
    }

    static LayerSelection selection(MeasureArguments measure) throws UsageException {
        try {
            return LayerSelection.parse(Optional.ofNullable(measure.layers), Optional.ofNullable(measure.matrices));
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
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

    static AnalysisResult.Settings settings(SpectralOptions options) {
        return new AnalysisResult.Settings(
                options.tolerance(),
                options.failureProbability(),
                options.certify(),
                options.exact(),
                options.spectrum(),
                options.seed());
    }

    /** What a reference is called in the name of a directory: its last path segment, artifact, or name without revision. */
    static String shortName(String reference) {
        if (reference.startsWith("maven:")) {
            String[] parts = reference.split(":");
            return parts.length > 2 ? parts[2] : reference;
        }
        try {
            Path path = Path.of(reference);
            if (Files.exists(path)) {
                Path name = path.toAbsolutePath().normalize().getFileName();
                return name == null ? "model" : name.toString();
            }
        } catch (InvalidPathException notAPath) {
            return reference;
        }
        return reference.replaceFirst("@.*$", "");
    }

    static List<String> shortNames(List<String> references) {
        List<String> names = new ArrayList<>();
        references.forEach(reference -> names.add(shortName(reference)));
        return names;
    }
}
