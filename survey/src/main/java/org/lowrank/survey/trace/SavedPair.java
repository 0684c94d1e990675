package org.lowrank.survey.trace;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.analyzer.layer.MatrixId;

/** How far two checkpoints' matrices are apart, kept beside their measurements. */
record SavedPair(int schemaVersion, String kind, List<Distance> distances) {
    static final int SCHEMA_VERSION = 1;
    static final String KIND = "trace-pair";

    /**
     * Of one matrix.
     *
     * @param distance ‖B − A‖_F
     */
    record Distance(MatrixId id, double distance) {}

    static SavedPair of(Map<MatrixId, Double> distances) {
        return new SavedPair(
                SCHEMA_VERSION,
                KIND,
                distances.entrySet().stream()
                        .map(entry -> new Distance(entry.getKey(), entry.getValue()))
                        .toList());
    }

    Map<MatrixId, Double> byMatrix() {
        Map<MatrixId, Double> byMatrix = new LinkedHashMap<>();
        distances.forEach(one -> byMatrix.put(one.id(), one.distance()));
        return byMatrix;
    }
}
