package org.lowrank.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.NothingSelectedException;
import org.lowrank.inference.description.KnownConfigurations;
import org.lowrank.inference.engine.RunSettings;
import org.lowrank.inference.loss.TextLoss;
import org.lowrank.inference.loss.TextLosses;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.TensorParameters;
import org.lowrank.merge.prediction.MergePredictor;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.TaskVectors;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** Measures a planned merge before and after: task vectors, merged matrices, losses on texts. Collects what it took. */
final class MergeMeasurer {
    private final MergePlan plan;
    private final MergeMeasures measures;
    private final int threads;
    private final Merge.Progress progress;
    private final Map<String, Double> seconds;
    private final List<String> warnings;

    MergeMeasurer(
            MergePlan plan,
            MergeMeasures measures,
            int threads,
            Merge.Progress progress,
            Map<String, Double> seconds,
            List<String> warnings) {
        this.plan = plan;
        this.measures = measures;
        this.threads = threads;
        this.progress = progress;
        this.seconds = seconds;
        this.warnings = warnings;
    }

    /** How the task vectors lie to one another; nothing where the architecture's layers are unknown. */
    List<PairPrediction> predict() throws IOException, InterruptedException {
        if (plan.layers().matrices().isEmpty()) {
            return List.of();
        }
        if (plan.layers().matrices().stream().noneMatch(measures.selection()::includes)) {
            throw new NothingSelectedException(
                    "nothing selected: " + plan.donor().reference()
                            + ": no matrix of its layers fits --layers and --matrices; choose others");
        }
        long start = System.nanoTime();
        try (SpectralEngine engine = SpectralEngines.create()) {
            return predictor(engine)
                    .predict(taskVectors(), weights(), (done, total) -> progress.measured("predict", done, total));
        } finally {
            seconds.put("predict", since(start));
        }
    }

    /** What is in a directory that was written. */
    List<Verification> verify(Path written) throws IOException, ModelNotFoundException, InterruptedException {
        if (plan.layers().matrices().isEmpty()) {
            return List.of();
        }
        long start = System.nanoTime();
        try (SpectralEngine engine = SpectralEngines.create();
                OpenModel merged = OpenModel.open(written.toString(), SourceOptions.defaults())) {
            return predictor(engine)
                    .verify(
                            taskVectors(),
                            written(merged),
                            weights(),
                            (done, total) -> progress.measured("verify", done, total));
        } finally {
            seconds.put("verify", since(start));
        }
    }

    private MergePredictor predictor(SpectralEngine engine) {
        return new MergePredictor(engine, SpectralOptions.defaults(), measures.directions(), threads);
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

    private TaskVectors.Side side(OpenModel model) throws MalformedWeightsException {
        Layers layers = Layers.of(model.checkpoint());
        if (!layers.unknown().isEmpty()) {
            throw new MalformedWeightsException(layers.unknown());
        }
        return new TaskVectors.Side(
                model.reference(),
                layers.matrices().stream()
                        .filter(measures.selection()::includes)
                        .toList());
    }

    /** The donor's layer matrices in what was written, which has its names and shapes, whatever came with it. */
    private TaskVectors.Side written(OpenModel merged) {
        return new TaskVectors.Side(
                merged.reference(),
                plan.layers().matrices().stream()
                        .filter(measures.selection()::includes)
                        .map(matrix -> new LayerMatrix(
                                matrix.id(),
                                matrix.rows(),
                                matrix.cols(),
                                matrix.parts().stream()
                                        .map(part -> new LayerMatrix.Part(
                                                merged.tensor(part.tensor().name())
                                                        .orElseThrow(),
                                                part.views(),
                                                part.transposed()))
                                        .toList(),
                                matrix.stackedFrom()))
                        .toList());
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
            if (plan.recipe().method().models() == MergeMethod.Models.BASE_AND_ONE) {
                return new double[] {parameters.t()};
            }
            double sum = Arrays.stream(parameters.weights()).sum();
            boolean divided = parameters.normalize() && Math.abs(sum) >= 1e-8;
            return Arrays.stream(parameters.weights())
                    .map(weight -> parameters.lambda() * weight / (divided ? sum : 1))
                    .toArray();
        };
    }

    /**
     * What base, parts and the merged model lose on the texts, tokenised by the donor's tokenizer.
     *
     * @param written the merged model, where there is one
     * @throws MalformedWeightsException if a model cannot be run
     */
    List<TaskLosses> losses(Optional<Path> written) throws IOException, ModelNotFoundException, InterruptedException {
        if (measures.texts().isEmpty()) {
            return List.of();
        }
        long start = System.nanoTime();
        TextLosses texts = TextLosses.of(plan.donor().files(), measures.texts());
        List<TaskLosses> losses = new ArrayList<>();
        int total = plan.models().size() + (plan.base().isPresent() ? 1 : 0) + (written.isPresent() ? 1 : 0);
        if (plan.base().isPresent()) {
            add(losses, "base", plan.donor().reference(), plan.donor(), texts, total);
        }
        for (OpenModel model : plan.models()) {
            add(losses, "part", model.reference(), model, texts, total);
        }
        if (written.isPresent()) {
            try (OpenModel merged = OpenModel.open(written.get().toString(), SourceOptions.defaults())) {
                add(losses, "merged", "", merged, texts, total);
            }
        }
        seconds.put("texts", since(start));
        return losses;
    }

    /**
     * How the first two models' changes act on each other's text; nothing without texts, a base or a second model.
     *
     * @throws MalformedWeightsException if the base cannot be run
     */
    List<TaskInterference> interference() throws IOException, ModelNotFoundException, InterruptedException {
        if (measures.texts().size() != 2
                || plan.base().isEmpty()
                || plan.models().size() < 2) {
            return List.of();
        }
        long start = System.nanoTime();
        RunSettings settings = RunSettings.defaults().withThreads(threads);
        try {
            return new TextInterference(plan.donor(), configuration(plan.donor()), settings)
                    .measure(
                            plan.models().get(0),
                            plan.models().get(1),
                            measures.texts(),
                            (done, total) -> progress.measured("activations", done, total));
        } catch (IllegalArgumentException e) {
            warnings.add("interference on activations was not measured: " + e.getMessage() + "; give longer texts");
            return List.of();
        } finally {
            seconds.put("activations", since(start));
        }
    }

    private void add(List<TaskLosses> losses, String role, String name, OpenModel model, TextLosses texts, int total)
            throws IOException, InterruptedException {
        Optional<TextLoss> loss = texts.of(
                model.checkpoint(), configuration(model), RunSettings.defaults().withThreads(threads));
        if (loss.isEmpty()) {
            warnings.add("no loss on the texts: " + (name.isEmpty() ? "the merged model" : name)
                    + ": it has no language head");
            return;
        }
        losses.add(new TaskLosses(
                role,
                name,
                loss.get().kind().name().toLowerCase(Locale.ROOT),
                loss.get().perText()));
        progress.measured("texts", losses.size(), total);
    }

    /** config.json, or what is known of a copy that comes without; a merged model has the donor's. */
    private JsonNode configuration(OpenModel model) {
        JsonNode own = model.config().hasNonNull("model_type")
                ? model.config()
                : plan.donor().config();
        return own.hasNonNull("model_type")
                ? own
                : KnownConfigurations.of(plan.donor().provenance().location()).orElse(own);
    }
}
