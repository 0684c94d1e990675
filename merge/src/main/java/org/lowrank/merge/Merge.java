package org.lowrank.merge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.TensorParameters;
import org.lowrank.merge.output.MergeFiles;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.prediction.MergePredictor;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskVectors;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.merge.recipe.Recipe;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.writing.ModelDirectory;
import org.lowrank.weights.writing.OutputTensor;
import org.lowrank.weights.writing.ShardPlan;

/** A merge from recipe to directory: predict, merge, verify. Open models are closed with it. */
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
            public void measured(String what, int done, int total) {}

            @Override
            public void written(long bytes, long total) {}
        };

        /** Matrices measured. */
        void measured(String what, int done, int total);

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
                opened.put(reference, OpenModel.open(reference, options));
            }
            return new Merge(recipe, opened, MergePlan.of(recipe, opened));
        } catch (IOException | ModelNotFoundException | RecipeException | RuntimeException e) {
            for (OpenModel model : opened.values()) {
                model.close();
            }
            throw e;
        }
    }

    /** What a user should know of where the models came from. */
    public List<String> notes() {
        return models.values().stream()
                .flatMap(model -> model.provenance().notes().stream())
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
        boolean measured = (options.predict() || options.dryRun() || options.verify())
                && !plan.layers().matrices().isEmpty();
        ShardPlan shards = ShardPlan.of(
                "model", plan.tensors().stream().map(MergePlan.Item::output).toList(), options.shardBytes());
        String fingerprint = Fingerprint.of(plan, models.values(), options.shardBytes(), run.version());
        try (SpectralEngine engine = SpectralEngines.create();
                ModelDirectory directory = ModelDirectory.open(
                        options.out(), options.dryRun() ? fingerprint + "-dry" : fingerprint, replaceable(options))) {
            MergePredictor predictor =
                    new MergePredictor(engine, SpectralOptions.defaults(), options.directions(), options.threads());
            List<PairPrediction> predictions = List.of();
            if (measured && (options.predict() || options.dryRun())) {
                long start = System.nanoTime();
                predictions = predictor.predict(
                        taskVectors(), weights(), (done, total) -> progress.measured("predict", done, total));
                seconds.put("predict", since(start));
            }
            List<String> copied = List.of();
            List<Verification> verification = List.of();
            if (!options.dryRun()) {
                copied = CopiedFiles.copy(plan.donor().files(), directory, recipe.dtype());
                long start = System.nanoTime();
                new ModelMerger(plan, options.threads()).merge(directory.weights(shards), progress::written);
                seconds.put("merge", since(start));
                if (options.verify() && measured) {
                    long before = System.nanoTime();
                    verification = verify(predictor, directory.building(), progress);
                    seconds.put("verify", since(before));
                }
            }
            MergeResult result =
                    result(run.took(seconds), shards, options.dryRun(), copied, predictions, verification, warnings);
            for (Map.Entry<String, String> file :
                    MergeFiles.of(result, options.dryRun()).entrySet()) {
                directory.write(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
            }
            directory.commit();
            return result;
        }
    }

    /** What a dry run has written is replaced without asking: it holds no weights. */
    private static Optional<String> replaceable(MergeOptions options) throws IOException {
        Path out = options.out();
        boolean dry = Files.isRegularFile(out.resolve(MARK)) && !Files.exists(out.resolve("README.md"));
        return options.replace() || dry ? Optional.of(MARK) : Optional.empty();
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private TaskVectors taskVectors() throws MalformedWeightsException {
        List<TaskVectors.Side> sides = new ArrayList<>();
        for (OpenModel model : plan.models()) {
            sides.add(side(model));
        }
        return new TaskVectors(plan.base().isPresent() ? Optional.of(side(plan.donor())) : Optional.empty(), sides);
    }

    private static TaskVectors.Side side(OpenModel model) throws MalformedWeightsException {
        Layers layers = Layers.of(model.checkpoint());
        if (!layers.unknown().isEmpty()) {
            throw new MalformedWeightsException(layers.unknown());
        }
        return new TaskVectors.Side(model.reference(), layers.matrices());
    }

    private List<Verification> verify(MergePredictor predictor, Path building, Progress progress)
            throws IOException, ModelNotFoundException, InterruptedException {
        try (OpenModel merged = OpenModel.open(building.toString(), SourceOptions.defaults())) {
            return predictor.verify(
                    taskVectors(), side(merged), weights(), (done, total) -> progress.measured("verify", done, total));
        }
    }

    /** The factors of task vectors in the merge: w_m, λ and normalisation; for interpolation 1 − t and t of the models. */
    private Function<LayerMatrix, double[]> weights() {
        Map<String, TensorParameters> byName = new LinkedHashMap<>();
        plan.tensors().forEach(item -> byName.put(item.output().name(), item.parameters()));
        return matrix -> {
            String name = matrix.parts().get(0).tensor().name();
            TensorParameters parameters = byName.get(name);
            if (parameters == null) {
                throw new IllegalStateException(name + " is not planned");
            }
            if (recipe.method().models() == MergeMethod.Models.BASE_AND_ONE) {
                return new double[] {parameters.t()};
            }
            double sum = Arrays.stream(parameters.weights()).sum();
            boolean divided = parameters.normalize() && Math.abs(sum) >= 1e-8;
            return Arrays.stream(parameters.weights())
                    .map(weight -> parameters.lambda() * weight / (divided ? sum : 1))
                    .toArray();
        };
    }

    private MergeResult result(
            MergeResult.Run run,
            ShardPlan shards,
            boolean dryRun,
            List<String> copied,
            List<PairPrediction> predictions,
            List<Verification> verification,
            List<String> warnings)
            throws IOException, ModelNotFoundException {
        MergeMethod method = recipe.method();
        List<MergeResult.ModelFile> files = dryRun
                ? List.of()
                : shards.shards().stream()
                        .map(shard -> new MergeResult.ModelFile(shard.file(), shard.bytes(), ""))
                        .toList();
        long parameters = plan.tensors().stream()
                .filter(item -> item.copied().isEmpty())
                .map(MergePlan.Item::output)
                .mapToLong(OutputTensor::elements)
                .sum();
        List<MergeResult.Model> described = new ArrayList<>();
        for (OpenModel model : models.values()) {
            described.add(described(model));
        }
        return new MergeResult(
                MergeResult.SCHEMA_VERSION,
                MergeResult.KIND,
                run,
                new MergeResult.Method(method.name(), method.title(), method.formula(), method.reference()),
                recipe.text(),
                described,
                new MergeResult.Output(
                        files, copied, plan.tensors().size(), parameters, plan.bytesRead(), shards.fileBytes()),
                plan.tensors().stream().map(this::row).toList(),
                predictions,
                verification,
                warnings);
    }

    private MergeResult.Model described(OpenModel model) throws IOException, ModelNotFoundException {
        ModelFiles.Provenance from = model.provenance();
        List<MergeResult.ModelFile> files = model.weightFiles().stream()
                .map(file -> new MergeResult.ModelFile(
                        file.name(), file.size(), file.sha256().orElse("")))
                .toList();
        boolean isBase = recipe.base().isPresent() && recipe.base().get().equals(model.reference());
        return new MergeResult.Model(
                model.reference(),
                isBase ? "base" : "merged",
                from.model(),
                from.revision(),
                from.source(),
                from.location(),
                files);
    }

    private MergeResult.TensorRow row(MergePlan.Item item) {
        var place = plan.layers().place(item.output().name());
        TensorParameters parameters = item.parameters();
        return new MergeResult.TensorRow(
                item.output().name(),
                place.layer(),
                String.join("+", place.matrices().stream().sorted().toList()),
                item.output().dtype().name(),
                item.output().shape(),
                item.copied().isEmpty() ? "merged" : "copied: " + item.copied(),
                Arrays.stream(parameters.weights()).boxed().toList(),
                Arrays.stream(parameters.densities()).boxed().toList(),
                parameters.lambda(),
                parameters.t());
    }

    @Override
    public void close() throws IOException {
        for (OpenModel model : models.values()) {
            model.close();
        }
    }
}
