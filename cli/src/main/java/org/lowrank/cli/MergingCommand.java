package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.files.CacheDirectory;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.MergingExperiment;
import org.lowrank.trainer.experiment.MergingSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import org.lowrank.trainer.task.FashionMnist;
import org.lowrank.trainer.task.FashionMnistDownload;
import org.lowrank.trainer.task.MissingDataException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lowrank experiment merging}: Figures 3 and 5. */
@Command(
        name = "merging",
        mixinStandardHelpOptions = true,
        description = "Figure 3 (synthetic data) and Figure 5 (Fashion-MNIST): networks trained apart and added.",
        footer = {
            "",
            "The paper's protocol on synthetic data takes one to two hours on two cores; --preset quick about a minute.",
            "An interrupted run resumes with the same command."
        })
final class MergingCommand extends ExperimentRun {
    /** What the tasks are made of, as it is typed. */
    enum DataName {
        SYNTHETIC("synthetic"),
        FASHION_MNIST("fashion-mnist");

        private final String typed;

        DataName(String typed) {
            this.typed = typed;
        }

        @Override
        public String toString() {
            return typed;
        }
    }

    @Option(
            names = "--data",
            paramLabel = "synthetic|fashion-mnist",
            converter = DataNameConverter.class,
            description = "What the tasks are made of (default: synthetic).")
    DataName data = DataName.SYNTHETIC;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Directory of Fashion-MNIST's IDX files (default: Debian's dataset-fashion-mnist, else a download).")
    @Nullable
    Path dataDirectory;

    @Option(names = "--offline", description = "No download of Fashion-MNIST.")
    boolean offline;

    @Option(names = "--frequency", paramLabel = "C", description = "c of the synthetic labels sign(sin(c·wᵀx)).")
    @Nullable
    Double frequency;

    @Option(names = "--step-size", paramLabel = "ETA", description = "Step size η.")
    @Nullable
    Double stepSize;

    @Option(names = "--lambda", paramLabel = "LAMBDA", description = "Weight decay λ of the curves over steps.")
    @Nullable
    Double lambda;

    @Option(names = "--lambdas", split = ",", paramLabel = "LIST", description = "Weight decays of the panel over λ.")
    @Nullable
    List<Double> lambdas;

    @Option(
            names = "--grid-draws",
            paramLabel = "N",
            description = "Draws of the panel over λ (default: as many as --draws).")
    @Nullable
    Integer gridDraws;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of gradient descent.")
    @Nullable
    Long steps;

    /** Names as typed, in any case. */
    static final class DataNameConverter implements picocli.CommandLine.ITypeConverter<DataName> {
        @Override
        public DataName convert(String value) {
            for (DataName name : DataName.values()) {
                if (name.typed.equalsIgnoreCase(value)) {
                    return name;
                }
            }
            throw new picocli.CommandLine.TypeConversionException(
                    "'" + value + "' is neither synthetic nor fashion-mnist");
        }
    }

    @Override
    String name() {
        return data == DataName.SYNTHETIC ? "merging" : "merging-fashion-mnist";
    }

    @Override
    ExperimentSettings settings() {
        MergingSettings.Data kind =
                data == DataName.SYNTHETIC ? MergingSettings.Data.SYNTHETIC : MergingSettings.Data.FASHION_MNIST;
        MergingSettings from = preset == Preset.QUICK ? MergingSettings.quick(kind) : MergingSettings.paper(kind);
        return new MergingSettings(
                preset,
                kind,
                or(samples, from.samples()),
                or(dimension, from.dimension()),
                or(frequency, from.frequency()),
                or(hidden, from.hidden()),
                or(initialisation, from.initialisation()),
                or(stepSize, from.stepSize()),
                or(lambda, from.weightDecay()),
                or(lambdas, from.weightDecays()),
                or(steps, from.steps()),
                or(draws, from.draws()),
                or(gridDraws, or(draws, from.draws())),
                or(records, from.records()),
                precision(from.precision()),
                or(seed, from.seed()));
    }

    @Override
    List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception {
        FashionMnist images = data == DataName.SYNTHETIC ? null : images();
        return MergingExperiment.run((MergingSettings) settings, images, options);
    }

    /** From the directory given, Debian's, or an earlier or new download. */
    private FashionMnist images() throws IOException {
        if (dataDirectory != null) {
            return FashionMnist.read(dataDirectory);
        }
        if (Files.isDirectory(FashionMnist.DEBIAN)) {
            return FashionMnist.read(FashionMnist.DEBIAN);
        }
        Path kept = CacheDirectory.of(System.getenv()).resolve("fashion-mnist");
        if (offline && !Files.isDirectory(kept)) {
            throw new MissingDataException("Fashion-MNIST not found: " + FashionMnist.DEBIAN + ", " + kept
                    + ": not there, and --offline; install Debian's dataset-fashion-mnist or give --data-dir");
        }
        if (offline) {
            return FashionMnist.read(kept);
        }
        try (TerminalProgress progress = new TerminalProgress(console.drawsProgress())) {
            return FashionMnist.read(new FashionMnistDownload(System.getenv(), progress.ofTransfers()).into(kept));
        }
    }
}
