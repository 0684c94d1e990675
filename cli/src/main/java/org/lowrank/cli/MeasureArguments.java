package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.ComputeDevice;
import org.lowrank.spectral.SpectralOptions;
import picocli.CommandLine.Option;

/** What is measured and how accurately. */
final class MeasureArguments {
    /** Where products run. */
    enum Device {
        auto,
        cpu,
        gpu;

        ComputeDevice device() {
            return switch (this) {
                case auto -> ComputeDevice.AUTO;
                case cpu -> ComputeDevice.CPU;
                case gpu -> ComputeDevice.GPU;
            };
        }
    }

    @Option(names = "--layers", paramLabel = "LIST", description = "Only these layers, counted from 0: 0-5,11.")
    @Nullable
    String layers;

    @Option(
            names = "--matrices",
            paramLabel = "LIST",
            description =
                    "Only these kinds: a list of Q,K,V,QKV,O,M1,M2,GATE; all: every weight matrix, those without a"
                            + " role by name (embeddings, heads, routers, convolutions…).")
    @Nullable
    String matrices;

    /** Single attention heads too; an option of {@code analyze} only. */
    boolean heads;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description =
                    "Only tensors whose names fit, * for any characters and ? for one; may be given several times.")
    List<String> include = new ArrayList<>();

    @Option(
            names = "--exclude",
            paramLabel = "GLOB",
            description = "No tensors whose names fit; may be given several times.")
    List<String> exclude = new ArrayList<>();

    @Option(
            names = "--tolerance",
            paramLabel = "EPS",
            defaultValue = "1e-9",
            description = "Relative accuracy of the spectral norm (default ${DEFAULT-VALUE}).")
    double tolerance = 1e-9;

    @Option(names = "--certify", description = "Prove the upper bound too, so that its failure probability is 0.")
    boolean certify;

    @Option(names = "--exact", description = "Full decomposition of every matrix instead of the iteration.")
    boolean exact;

    @Option(
            names = "--spectrum",
            description =
                    "All singular values: effective rank, energy ranks; plots and spectra.csv, but not of trace and survey.")
    boolean spectrum;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|gpu",
            defaultValue = "auto",
            description = "Where products run (default ${DEFAULT-VALUE}).")
    Device device = Device.auto;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Matrices measured side by side (default: the number of processors). Results do not depend on it.")
    @Nullable
    Integer threads;

    /** The first option given that only the measurement of one or two models heeds; empty where none is. */
    String ofOneMeasurement() {
        if (exact) {
            return "--exact";
        }
        if (certify) {
            return "--certify";
        }
        if (spectrum) {
            return "--spectrum";
        }
        if (matrices != null
                && list(matrices).stream().anyMatch(kind -> kind.strip().equalsIgnoreCase("all"))) {
            return "--matrices all";
        }
        if (tolerance != SpectralOptions.defaults().tolerance()) {
            return "--tolerance";
        }
        return device == Device.auto ? "" : "--device";
    }

    SpectralOptions options() throws UsageException {
        if (!(tolerance > 0 && tolerance <= 1e-2)) {
            throw new UsageException("--tolerance: " + tolerance + ": not in (0, 0.01]; give for instance 1e-9");
        }
        SpectralOptions defaults = SpectralOptions.defaults();
        return new SpectralOptions(tolerance, defaults.failureProbability(), certify, exact, spectrum, defaults.seed());
    }

    int threads() throws UsageException {
        return threads(threads);
    }

    static int threads(@Nullable Integer threads) throws UsageException {
        if (threads != null && (threads < 1 || threads > 1024)) {
            throw new UsageException(
                    "--threads: " + threads + ": not between 1 and 1024; leave it out for all processors");
        }
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** The values of a comma-separated option. */
    static List<String> list(String text) {
        return List.of(text.split("\\s*,\\s*"));
    }
}
