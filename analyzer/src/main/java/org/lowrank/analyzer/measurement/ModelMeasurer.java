package org.lowrank.analyzer.measurement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Measures all layer matrices of a model: one thread opens tensors ahead (maps, fetches or decodes them) while the
 * others measure, and what is open at any time is bounded by the number of threads, not by the number of layers.
 */
public final class ModelMeasurer {
    private final SpectralEngine engine;
    private final SpectralOptions options;
    private final int threads;

    /** Measures on {@code threads} threads, matrices side by side; the results do not depend on how many. */
    public ModelMeasurer(SpectralEngine engine, SpectralOptions options, int threads) {
        this.engine = engine;
        this.options = options;
        this.threads = threads;
    }

    /** Told after each matrix, from any thread. */
    public interface Progress {
        void measured(int done, int total, LayerMatrix last);
    }

    /**
     * Measures the matrices, in their order.
     *
     * @throws MalformedWeightsException if a weight is NaN or infinite, or a tensor cannot be decoded
     * @throws InterruptedException if the calling thread is interrupted; nothing keeps running
     */
    public List<MatrixMeasurement> measure(String model, String revision, List<LayerMatrix> matrices, Progress progress)
            throws IOException, InterruptedException {
        Map<LayerMatrix, Measured> results = new HashMap<>();
        AtomicInteger done = new AtomicInteger();
        ForkJoinPool workers = workers();
        ExecutorService loader = Executors.newSingleThreadExecutor(daemon("load"));
        ExecutorCompletionService<Map<LayerMatrix, Measured>> finished =
                new ExecutorCompletionService<>(workers::execute); // not the pool itself, which wraps exceptions
        Semaphore open = new Semaphore(threads + 1);
        List<TensorGroup> groups = TensorGroup.of(matrices);
        int tasks = groups.stream().mapToInt(group -> group.tasks().size()).sum();
        try {
            var loading = loader.submit(() -> {
                for (TensorGroup group : groups) {
                    open.acquire();
                    OpenGroup opened = OpenGroup.open(group, open::release);
                    for (TensorGroup.Task task : group.tasks()) {
                        finished.submit(() -> {
                            try {
                                Map<LayerMatrix, Measured> measured = measure(opened, task);
                                measured.keySet()
                                        .forEach(matrix ->
                                                progress.measured(done.incrementAndGet(), matrices.size(), matrix));
                                return measured;
                            } finally {
                                opened.taskDone();
                            }
                        });
                    }
                }
                return null;
            });
            for (int i = 0; i < tasks; i++) {
                var next = finished.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS);
                while (next == null) {
                    if (loading.isDone()) {
                        loading.get(); // throws if a tensor could not be opened
                    }
                    next = finished.poll(100, java.util.concurrent.TimeUnit.MILLISECONDS);
                }
                results.putAll(next.get());
            }
        } catch (ExecutionException e) {
            throw SideBySide.thrown(e);
        } finally {
            loader.shutdownNow();
            workers.shutdownNow();
        }
        List<MatrixMeasurement> rows = new ArrayList<>(matrices.size());
        for (LayerMatrix matrix : matrices) {
            Measured measured = results.get(matrix);
            if (measured == null) {
                throw new IllegalStateException("no measurement of " + matrix);
            }
            rows.add(MatrixMeasurement.of(model, revision, matrix, measured.numbers, measured.fixedAspectHill));
        }
        return rows;
    }

    /**
     * What one matrix gave.
     *
     * @param fixedAspectHill see {@link SquareWindows}; null without spectrum
     */
    private record Measured(
            SpectralMeasurement numbers, @Nullable Double fixedAspectHill) {}

    private Map<LayerMatrix, Measured> measure(OpenGroup group, TensorGroup.Task task) throws IOException {
        if (task.stack() == null && FactoredMatrices.isFactored(task.parts().get(0))) {
            return factored(group, task.parts().get(0));
        }
        StoredParts parts = group.stored(task);
        try {
            List<SpectralMeasurement> measured =
                    engine.measure(parts.matrices(), task.stack() != null, parts.stackAxis(), options);
            Map<LayerMatrix, Measured> results = new HashMap<>();
            for (int i = 0; i < task.parts().size(); i++) {
                put(
                        results,
                        task.parts().get(i),
                        measured.get(i),
                        parts.matrices().get(i));
            }
            if (task.stack() != null) {
                put(results, task.stack(), measured.get(measured.size() - 1), parts.stack());
            }
            return results;
        } catch (NonFiniteWeightException e) {
            throw NonFiniteWeights.locate(task, group, e);
        }
    }

    private void put(
            Map<LayerMatrix, Measured> results,
            LayerMatrix matrix,
            SpectralMeasurement measured,
            @Nullable StoredMatrix stored)
            throws MalformedWeightsException {
        requireRange(matrix, measured);
        Double exponent = measured.singularValues() == null || stored == null
                ? null
                : SquareWindows.hillExponent(stored, measured, engine, options);
        results.put(matrix, new Measured(measured, exponent));
    }

    private static Map<LayerMatrix, Measured> factored(OpenGroup group, LayerMatrix matrix) throws IOException {
        try {
            SpectralMeasurement measured = group.factored(matrix).orElseThrow().measure();
            requireRange(matrix, measured);
            return Map.of(matrix, new Measured(measured, null));
        } catch (NonFiniteWeightException e) {
            throw FactoredMatrices.located(matrix, e);
        }
    }

    private static void requireRange(LayerMatrix matrix, SpectralMeasurement measured)
            throws MalformedWeightsException {
        double largest = Math.max(measured.frobeniusNorm(), measured.spectralNormUpper());
        if (!(largest <= Double.MAX_VALUE)) {
            throw new MalformedWeightsException("norm out of range: " + matrix.stack() + " layer " + matrix.layer()
                    + " " + matrix.matrix() + ": the weights are finite, but their norm is above "
                    + Double.MAX_VALUE + ", the largest number there is; scale them down");
        }
    }

    /** A pool whose idle workers help with a large matrix that another one measures. */
    private ForkJoinPool workers() {
        return new ForkJoinPool(
                threads,
                pool -> {
                    ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
                    thread.setName("lowrank-measure-" + thread.getPoolIndex());
                    return thread;
                },
                null,
                true);
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "lowrank-" + name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
