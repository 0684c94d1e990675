package org.lowrank.merge.prediction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;

/**
 * Measures task vectors against one another, matrix by matrix: no full decompositions, the weights of a matrix read twice. At most
 * {@code threads} matrices are in memory, 8 bytes a weight for each model and two more.
 */
public final class MergePredictor {
    /** Directions compared unless asked otherwise. */
    public static final int DEFAULT_DIRECTIONS = 8;

    private final SpectralEngine engine;
    private final SpectralOptions options;
    private final int directions;
    private final int threads;

    /**
     * A predictor.
     *
     * @param directions leading directions compared, at least 1
     * @param threads matrices side by side; the results do not depend on it
     */
    public MergePredictor(SpectralEngine engine, SpectralOptions options, int directions, int threads) {
        this.engine = engine;
        this.options = options;
        this.directions = directions;
        this.threads = threads;
    }

    /**
     * All pairs of all matrices, in the order of the matrices.
     *
     * @param weights factors of the task vectors of a matrix in the merge
     */
    public List<PairPrediction> predict(TaskVectors vectors, Function<LayerMatrix, double[]> weights, Progress progress)
            throws IOException, InterruptedException {
        MatrixPrediction prediction = new MatrixPrediction(engine, options, directions);
        List<PairPrediction> all = new ArrayList<>();
        each(
                        vectors,
                        progress,
                        matrix -> vectors.with(
                                matrix,
                                deltas ->
                                        prediction.pairs(matrix.id(), vectors.models(), deltas, weights.apply(matrix))))
                .forEach(all::addAll);
        return all;
    }

    /** What came out, in the order of the matrices. */
    public List<Verification> verify(
            TaskVectors vectors, TaskVectors.Side merged, Function<LayerMatrix, double[]> weights, Progress progress)
            throws IOException, InterruptedException {
        TaskVectors result = vectors.against(merged);
        return each(
                vectors,
                progress,
                matrix -> vectors.with(
                        matrix,
                        deltas -> result.with(
                                matrix,
                                only -> verification(
                                        matrix, vectors.models(), deltas, only.get(0), weights.apply(matrix)))));
    }

    private Verification verification(
            LayerMatrix matrix, List<String> models, List<Dense> deltas, Dense merged, double[] weights) {
        SpectralMeasurement measured = engine.measure(merged.stored(), options);
        Dense sum = Dense.zeros(merged.rows(), merged.cols());
        List<Verification.Retained> parts = new ArrayList<>();
        for (int m = 0; m < deltas.size(); m++) {
            sum.add(weights[m], deltas.get(m));
            SpectralMeasurement part = engine.measure(deltas.get(m).stored(), options);
            double dot = merged.against(deltas.get(m))[0];
            double norm = part.frobeniusNorm();
            boolean zero = norm == 0;
            parts.add(new Verification.Retained(
                    models.get(m),
                    part.spectralNorm(),
                    zero ? null : (Double) (dot / norm / norm),
                    zero || measured.frobeniusNorm() == 0 ? null : (Double) (dot / norm / measured.frobeniusNorm())));
        }
        return new Verification(
                matrix.id(),
                measured.frobeniusNorm(),
                measured.spectralNorm(),
                measured.stableRank().isPresent()
                        ? (Double) measured.stableRank().getAsDouble()
                        : null,
                engine.measure(sum.stored(), options).spectralNorm(),
                parts);
    }

    /** What is done with one matrix. */
    @FunctionalInterface
    private interface Task<R> {
        R of(LayerMatrix matrix) throws IOException;
    }

    private <R> List<R> each(TaskVectors vectors, Progress progress, Task<R> task)
            throws IOException, InterruptedException {
        int total = vectors.matrices().size();
        AtomicInteger done = new AtomicInteger();
        return SideBySide.all("predict", threads, vectors.matrices(), matrix -> {
            R result = task.of(matrix);
            progress.at(done.incrementAndGet(), total);
            return result;
        });
    }
}
