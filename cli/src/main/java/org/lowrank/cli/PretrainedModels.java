package org.lowrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.trainer.theory.MeasuredModel;

/** Measured layer matrices, each once, as Lemma 4's bound counts them. */
final class PretrainedModels {
    private PretrainedModels() {}

    /**
     * Model by model.
     *
     * @throws UsageException if a model has none that counts, or λ is out of range
     */
    static List<MeasuredModel> beside(AnalysisResult analysis, double lambda) throws UsageException {
        if (!(lambda > 0 && lambda <= 1)) {
            throw new UsageException(
                    "theory: weight decays [" + lambda + "]: out of range; give numbers above 0 and at most 1");
        }
        Map<String, List<MeasuredModel.Matrix>> byModel = new LinkedHashMap<>();
        for (MatrixMeasurement row : analysis.matrices()) {
            List<MeasuredModel.Matrix> matrices = byModel.computeIfAbsent(row.model(), model -> new ArrayList<>());
            Double rank = row.stableRank();
            if (rank != null && counts(row, analysis.matrices())) {
                matrices.add(new MeasuredModel.Matrix(row.rows(), row.cols(), rank));
            }
        }
        List<MeasuredModel> models = new ArrayList<>();
        for (Map.Entry<String, List<MeasuredModel.Matrix>> model : byModel.entrySet()) {
            try {
                models.add(MeasuredModel.of(model.getKey(), model.getValue(), lambda));
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            }
        }
        return models;
    }

    /** Whole matrices of layers; the stack [Q; K; V] only where its parts are not measured. */
    private static boolean counts(MatrixMeasurement row, List<MatrixMeasurement> all) {
        MatrixId id = row.id();
        if (id.layer() == MatrixId.NO_LAYER || id.kind() == MatrixKind.QK || id.kind() == MatrixKind.OV) {
            return false;
        }
        return id.kind() != MatrixKind.QKV
                || all.stream()
                        .noneMatch(other -> other.model().equals(row.model())
                                && other.stack().equals(row.stack())
                                && other.layer() == row.layer()
                                && other.id().kind() == MatrixKind.Q);
    }
}
