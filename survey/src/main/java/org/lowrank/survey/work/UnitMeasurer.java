package org.lowrank.survey.work;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/**
 * Units to rows, on whichever machine this runs. Rows are the same to the last bit as those of {@code analyze}: both measure matrices
 * that share tensors in one call of the same engine. Models stay open from one unit to the next, because opening one costs requests;
 * safe for several threads.
 */
public final class UnitMeasurer implements AutoCloseable {
    /** Idle models kept open. */
    private static final int MOST_IDLE = 4;

    private final MeasuringRun run;
    private final Map<String, Open> open = new LinkedHashMap<>();

    /** Starts the engine. */
    public UnitMeasurer(MeasureOptions options) {
        this.run = new MeasuringRun(options);
    }

    private static final class Open {
        private @Nullable ModelAnalysis model;
        private int users;
    }

    /**
     * Measures one unit on one thread.
     *
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if the model is not any more what was planned, or damaged
     */
    public List<MatrixMeasurement> measure(WorkUnit unit)
            throws IOException, ModelNotFoundException, InterruptedException {
        String key = unit.reference() + "\n" + unit.name();
        Open model = acquire(key);
        try {
            return measure(run, opened(model, unit), unit);
        } finally {
            release(key, model);
        }
    }

    /** The same of a model that is open. */
    public static List<MatrixMeasurement> measure(MeasuringRun run, ModelAnalysis model, WorkUnit unit)
            throws IOException, ModelNotFoundException, InterruptedException {
        if (!run.identity(model).equals(unit.identity())) {
            throw model.changed();
        }
        Map<WorkUnit.Key, LayerMatrix> matrices = new HashMap<>();
        model.layers().matrices().forEach(matrix -> matrices.put(WorkUnit.Key.of(matrix.id()), matrix));
        List<LayerMatrix> wanted = new ArrayList<>();
        for (WorkUnit.Key key : unit.matrices()) {
            LayerMatrix matrix = matrices.get(key);
            if (matrix == null) {
                throw new IllegalArgumentException(
                        "no such matrix: " + unit.name() + ": " + key + "; plan and measure with the same selection");
            }
            wanted.add(matrix);
        }
        List<MatrixMeasurement> rows = run.rows(model, wanted, 1, (done, total, last) -> {});
        if (!run.identity(model).equals(unit.identity())) {
            throw model.changed();
        }
        return rows;
    }

    private synchronized Open acquire(String key) {
        Open model = open.computeIfAbsent(key, none -> new Open());
        model.users++;
        return model;
    }

    private ModelAnalysis opened(Open slot, WorkUnit unit) throws IOException, ModelNotFoundException {
        synchronized (slot) { // one opens, the others wait for it
            ModelAnalysis model = slot.model;
            if (model == null) {
                model = run.open(ModelReference.parse(unit.reference()), Optional.of(unit.name()));
                slot.model = model;
            }
            return model;
        }
    }

    /** The least recently used idle models are closed where there are too many. */
    private synchronized void release(String key, Open model) throws IOException {
        model.users--;
        open.remove(key);
        open.put(key, model);
        List<String> idle = open.entrySet().stream()
                .filter(entry -> entry.getValue().users == 0)
                .map(Map.Entry::getKey)
                .toList();
        for (int i = 0; i < idle.size() - MOST_IDLE; i++) {
            close(open.remove(idle.get(i)));
        }
    }

    private static void close(@Nullable Open slot) throws IOException {
        ModelAnalysis model = slot == null ? null : slot.model;
        if (model != null) {
            model.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        try (run) {
            for (Open one : open.values()) {
                close(one);
            }
            open.clear();
        }
    }
}
