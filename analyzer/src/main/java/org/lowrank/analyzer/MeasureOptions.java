package org.lowrank.analyzer;

import java.util.List;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.spectral.ComputeDevice;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.files.SourceOptions;

/**
 * How models are found and measured. Immutable; {@link #defaults()} is what the command does without options.
 *
 * <pre>{@code
 * MeasureOptions options = MeasureOptions.defaults().withThreads(1).withSelection(selection);
 * }</pre>
 *
 * @param source how files are looked for and fetched
 * @param selection which matrices
 * @param accuracy how accurately
 * @param device where products run
 * @param threads matrices measured side by side; results do not depend on it
 * @param commandLine what the result says it was made by; empty for a program's call
 */
public record MeasureOptions(
        SourceOptions source,
        LayerSelection selection,
        SpectralOptions accuracy,
        ComputeDevice device,
        int threads,
        List<String> commandLine) {
    public MeasureOptions {
        commandLine = List.copyOf(commandLine);
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + ": at least 1");
        }
    }

    /** The process's environment and cache, every layer matrix, σ1 to 1e-9, all processors. */
    public static MeasureOptions defaults() {
        return new MeasureOptions(
                SourceOptions.defaults(),
                LayerSelection.ALL,
                SpectralOptions.defaults(),
                ComputeDevice.AUTO,
                Runtime.getRuntime().availableProcessors(),
                List.of());
    }

    /** The same with other places to look in. */
    public MeasureOptions withSource(SourceOptions other) {
        return new MeasureOptions(other, selection, accuracy, device, threads, commandLine);
    }

    /** The same with other matrices. */
    public MeasureOptions withSelection(LayerSelection other) {
        return new MeasureOptions(source, other, accuracy, device, threads, commandLine);
    }

    /** The same with another accuracy. */
    public MeasureOptions withAccuracy(SpectralOptions other) {
        return new MeasureOptions(source, selection, other, device, threads, commandLine);
    }

    /** The same on another device. */
    public MeasureOptions withDevice(ComputeDevice other) {
        return new MeasureOptions(source, selection, accuracy, other, threads, commandLine);
    }

    /** The same with this many threads. */
    public MeasureOptions withThreads(int number) {
        return new MeasureOptions(source, selection, accuracy, device, number, commandLine);
    }

    /** The same with what the result says it was made by. */
    public MeasureOptions withCommandLine(List<String> words) {
        return new MeasureOptions(source, selection, accuracy, device, threads, words);
    }
}
