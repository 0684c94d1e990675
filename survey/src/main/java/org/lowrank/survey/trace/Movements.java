package org.lowrank.survey.trace;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.OpenGroup;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.spectral.matrix.FrobeniusDistance;

/** ‖W_b − W_a‖_F of every matrix that two checkpoints have in one shape. */
final class Movements {
    private Movements() {}

    /**
     * The distances, in the order of a's matrices.
     *
     * @param threads groups of matrices side by side
     */
    static Map<MatrixId, Double> between(ModelAnalysis a, ModelAnalysis b, int threads)
            throws IOException, InterruptedException {
        Map<MatrixId, LayerMatrix> others = new HashMap<>();
        b.layers().matrices().forEach(matrix -> others.put(matrix.id(), matrix));
        List<LayerMatrix> both = a.layers().matrices().stream()
                .filter(matrix -> {
                    LayerMatrix other = others.get(matrix.id());
                    return other != null && other.rows() == matrix.rows() && other.cols() == matrix.cols();
                })
                .toList();
        Map<MatrixId, Double> found = new HashMap<>();
        SideBySide.all("movement", threads, TensorGroup.of(both), group -> distances(group, others))
                .forEach(found::putAll);
        Map<MatrixId, Double> ordered = new LinkedHashMap<>();
        both.forEach(matrix -> ordered.put(matrix.id(), Objects.requireNonNull(found.get(matrix.id()))));
        return ordered;
    }

    private static Map<MatrixId, Double> distances(TensorGroup group, Map<MatrixId, LayerMatrix> others)
            throws IOException {
        List<LayerMatrix> partners = group.matrices().stream()
                .map(matrix -> Objects.requireNonNull(others.get(matrix.id())))
                .toList();
        Map<MatrixId, Double> distances = new HashMap<>();
        try (OpenGroup openA = OpenGroup.open(group);
                OpenGroup openB = OpenGroup.open(TensorGroup.together(partners))) {
            for (LayerMatrix matrix : group.matrices()) {
                LayerMatrix partner = Objects.requireNonNull(others.get(matrix.id()));
                distances.put(
                        matrix.id(),
                        FrobeniusDistance.of(
                                openA.stored(matrix),
                                matrix.parts().get(0).transposed(),
                                openB.stored(partner),
                                partner.parts().get(0).transposed()));
            }
        }
        return distances;
    }
}
