package org.lowrank.cli;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.GridExperiment;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The experiments that vary one thing of Figure 3's protocol: one command each. */
abstract class GridCommand extends StudyRun {
    private final GridSettings.Axis axis;

    @Option(names = "--values", split = ",", paramLabel = "LIST", description = "Values of what is varied.")
    @Nullable
    List<Double> values;

    @Option(names = "--lambda", split = ",", paramLabel = "LIST", description = "Weight decays λ.")
    @Nullable
    List<Double> lambdas;

    GridCommand(GridSettings.Axis axis) {
        this.axis = axis;
    }

    @Override
    String name() {
        return axis.name().toLowerCase(Locale.ROOT);
    }

    @Override
    ExperimentSettings settings() {
        GridSettings from = preset == Preset.QUICK ? GridSettings.quick(axis) : GridSettings.paper(axis);
        return new GridSettings(
                preset,
                protocol(from.protocol()),
                axis,
                or(values, from.values()),
                or(hidden, from.hidden()),
                or(lambdas, from.weightDecays()),
                overlaps(from));
    }

    /** Only many tasks have them. */
    List<Double> overlaps(GridSettings from) {
        return from.overlaps();
    }

    @Override
    List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception {
        return GridExperiment.run((GridSettings) settings, options);
    }

    /** {@code lowrank experiment width}. */
    @Command(
            name = "width",
            mixinStandardHelpOptions = true,
            description = "What merging costs over the width of the networks.")
    static final class Width extends GridCommand {
        Width() {
            super(GridSettings.Axis.WIDTH);
        }
    }

    /** {@code lowrank experiment depth}. */
    @Command(
            name = "depth",
            mixinStandardHelpOptions = true,
            description =
                    "What merging costs over the depth of the networks (beyond three layers by the plain descent: slow).")
    static final class Depth extends GridCommand {
        Depth() {
            super(GridSettings.Axis.DEPTH);
        }
    }

    /** {@code lowrank experiment overlap}. */
    @Command(
            name = "overlap",
            mixinStandardHelpOptions = true,
            description =
                    "What merging costs over the overlap of the tasks' inputs, from orthogonal (0) to of one kind (1).")
    static final class Overlap extends GridCommand {
        Overlap() {
            super(GridSettings.Axis.OVERLAP);
        }
    }

    /** {@code lowrank experiment tasks}. */
    @Command(
            name = "tasks",
            mixinStandardHelpOptions = true,
            description = "What merging costs over the number of tasks: sums and means of all their networks.")
    static final class Tasks extends GridCommand {
        @Option(
                names = "--overlap",
                split = ",",
                paramLabel = "LIST",
                description = "How far inputs lie in coordinates that all tasks have in common, from 0 to 1.")
        @Nullable
        List<Double> overlaps;

        @Override
        List<Double> overlaps(GridSettings from) {
            return or(overlaps, from.overlaps());
        }

        Tasks() {
            super(GridSettings.Axis.TASKS);
        }
    }

    /** {@code lowrank experiment transition}. */
    @Command(
            name = "transition",
            mixinStandardHelpOptions = true,
            description = "Where weight decay collapses networks of each depth, and how.")
    static final class Transition extends GridCommand {
        Transition() {
            super(GridSettings.Axis.TRANSITION);
        }
    }
}
