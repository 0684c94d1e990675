package org.lowrank.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lowrank.merge.output.MergeFiles;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.merge.recipe.Recipe;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.writing.ModelDirectory;
import org.lowrank.weights.writing.ModelWriter;
import org.lowrank.weights.writing.ShardPlan;
import org.lowrank.weights.writing.WeightsWriteException;

/**
 * A merge from recipe to directory: predict, merge, verify. Open models are closed with it.
 *
 * <pre>{@code
 * try (Merge merge = Merge.open(recipe, SourceOptions.defaults())) {
 *     MergeResult result = merge.run(options, run, Merge.Progress.NONE);
 * }
 * }</pre>
 */
public final class Merge implements AutoCloseable {
    private static final String MARK = "merge.json";

    private final Recipe recipe;
    private final Map<String, OpenModel> models;
    private final MergePlan plan;

    private Merge(Recipe recipe, Map<String, OpenModel> models, MergePlan plan) {
        this.recipe = recipe;
        this.models = models;
        this.plan = plan;
    }

    /** Told how far the run is; calls come from several threads. */
    public interface Progress {
        /** Tells nobody. */
        Progress NONE = new Progress() {
            @Override
            public void measured(String what, long done, long total) {}

            @Override
            public void written(long bytes, long total) {}
        };

        /** Matrices measured. */
        void measured(String what, long done, long total);

        /** Bytes written. */
        void written(long bytes, long total);
    }

    /**
     * Opens the models of a recipe and checks that they fit, from their headers.
     *
     * @throws MalformedWeightsException if a tensor is missing or shapes differ
     * @throws RecipeException if the recipe does not fit the models
     */
    public static Merge open(Recipe recipe, SourceOptions options)
            throws IOException, ModelNotFoundException, RecipeException {
        Set<String> references = new LinkedHashSet<>();
        recipe.base().ifPresent(references::add);
        recipe.models().forEach(part -> references.add(part.model()));
        Map<String, OpenModel> opened = new LinkedHashMap<>();
        try {
            for (String reference : references) {
                opened.put(reference, open(reference, recipe.base(), options));
            }
            return new Merge(recipe, opened, MergePlan.of(recipe, opened));
        } catch (IOException | ModelNotFoundException | RecipeException | RuntimeException e) {
            for (OpenModel model : opened.values()) {
                model.close();
            }
            throw e;
        }
    }

    /** A model; an adapter alone is the base with it merged. */
    private static OpenModel open(String reference, Optional<String> base, SourceOptions options)
            throws IOException, ModelNotFoundException {
        OpenModel model = OpenModel.open(reference, options);
        if (!model.isAdapter()) {
            return model;
        }
        model.close();
        if (base.isEmpty() || base.get().equals(reference)) {
            throw new MalformedWeightsException(
                    "an adapter alone: " + reference + ": it has no weights of its own; give BASE+" + reference);
        }
        return OpenModel.open(base.get() + "+" + reference, options);
    }

    /** What a user should know of where the models came from. */
    public List<String> notes() {
        return models.values().stream()
                .flatMap(model -> model.provenance().notes().stream())
                .distinct()
                .toList();
    }

    /**
     * Runs it.
     *
     * @param run what is run; its phases' seconds are added
     * @return the result as saved in the directory
     * @throws org.lowrank.weights.writing.WeightsWriteException if the directory cannot be written
     */
    public MergeResult run(MergeOptions options, MergeResult.Run run, Progress progress)
            throws IOException, ModelNotFoundException, InterruptedException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>(plan.warnings());
        warnOfMissingConfiguration(warnings);
        MergeMeasures wanted = options.measures();
        MergeMeasurer measurer = new MergeMeasurer(plan, wanted, options.threads(), progress, seconds, warnings);
        ShardPlan shards = shards(options.shardBytes());
        String fingerprint = Fingerprint.of(plan, models.values(), options.shardBytes(), run.version());
        try (ModelDirectory directory = ModelDirectory.open(
                options.out(), options.dryRun() ? fingerprint + "-dry" : fingerprint, replaceable(options))) {
            List<PairPrediction> predictions = wanted.predict() || options.dryRun() ? measurer.predict() : List.of();
            List<String> copied = List.of();
            List<Verification> verification = List.of();
            FileHashes hashes = FileHashes.TOLD;
            List<ShardPlan.Shard> toWrite = shards.shards();
            if (!options.dryRun()) {
                copied = CopiedFiles.copy(plan.donor().files(), directory, recipe.dtype());
                long start = System.nanoTime();
                ModelWriter writer = directory.weights(shards);
                toWrite = writer.missing();
                new ModelMerger(plan, options.threads()).merge(writer, progress::written);
                seconds.put("merge", since(start));
                verification = wanted.verify() ? measurer.verify(directory.building()) : List.of();
                if (options.hashes()) {
                    long before = System.nanoTime();
                    hashes = FileHashes.of(models.values(), options.threads());
                    seconds.put("hash", since(before));
                }
            }
            List<TaskLosses> losses =
                    measurer.losses(options.dryRun() ? Optional.empty() : Optional.of(directory.building()));
            MergeResult result = new MergeDescription(plan, models.values(), hashes)
                    .result(
                            run.took(seconds),
                            new MergeDescription.Weights(options.dryRun() ? List.of() : shards.shards(), toWrite),
                            copied,
                            new MergeResult.Measured(predictions, verification, losses, measurer.interference()),
                            warnings);
            for (Map.Entry<String, String> file :
                    MergeFiles.of(result, options.dryRun()).entrySet()) {
                directory.write(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
            }
            directory.commit();
            return result;
        }
    }

    /**
     * What a merge would be, without a directory: the plan, and what the measures ask for before it. A comparison, of which no
     * byte is to be written.
     *
     * @return a result that knows its files
     */
    public MergeResult predict(MergeMeasures wanted, int threads, MergeResult.Run run, Progress progress)
            throws IOException, ModelNotFoundException, InterruptedException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>(plan.warnings());
        MergeMeasurer measurer = new MergeMeasurer(plan, wanted, threads, progress, seconds, warnings);
        MergeResult.Measured measured = new MergeResult.Measured(
                measurer.predict(), List.of(), measurer.losses(Optional.empty()), measurer.interference());
        return new MergeDescription(plan, models.values(), FileHashes.TOLD)
                .result(run.took(seconds), MergeDescription.Weights.NONE, List.of(), measured, warnings);
    }

    private ShardPlan shards(long shardBytes) {
        return ShardPlan.of(
                "model", plan.tensors().stream().map(MergePlan.Item::output).toList(), shardBytes);
    }

    /** What a dry run has written is replaced without asking: it holds no weights. */
    private static Optional<String> replaceable(MergeOptions options) throws WeightsWriteException {
        Path out = options.out();
        boolean merged = Files.isRegularFile(out.resolve(MARK));
        if (merged && Files.exists(out.resolve("README.md")) && !options.replace()) {
            throw new WeightsWriteException(
                    "cannot write weights: " + out.toAbsolutePath().normalize()
                            + ": a merged model is in the way; replace it with --force or choose another directory with --out");
        }
        return merged ? Optional.of(MARK) : Optional.empty();
    }

    /** Weights without a configuration are read by few programs. */
    private void warnOfMissingConfiguration(List<String> warnings) throws IOException, ModelNotFoundException {
        if (plan.donor().files().list().stream().noneMatch(file -> file.name().equals("config.json"))) {
            warnings.add("no config.json: " + plan.donor().reference()
                    + " comes without, and so does the merged model; give it that of its architecture");
        }
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() throws IOException {
        for (OpenModel model : models.values()) {
            model.close();
        }
    }
}
