package org.lowrank.merge.finetuning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.lowrank.merge.Merge;
import org.lowrank.merge.MergeMeasures;
import org.lowrank.merge.MergeOptions;
import org.lowrank.merge.OpenModel;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.merge.recipe.RecipeText;
import org.lowrank.spectral.StableRank;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.writing.ShardPlan;

/**
 * θ0 + Δ1 + Δ2 of trained networks by {@code lowrank merge} itself: the networks are written as models, predicted, merged, read
 * back and run on both tasks.
 */
final class SummedTaskVectors {
    private final FinetuningPiece.Run run;
    private final EncoderWeights base;
    private final List<EncoderWeights> trained;
    private final List<TextTasks.Split> tasks;
    private final List<Curve> curves = new ArrayList<>();

    SummedTaskVectors(
            FinetuningPiece.Run run, EncoderWeights base, List<EncoderWeights> trained, List<TextTasks.Split> tasks) {
        this.run = run;
        this.base = base;
        this.trained = trained;
        this.tasks = tasks;
    }

    /** What merging does, at the last step. */
    List<Curve> curves() throws IOException {
        Path directory = Files.createTempDirectory("lowrank-finetuning");
        try {
            base.write(directory.resolve("base"));
            for (int i = 0; i < trained.size(); i++) {
                trained.get(i).write(directory.resolve("network-" + i));
            }
            for (Condition condition : Condition.values()) {
                merge(directory, condition);
            }
            return List.copyOf(curves);
        } catch (ModelNotFoundException | RecipeException e) {
            throw new IllegalStateException(e); // both are written above
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while merging", e);
        } finally {
            delete(directory);
        }
    }

    private void merge(Path directory, Condition condition)
            throws IOException, ModelNotFoundException, RecipeException, InterruptedException {
        Path out = directory.resolve("merged-" + condition);
        List<String> parts = List.of(
                directory.resolve("network-0").toString(),
                directory.resolve("network-" + condition.second()).toString());
        String recipe = new RecipeText("task_arithmetic")
                .base(directory.resolve("base").toString())
                .models(parts)
                .toString();
        MergeOptions options = new MergeOptions(
                out, ShardPlan.USUAL_SHARD_BYTES, 1, false, false, false, MergeMeasures.of(true, false));
        MergeResult.Run origin = new MergeResult.Run("experiment", List.of(), "", Map.of());
        MergeResult result;
        try (Merge merge = Merge.open(RecipeReader.read(recipe, "recipe"), SourceOptions.defaults())) {
            result = merge.run(options, origin, Merge.Progress.NONE);
        }
        EncoderWeights merged;
        try (OpenModel written = OpenModel.open(out.toString(), SourceOptions.defaults())) {
            merged = base.reread(written.checkpoint());
        }
        losses(condition, merged);
        task(condition, result.predictions());
    }

    private void losses(Condition condition, EncoderWeights merged) {
        FinetuningSettings.Training training = run.settings().training();
        try (FineTuning network =
                new FineTuning(merged, tasks.get(0).trained(), run.optimizer(), training, run.lambda(), 0)) {
            for (int i = 0; i < 2; i++) {
                Subject subject = i == 0 ? Subject.MERGED_FIRST : Subject.MERGED_SECOND;
                TextTasks.Split task = tasks.get(i == 0 ? 0 : condition.second());
                FineTuning.Fit fit = network.fit(task.trained());
                FineTuning.Fit held = network.fit(task.heldOut());
                put(condition, Quantity.LOSS.of(subject), fit.loss());
                put(condition, Quantity.ERROR.of(subject), fit.error());
                put(condition, Quantity.HELD_OUT_LOSS.of(subject), held.loss());
                put(condition, Quantity.HELD_OUT_ERROR.of(subject), held.error());
            }
        }
        put(condition, Quantity.CHANGE.of(Subject.FIRST), trained.get(0).changeFrom(base));
        put(
                condition,
                Quantity.CHANGE.of(Subject.SECOND),
                trained.get(condition.second()).changeFrom(base));
    }

    /** Means over the matrices of the layers. */
    private void task(Condition condition, List<PairPrediction> pairs) {
        mean(
                condition,
                Quantity.TASK_VECTOR_RANK.of(Subject.FIRST),
                pairs,
                pair -> orNaN(pair.a().stableRank()));
        mean(
                condition,
                Quantity.TASK_VECTOR_RANK.of(Subject.SECOND),
                pairs,
                pair -> orNaN(pair.b().stableRank()));
        mean(condition, Quantity.GAUSSIAN_RANK.alone(), pairs, pair -> StableRank.ofGaussian(pair.rows(), pair.cols()));
        List<PairPrediction> measured = pairs.stream()
                .filter(pair -> pair.angle() != null && pair.overlap() != null && pair.sum() != null)
                .toList();
        mean(
                condition,
                Quantity.TASK_VECTOR_COSINE.alone(),
                measured,
                pair -> angle(pair).cosine());
        mean(
                condition,
                Quantity.RANDOM_COSINE.alone(),
                measured,
                pair -> angle(pair).randomCosine());
        mean(
                condition,
                Quantity.ROW_OVERLAP.alone(),
                measured,
                pair -> overlap(pair).rowOverlap());
        mean(
                condition,
                Quantity.RANDOM_ROW_OVERLAP.alone(),
                measured,
                pair -> overlap(pair).randomRowOverlap());
        mean(
                condition,
                Quantity.COLUMN_OVERLAP.alone(),
                measured,
                pair -> overlap(pair).columnOverlap());
        mean(
                condition,
                Quantity.RANDOM_COLUMN_OVERLAP.alone(),
                measured,
                pair -> overlap(pair).randomColumnOverlap());
        mean(
                condition,
                Quantity.RELATIVE_INTERFERENCE.alone(),
                measured,
                pair -> overlap(pair).interference() / overlap(pair).randomInterference());
        mean(
                condition,
                Quantity.CONSTRUCTIVE.alone(),
                measured,
                pair -> Objects.requireNonNull(pair.sum()).constructive());
    }

    private static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    private static PairPrediction.Angle angle(PairPrediction pair) {
        return Objects.requireNonNull(pair.angle());
    }

    private static PairPrediction.Overlap overlap(PairPrediction pair) {
        return Objects.requireNonNull(pair.overlap());
    }

    private void mean(
            Condition condition, Metric metric, List<PairPrediction> pairs, ToDoubleFunction<PairPrediction> value) {
        put(condition, metric, pairs.stream().mapToDouble(value).average().orElse(Double.NaN));
    }

    private void put(Condition condition, Metric metric, double value) {
        curves.add(new Curve(
                condition.of(run.optimizer()),
                run.draw(),
                run.lambda(),
                metric.text(),
                new long[] {run.settings().training().steps()},
                new double[] {value}));
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
