package org.lowrank.cli;

import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.experiment.Protocol;
import picocli.CommandLine.Option;

/** An experiment around Figure 3: the options of its protocol. */
abstract class StudyRun extends ExperimentRun {
    @Option(names = "--frequency", paramLabel = "C", description = "c of the labels sign(sin(c·wᵀx)).")
    @Nullable
    Double frequency;

    @Option(names = "--step-size", paramLabel = "ETA", description = "Step size η.")
    @Nullable
    Double stepSize;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of gradient descent.")
    @Nullable
    Long steps;

    /** The preset's protocol with the options given. */
    final Protocol protocol(Protocol from) {
        return new Protocol(
                or(samples, from.samples()),
                or(dimension, from.dimension()),
                or(frequency, from.frequency()),
                or(initialisation, from.initialisation()),
                or(stepSize, from.stepSize()),
                or(steps, from.steps()),
                or(draws, from.draws()),
                or(records, from.records()),
                precision(from.precision()),
                or(seed, from.seed()));
    }
}
