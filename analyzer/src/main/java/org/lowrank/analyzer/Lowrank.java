package org.lowrank.analyzer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.analyzer.comparison.ModelComparer;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/**
 * The way in for programs: a model by name, measured as the command does.
 *
 * <pre>{@code
 * try (Lowrank model = Lowrank.open("google-bert/bert-base-uncased")) {
 *     AnalysisResult result = model.measure();
 *     result.matrices().forEach(row -> System.out.println(row.id() + " " + row.stableRank()));
 *     result.writeTo(Path.of("results"));
 * }
 * }</pre>
 */
public final class Lowrank implements AutoCloseable {
    private final MeasuringRun run;
    private final ModelAnalysis model;

    private Lowrank(MeasuringRun run, ModelAnalysis model) {
        this.run = run;
        this.model = model;
    }

    /**
     * Finds a model and reads its headers.
     *
     * @param name a path, {@code maven:group:artifact:version}, or {@code org/name} on the Hugging Face Hub; see
     *     {@link ModelReference}
     * @throws ModelNotFoundException if it does not exist or may not be read
     * @throws MalformedWeightsException if it is malformed, incomplete, or of an unknown kind
     */
    public static Lowrank open(String name) throws IOException, ModelNotFoundException {
        return open(name, MeasureOptions.defaults());
    }

    /** The same with options. */
    public static Lowrank open(String name, MeasureOptions options) throws IOException, ModelNotFoundException {
        ModelReference reference = ModelReference.parse(name);
        MeasuringRun run = new MeasuringRun(options);
        try {
            return new Lowrank(run, run.open(reference, Optional.empty()));
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            run.close();
            throw e;
        }
    }

    /** Its layers and their matrices, from headers alone. */
    public ModelLayers layers() {
        return model.layers();
    }

    /**
     * Measures every selected matrix.
     *
     * @throws MalformedWeightsException if a weight is not finite or a file is damaged
     * @throws InterruptedException if the thread is interrupted; nothing is written
     */
    public AnalysisResult measure() throws IOException, InterruptedException, ModelNotFoundException {
        return run.result(List.of(run.measure(model, Optional.empty(), (done, total, last) -> {})));
    }

    /**
     * Compares this model with another, for instance a base with what was fine-tuned from it: ratios of norms, the task vector
     * W_B − W_A, overlap of leading directions.
     *
     * @param other B; this model is A
     */
    public ComparisonResult compare(Lowrank other) throws IOException, InterruptedException, ModelNotFoundException {
        return run.compare(model, other.model, ModelComparer.DEFAULT_DIRECTIONS, (done, total, last) -> {});
    }

    @Override
    public void close() throws IOException {
        try (run) {
            model.close();
        }
    }
}
