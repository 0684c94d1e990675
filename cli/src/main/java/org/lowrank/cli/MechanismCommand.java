package org.lowrank.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.MechanismExperiment;
import org.lowrank.trainer.experiment.MechanismSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lowrank experiment mechanism}: whether merging works for Theorem 2's reason. */
@Command(
        name = "mechanism",
        mixinStandardHelpOptions = true,
        description =
                "Why merging works: what adding weights changes in every layer, and how the two networks' activations"
                        + " lie to each other, over Figure 3's training.",
        footer = {"", "The full protocol takes about half an hour on two cores; --preset quick one or two minutes."})
final class MechanismCommand extends StudyRun {
    @Option(names = "--lambda", split = ",", paramLabel = "LIST", description = "Weight decays λ.")
    @Nullable
    List<Double> lambdas;

    @Override
    String name() {
        return "mechanism";
    }

    @Override
    ExperimentSettings settings() {
        MechanismSettings from = preset == Preset.QUICK ? MechanismSettings.quick() : MechanismSettings.paper();
        return new MechanismSettings(
                preset, protocol(from.protocol()), or(hidden, from.hidden()), or(lambdas, from.weightDecays()));
    }

    @Override
    List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception {
        return MechanismExperiment.run((MechanismSettings) settings, options);
    }
}
