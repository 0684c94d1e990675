package org.lowrank.analyzer.activation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.engine.ActivationListener;
import org.lowrank.inference.engine.Activations;
import org.lowrank.inference.engine.LayerMatrices;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.engine.LayerwiseModel.MatrixReader;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.weights.tensor.Checkpoint;

/**
 * Measures {@link TaskInterference} while a base model runs on two texts: the layer that runs is read of the base and of both
 * tuned models, so memory holds three layers more.
 */
public final class InterferenceMeasurer implements AutoCloseable {
    private final String stack;
    private final MatrixReader base;
    private final MatrixReader tunedA;
    private final MatrixReader tunedB;
    private final String nameA;
    private final String nameB;
    private final List<TaskInterference> rows = new ArrayList<>();
    private int layer = -1;
    private int unchanged;
    private @Nullable Layer current;

    /** W, Δ_A and Δ_B of one layer. */
    private record Layer(LayerMatrices w, LayerMatrices a, LayerMatrices b) implements AutoCloseable {
        @Override
        public void close() {
            w.close();
            a.close();
            b.close();
        }
    }

    /**
     * For a base and two models tuned from it.
     *
     * @param runs the base
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if one has other layers
     */
    public InterferenceMeasurer(
            LayerwiseModel runs, Checkpoint base, Checkpoint tunedA, String nameA, Checkpoint tunedB, String nameB)
            throws IOException {
        stack = runs.transformer().stack();
        this.base = runs.reader(base);
        this.tunedA = runs.reader(tunedA);
        this.tunedB = runs.reader(tunedB);
        this.nameA = nameA;
        this.nameB = nameB;
    }

    /**
     * Runs two texts through the base and measures nothing else.
     *
     * @param tokens which rows of the activations belong to which text
     * @throws IllegalArgumentException if a text has fewer than {@link ActivationOverlapMeasurer#FEWEST_TOKENS} tokens
     */
    public List<TaskInterference> measure(
            LayerwiseModel runs, List<int[]> sequences, ActivationOverlapMeasurer.TokenRows tokens, Progress progress)
            throws IOException, InterruptedException {
        tokens.requireEnough();
        runs.observe(sequences, new ActivationListener() {
            @Override
            public void observed(Activations activations) throws IOException {
                if (ActivationOverlapMeasurer.isOfTexts(activations.input())) {
                    InterferenceMeasurer.this.observed(
                            activations,
                            Vectors.of(activations.rows(), tokens.a(), activations.width()),
                            Vectors.of(activations.rows(), tokens.b(), activations.width()));
                }
            }

            @Override
            public void progress(long done, long total) {
                progress.at(done, total);
            }
        });
        return rows;
    }

    /** What was measured, in the order of layers; without matrices that neither model changed. */
    public List<TaskInterference> rows() {
        return rows;
    }

    /** How many matrices neither model changed. */
    public int unchanged() {
        return unchanged;
    }

    /** The input of some matrices, by text. */
    void observed(Activations activations, Vectors a, Vectors b) throws IOException {
        if (activations.layer() < 0) {
            return;
        }
        if (activations.layer() != layer) {
            close();
            layer = activations.layer();
            current = read(layer);
        }
        Layer matrices = java.util.Objects.requireNonNull(current);
        List<LayerMatrices.Matrix> all = matrices.w().matrices();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).input() == activations.input().site()) {
                measure(i, all.get(i), matrices, a, b);
            }
        }
    }

    private Layer read(int number) throws IOException {
        LayerMatrices w = base.read(number);
        try {
            LayerMatrices a = difference(tunedA, number, w, nameA);
            try {
                return new Layer(w, a, difference(tunedB, number, w, nameB));
            } catch (IOException | RuntimeException | Error e) {
                a.close();
                throw e;
            }
        } catch (IOException | RuntimeException | Error e) {
            w.close();
            throw e;
        }
    }

    private static LayerMatrices difference(MatrixReader tuned, int number, LayerMatrices w, String name)
            throws IOException {
        LayerMatrices matrices = tuned.read(number);
        try {
            matrices.subtract(w, name);
            return matrices;
        } catch (IOException | RuntimeException | Error e) {
            matrices.close();
            throw e;
        }
    }

    private void measure(int i, LayerMatrices.Matrix matrix, Layer layers, Vectors a, Vectors b) {
        double normA = layers.a().squaredNorm(i);
        double normB = layers.b().squaredNorm(i);
        if (normA == 0 && normB == 0) {
            unchanged++;
            return;
        }
        rows.add(new TaskInterference(
                stack,
                layer,
                matrix.label(),
                matrix.rows(),
                matrix.cols(),
                Math.sqrt(layers.w().squaredNorm(i)),
                Math.sqrt(normA),
                Math.sqrt(normB),
                terms(i, a, layers.a(), layers.b(), layers.w(), normA, normB),
                terms(i, b, layers.b(), layers.a(), layers.w(), normB, normA)));
    }

    private static TaskInterference.Terms terms(
            int i,
            Vectors x,
            LayerMatrices own,
            LayerMatrices other,
            LayerMatrices w,
            double ownNorm,
            double otherNorm) {
        double[] inputs = new double[x.rows()];
        for (int row = 0; row < inputs.length; row++) {
            inputs[row] = x.length(row) * x.length(row);
        }
        return TaskInterference.Terms.of(
                own.squaredLengths(i, x.entries()),
                other.squaredLengths(i, x.entries()),
                w.squaredLengths(i, x.entries()),
                inputs,
                ownNorm,
                otherNorm,
                x.width());
    }

    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
