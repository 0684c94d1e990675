package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;

/** A checkpoint with known spectra in the making, and what an analysis of it must find. */
abstract class PlantedContract {
    static final int D = 24;
    static final int F = 56;
    static final List<String> KINDS = List.of("Q", "K", "V", "O", "M1", "M2");

    @TempDir
    Path directory;

    final PlantedLayer planted = new PlantedLayer();
    final Map<String, TestTensor> tensors = new LinkedHashMap<>();

    double[][] matrix(int layer, String kind) {
        return planted.matrix(layer, kind, kind.equals("M1") ? F : D, kind.equals("M2") ? F : D);
    }

    void put(String name, double[][] matrix) {
        tensors.put(name, tensor(matrix));
    }

    static TestTensor tensor(double[][]... matrices) {
        List<Long> shape = new ArrayList<>(List.of((long) matrices[0].length, (long) matrices[0][0].length));
        if (matrices.length > 1) {
            shape.add(0, (long) matrices.length);
        }
        double[] values = Arrays.stream(matrices)
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        return TestTensor.of(DType.F64, shape, values);
    }

    ModelOutcome analyze(Path model) throws Exception {
        try (ModelAnalysis analysis =
                        ModelAnalysis.open(model.toString(), SourceOptions.defaults(), LayerSelection.ALL);
                SpectralEngine engine = SpectralEngines.create()) {
            return analysis.measure(
                    engine, SpectralOptions.defaults(), 1, "test", Optional.empty(), (done, total, last) -> {});
        }
    }

    /** Rows by {@code "<layer> <matrix>"}, {@code "<layer> <stack> <matrix>"} where there are several stacks. */
    static Map<String, MatrixMeasurement> rows(ModelOutcome outcome) {
        boolean several = outcome.matrices().stream()
                        .map(MatrixMeasurement::stack)
                        .distinct()
                        .count()
                > 1;
        Map<String, MatrixMeasurement> rows = new TreeMap<>();
        outcome.matrices()
                .forEach(row -> rows.put(row.layer() + " " + (several ? row.stack() + " " : "") + row.matrix(), row));
        return rows;
    }

    /** σ1 and ‖A‖_F of everything planted, and nothing measured besides but the stacked QKV. */
    void assertPlanted(ModelOutcome outcome) {
        Map<String, MatrixMeasurement> rows = rows(outcome);
        planted.planted()
                .forEach((matrix, scale) -> assertThat(rows).hasEntrySatisfying(matrix, row -> {
                    assertThat(row.spectralNorm()).as("σ1 of " + matrix).isCloseTo(scale, within(1e-9 * scale));
                    assertThat(row.frobeniusNorm())
                            .as("‖A‖_F of " + matrix)
                            .isCloseTo(PlantedLayer.FROBENIUS * scale, within(1e-9 * scale));
                }));
        rows.keySet().removeAll(planted.planted().keySet());
        assertThat(rows.keySet()).allMatch(matrix -> matrix.endsWith("QKV"));
    }
}
