package org.lowrank.merge.finetuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.merge.OpenModel;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.Preset;
import org.lowrank.trainer.experiment.RunOptions;
import org.lowrank.trainer.task.MissingDataException;
import org.lowrank.weights.files.SourceOptions;

class FinetuningExperimentTest {
    private static final List<String> NAMES = List.of("a.txt", "b.txt", "c.txt", "d.txt");
    private static final List<String> WORDS =
            List.of("law", "court", "salt", "oil", "the", "a", "tree", "river", "stone", "wind", "fire", "rain");

    @TempDir
    static Path directory;

    private static FinetuningInputs inputs;

    /** An encoder of one layer with a vocabulary of twelve words, and four texts of them. */
    @BeforeAll
    static void makeModelAndTexts() throws Exception {
        Path model = directory.resolve("model");
        TinyEncoder.weights(5).write(model);
        Files.writeString(
                model.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + String.join("\n", WORDS) + "\n");
        widen(model);
        Random random = new Random(2);
        for (String name : NAMES) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
            }
            Files.writeString(directory.resolve(name), text);
        }
        inputs = FinetuningInputs.read(settings(NAMES), directory, SourceOptions.defaults());
    }

    private static FinetuningSettings settings(List<String> texts) {
        return new FinetuningSettings(
                Preset.QUICK,
                directory.resolve("model").toString(),
                0,
                new FinetuningSettings.Data(texts, 8, 4),
                new FinetuningSettings.Training(0.01, 0.05, 4, 6, 2, List.of(0.0, 0.1)),
                2,
                9);
    }

    /** The same encoder with a row for each of the vocabulary's 17 tokens. */
    private static void widen(Path model) throws Exception {
        EncoderWeights narrow = TinyEncoder.weights(5);
        List<float[]> floats = new ArrayList<>();
        narrow.tensors().values().forEach(values -> floats.add(values.floats()));
        var tensors = new java.util.LinkedHashMap<>(narrow.tensors());
        float[] table = new float[17 * TinyEncoder.WIDTH];
        Random random = new Random(3);
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) random.nextGaussian();
        }
        tensors.put(EncoderWeights.TOKENS, new EncoderWeights.Values(List.of(17L, (long) TinyEncoder.WIDTH), table));
        String words = Files.readString(model.resolve("vocab.txt"));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        new EncoderWeights(narrow.heads(), narrow.layers(), tensors).write(model);
        Files.writeString(model.resolve("vocab.txt"), words);
    }

    private static List<Curve> run(int threads) throws Exception {
        return FinetuningExperiment.run(settings(NAMES), inputs, new RunOptions(threads, null, (done, total) -> {}));
    }

    @Test
    void curvesAreThereForEveryConditionDrawAndLambdaAndDoNotDependOnThreads() throws Exception {
        List<Curve> one = run(1);
        List<Curve> two = run(2);
        assertThat(one.stream().map(Curve::condition).distinct())
                .containsExactly("adamw-disjoint", "adamw-shared", "sgd-disjoint", "sgd-shared");
        assertThat(of(one, "loss_merged_first")).hasSize(2 * 2 * 2 * 2); // optimisers, conditions, λ, draws
        assertThat(two).usingRecursiveComparison().isEqualTo(one);
        // the output on top starts at 0
        assertThat(of(one, "loss_first"))
                .allSatisfy(curve -> assertThat(curve.values()[0]).isCloseTo(Math.log(2), within(1e-12)));
        assertThat(of(one, "cosine"))
                .allSatisfy(curve -> assertThat(curve.last()).isBetween(-1.0, 1.0));
    }

    /** A model written and merged with another that is the base keeps its losses: θ0 + Δ + 0. */
    @Test
    void mergedWithTheBaseItselfANetworkKeepsItsLoss() throws Exception {
        FinetuningSettings settings = settings(NAMES);
        TextTasks tasks = TextTasks.draw(inputs.tokens(), settings.data(), 9, 0);
        FinetuningPiece.Run run = new FinetuningPiece.Run(settings, 0, FinetuningSettings.Optimizer.SGD, 0);
        EncoderWeights tuned;
        double loss;
        try (FineTuning tuning =
                new FineTuning(inputs.base(), tasks.first().trained(), run.optimizer(), settings.training(), 0, 1)) {
            for (int i = 0; i < 6; i++) {
                tuning.advance();
            }
            tuned = tuning.weights();
            loss = tuning.fit(tasks.first().trained()).loss();
        }
        List<Curve> merged = new SummedTaskVectors(
                        run,
                        inputs.base(),
                        List.of(tuned, inputs.base(), inputs.base()),
                        List.of(tasks.first(), tasks.disjoint(), tasks.shared()))
                .curves();
        // float32 is rounded once more: θ0 + (θ − θ0)
        assertThat(of(merged, "loss_merged_first"))
                .hasSize(2)
                .allSatisfy(curve -> assertThat(curve.last()).isCloseTo(loss, within(1e-6)));
        assertThat(of(merged, "change_second"))
                .allSatisfy(curve -> assertThat(curve.last()).isZero());
    }

    @Test
    void weightsAreReadBackAsTheyWereWritten() throws Exception {
        EncoderWeights weights = TinyEncoder.weights(4);
        weights.write(directory.resolve("written"));
        try (OpenModel model = OpenModel.open(directory.resolve("written").toString(), SourceOptions.defaults())) {
            EncoderWeights read = weights.reread(model.checkpoint());
            weights.tensors().forEach((name, values) -> {
                EncoderWeights.Values again =
                        Objects.requireNonNull(read.tensors().get(name));
                assertThat(again.floats()).as(name).isEqualTo(values.floats());
                assertThat(again.shape()).isEqualTo(values.shape());
            });
        }
    }

    @Test
    void anInterruptedRunGoesOnToTheSameCurves() throws Exception {
        FinetuningSettings settings = settings(NAMES);
        Path checkpoints = directory.resolve("checkpoints");
        Thread self = Thread.currentThread();
        assertThatThrownBy(() ->
                        FinetuningExperiment.run(settings, inputs, new RunOptions(1, checkpoints, (done, total) -> {
                            if (done > total / 2) {
                                self.interrupt();
                            }
                        })))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isIn(true, false);
        List<Curve> resumed =
                FinetuningExperiment.run(settings, inputs, new RunOptions(1, checkpoints, (done, total) -> {}));
        assertThat(resumed).usingRecursiveComparison().isEqualTo(run(1));
    }

    @Test
    void aMissingTextIsNamed() {
        FinetuningSettings settings = settings(List.of("a.txt", "b.txt", "nowhere.txt", "d.txt"));
        assertThatThrownBy(() -> FinetuningInputs.read(settings, directory, SourceOptions.defaults()))
                .isInstanceOf(MissingDataException.class)
                .hasMessage("text not found: " + directory.resolve("nowhere.txt")
                        + ": there is no file; install Debian's base-files, or give --text-dir and --texts");
    }

    private static List<Curve> of(List<Curve> curves, String metric) {
        return curves.stream().filter(curve -> curve.metric().equals(metric)).toList();
    }
}
