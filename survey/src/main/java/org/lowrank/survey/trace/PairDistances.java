package org.lowrank.survey.trace;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.weights.files.ModelNotFoundException;

/** Distances of pairs of checkpoints: measured once, kept, and looked up. */
final class PairDistances {
    private final TraceStore store;
    private final OpenRevisions open;
    private final int threads;
    private final Map<String, Map<MatrixId, Double>> known = new HashMap<>();

    PairDistances(TraceStore store, OpenRevisions open, int threads) {
        this.store = store;
        this.open = open;
        this.threads = threads;
    }

    /**
     * Measures the distances of two checkpoints, unless they are kept or both have the same weights.
     *
     * @throws ReportWriteException if they cannot be kept
     * @throws ModelNotFoundException if one may not be read any more
     */
    void measure(MeasuredStep a, MeasuredStep b) throws IOException, ModelNotFoundException, InterruptedException {
        String name = name(a, b);
        if (a.key().equals(b.key()) || known.containsKey(name)) {
            return;
        }
        Optional<SavedPair> saved = store.pair(a.key(), b.key());
        if (saved.isPresent()) {
            known.put(name, saved.get().byMatrix());
            return;
        }
        Map<MatrixId, Double> found = Movements.between(open.get(a.origin()), open.get(b.origin()), threads);
        store.save(a.key(), b.key(), SavedPair.of(found));
        known.put(name, found);
    }

    /** What was measured; null where nothing was. */
    @Nullable
    Map<MatrixId, Double> between(MeasuredStep a, MeasuredStep b) {
        if (!a.key().equals(b.key())) {
            return known.get(name(a, b));
        }
        Map<MatrixId, Double> zeros = new LinkedHashMap<>();
        a.saved().matrices().forEach(row -> zeros.put(row.id(), 0.0));
        return zeros;
    }

    private static String name(MeasuredStep a, MeasuredStep b) {
        return a.key() + "-" + b.key();
    }
}
