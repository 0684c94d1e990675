package org.lowrank.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.library.PyTorchLibrary;
import org.lowrank.merge.finetuning.FinetuningExperiment;
import org.lowrank.merge.finetuning.FinetuningInputs;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.ExperimentSettings;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import org.lowrank.weights.files.SourceOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lowrank experiment finetuning}: Figure 3 with a pretrained encoder. */
@Command(
        name = "finetuning",
        mixinStandardHelpOptions = true,
        description =
                "Figure 3 with a pretrained encoder: fine-tuned on two tasks with disjoint or shared vocabulary, task vectors"
                        + " predicted and summed.",
        footer = {
            "",
            "The texts are licences of Debian's base-files unless --text-dir and --texts say others.",
            "The full protocol takes some hours on two cores; --preset quick a few minutes."
        })
final class FinetuningCommand extends ExperimentRun {
    @Option(names = "--model", paramLabel = "MODEL", description = "A BERT encoder (default: all-MiniLM-L6-v2).")
    @Nullable
    String model;

    @Option(names = "--layers", paramLabel = "N", description = "Only the first N layers of it; 0 for all.")
    @Nullable
    Integer layers;

    @Option(names = "--text-dir", paramLabel = "DIR", description = "Where the texts are.")
    @Nullable
    Path textDirectory;

    @Option(names = "--texts", split = ",", paramLabel = "LIST", description = "Names of four text files in it.")
    @Nullable
    List<String> texts;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens of a window.")
    @Nullable
    Integer tokens;

    @Option(names = "--adam-step", paramLabel = "ETA", description = "Step size of AdamW.")
    @Nullable
    Double adamStep;

    @Option(names = "--sgd-step", paramLabel = "ETA", description = "Step size of SGD.")
    @Nullable
    Double sgdStep;

    @Option(names = "--batch", paramLabel = "N", description = "Windows of a step.")
    @Nullable
    Integer batch;

    @Option(names = "--steps", paramLabel = "N", description = "Steps of each network.")
    @Nullable
    Long steps;

    @Option(names = "--lambdas", split = ",", paramLabel = "LIST", description = "Weight decays λ.")
    @Nullable
    List<Double> lambdas;

    @Option(names = "--offline", description = "No network: the model from a cache only.")
    boolean offline;

    @Override
    String name() {
        return "finetuning";
    }

    @Override
    ExperimentSettings settings() {
        FinetuningSettings from = preset == Preset.QUICK ? FinetuningSettings.quick() : FinetuningSettings.paper();
        FinetuningSettings.Training training = from.training();
        return new FinetuningSettings(
                preset,
                or(model, from.model()),
                or(layers, from.layers()),
                new FinetuningSettings.Data(
                        or(texts, from.data().texts()),
                        or(samples, from.data().samples()),
                        or(tokens, from.data().tokens())),
                new FinetuningSettings.Training(
                        or(adamStep, training.adamStep()),
                        or(sgdStep, training.sgdStep()),
                        or(batch, training.batch()),
                        or(steps, training.steps()),
                        or(records, training.records()),
                        or(lambdas, training.weightDecays())),
                or(draws, from.draws()),
                or(seed, from.seed()));
    }

    @Override
    List<Curve> run(ExperimentSettings settings, RunOptions options) throws Exception {
        FinetuningSettings own = (FinetuningSettings) settings;
        Path directory = textDirectory == null ? FinetuningInputs.DEBIAN : textDirectory;
        SourceOptions source = SourceOptions.defaults().withOffline(offline);
        PyTorchLibrary.provide(source, console::warn);
        FinetuningInputs inputs = FinetuningInputs.read(own, directory, source);
        inputs.notes().forEach(console::warn);
        try {
            return FinetuningExperiment.run(own, inputs, options);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }
}
