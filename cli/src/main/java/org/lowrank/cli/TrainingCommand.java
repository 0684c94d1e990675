package org.lowrank.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import org.lowrank.trainer.experiment.VariantExperiment;
import org.lowrank.trainer.experiment.VariantSettings;
import org.lowrank.trainer.variant.Variant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lowrank experiment training}: ranks and merging under other training. */
@Command(
        name = "training",
        mixinStandardHelpOptions = true,
        description = "Rank and merging under other training: momentum, mini-batches, AdamW, biases, ten classes.")
final class TrainingCommand extends StudyRun {
    @Option(names = "--lambda", split = ",", paramLabel = "LIST", description = "Weight decays λ.")
    @Nullable
    List<Double> lambdas;

    @Option(
            names = "--variants",
            split = ",",
            paramLabel = "LIST",
            description = "How networks are trained, of ${COMPLETION-CANDIDATES} (default: all).")
    @Nullable
    List<Variant> variants;

    @Override
    String name() {
        return "training";
    }

    @Override
    ExperimentSettings settings() {
        VariantSettings from = preset == Preset.QUICK ? VariantSettings.quick() : VariantSettings.paper();
        return new VariantSettings(
                preset,
                protocol(from.protocol()),
                or(hidden, from.hidden()),
                or(lambdas, from.weightDecays()),
                or(variants, from.variants()));
    }

    @Override
    List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception {
        return VariantExperiment.run((VariantSettings) settings, options);
    }
}
