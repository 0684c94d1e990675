package org.lowrank.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import org.lowrank.trainer.experiment.SweepExperiment;
import org.lowrank.trainer.experiment.SweepSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lowrank experiment sweep}: Figure 2. */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        description = "Figure 2: stable rank, errors and loss of a small network over weight decay.",
        footer = {
            "",
            "The paper's protocol takes about an hour on two cores, most of it for the stationary points; --preset quick about a minute."
        })
final class SweepCommand extends ExperimentRun {
    @Option(names = "--frequency", split = ",", paramLabel = "LIST", description = "c of the labels sign(sin(c·wᵀx)).")
    @Nullable
    List<Double> frequencies;

    @Option(names = "--step-size", split = ",", paramLabel = "LIST", description = "Step sizes η.")
    @Nullable
    List<Double> stepSizes;

    @Option(names = "--lambda", split = ",", paramLabel = "LIST", description = "Weight decays λ.")
    @Nullable
    List<Double> lambdas;

    @Option(names = "--batch", paramLabel = "N", description = "Samples per step.")
    @Nullable
    Integer batch;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over all samples.")
    @Nullable
    Integer epochs;

    @Option(
            names = "--settle",
            paramLabel = "N",
            description = "Steps of descent on all samples after the epochs, towards the stationary points that Lemma 4"
                    + " is about (paper: 10000; quick: 0, none).")
    @Nullable
    Long settle;

    @Option(names = "--settle-step-size", paramLabel = "ETA", description = "Their step size η (default 0.5).")
    @Nullable
    Double settleStepSize;

    @Override
    String name() {
        return "sweep";
    }

    @Override
    ExperimentSettings settings() {
        SweepSettings from = preset == Preset.QUICK ? SweepSettings.quick() : SweepSettings.paper();
        return new SweepSettings(
                preset,
                or(samples, from.samples()),
                or(dimension, from.dimension()),
                or(frequencies, from.frequencies()),
                or(hidden, from.hidden()),
                or(initialisation, from.initialisation()),
                or(stepSizes, from.stepSizes()),
                or(batch, from.batch()),
                or(epochs, from.epochs()),
                or(lambdas, from.weightDecays()),
                or(draws, from.draws()),
                or(records, from.records()),
                precision(from.precision()),
                or(seed, from.seed()),
                settle(from.settle()));
    }

    private SweepSettings.@Nullable Settle settle(SweepSettings.@Nullable Settle from) {
        long steps = settle != null ? settle : from == null ? 0 : from.steps();
        double size = settleStepSize != null ? settleStepSize : from == null ? 0.5 : from.stepSize();
        return steps == 0 ? null : new SweepSettings.Settle(steps, size);
    }

    @Override
    List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception {
        return SweepExperiment.run((SweepSettings) settings, options);
    }
}
