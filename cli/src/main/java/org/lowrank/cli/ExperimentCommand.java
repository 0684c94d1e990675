package org.lowrank.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lowrank experiment}: the paper's experiments. */
@Command(
        name = "experiment",
        mixinStandardHelpOptions = true,
        description = "Rerun the paper's experiments, and those its readers ask for next.",
        subcommands = {
            SweepCommand.class,
            MergingCommand.class,
            MechanismCommand.class,
            GridCommand.Width.class,
            GridCommand.Depth.class,
            GridCommand.Overlap.class,
            GridCommand.Transition.class,
            GridCommand.Tasks.class,
            FinetuningCommand.class,
            TrainingCommand.class
        })
final class ExperimentCommand implements Runnable {
    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "no experiment given: choose sweep, merging, mechanism, width, depth, overlap,"
                        + " transition, tasks or finetuning");
    }
}
