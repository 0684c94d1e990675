package org.lowrank.merge.prediction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.measurement.OpenGroup;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.WeightDifference;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** The layer matrices of several models of one architecture, and their differences from the base. */
public final class TaskVectors {
    private final Optional<Side> base;
    private final List<Side> models;
    private final Map<String, LayerMatrix> ofBase;
    private final List<Map<String, LayerMatrix>> ofModels = new ArrayList<>();

    /**
     * A model's layer matrices.
     *
     * @param model as the user calls it
     */
    public record Side(String model, List<LayerMatrix> matrices) {}

    /**
     * Matches the matrices by stack, layer and kind.
     *
     * @param base from which differences are taken; empty: the weights themselves
     * @throws MalformedWeightsException if one model has a matrix that another lacks, for instance more layers
     */
    public TaskVectors(Optional<Side> base, List<Side> models) throws MalformedWeightsException {
        this.base = base;
        this.models = List.copyOf(models);
        Side first = base.orElseGet(() -> models.get(0));
        this.ofBase = byPlace(first);
        for (Side model : models) {
            Map<String, LayerMatrix> matrices = byPlace(model);
            checkSame(first, ofBase, model, matrices);
            checkSame(model, matrices, first, ofBase);
            ofModels.add(matrices);
        }
    }

    private static void checkSame(
            Side side, Map<String, LayerMatrix> matrices, Side other, Map<String, LayerMatrix> others)
            throws MalformedWeightsException {
        for (String key : matrices.keySet()) {
            if (!others.containsKey(key)) {
                throw new MalformedWeightsException("layers differ: " + side.model() + ": " + key + " is not in "
                        + other.model() + "; compare models of one architecture and depth");
            }
        }
    }

    private static Map<String, LayerMatrix> byPlace(Side side) {
        Map<String, LayerMatrix> byPlace = new LinkedHashMap<>();
        side.matrices().stream()
                .filter(matrix -> matrix.stackedFrom().isEmpty())
                .forEach(matrix -> byPlace.put(key(matrix), matrix));
        return byPlace;
    }

    static String key(LayerMatrix matrix) {
        return matrix.id().toString();
    }

    /** The matrices, QKV left out as it is Q, K and V again. */
    public List<LayerMatrix> matrices() {
        return List.copyOf(ofBase.values());
    }

    /** The models compared. */
    public List<String> models() {
        return models.stream().map(Side::model).toList();
    }

    /** Where the task vectors of a matrix are used while the weights are open. */
    @FunctionalInterface
    interface Use<R> {
        R apply(List<Dense> deltas) throws IOException;
    }

    /** Δ_m of every model for one matrix, [out, in]. The base's is read once for all of them. */
    <R> R with(LayerMatrix matrix, Use<R> use) throws IOException {
        List<Dense> deltas = new ArrayList<>();
        if (base.isEmpty()) {
            Dense zero = Dense.zeros(Math.toIntExact(matrix.rows()), Math.toIntExact(matrix.cols()));
            for (int m = 0; m < models.size(); m++) {
                deltas.add(delta(matrix, zero.stored(), false, m));
            }
        } else {
            try (OpenGroup open = OpenGroup.open(TensorGroup.together(List.of(matrix)))) {
                boolean transposed = matrix.parts().get(0).transposed();
                for (int m = 0; m < models.size(); m++) {
                    deltas.add(delta(matrix, open.stored(matrix), transposed, m));
                }
            }
        }
        return use.apply(deltas);
    }

    private Dense delta(LayerMatrix ofBase, StoredMatrix from, boolean fromTransposed, int model) throws IOException {
        LayerMatrix other = required(ofModels.get(model), key(ofBase));
        if (ofBase.rows() != other.rows() || ofBase.cols() != other.cols()) {
            throw new MalformedWeightsException("shapes differ: " + key(other) + ": " + ofBase.rows() + " x "
                    + ofBase.cols() + " and " + other.rows() + " x " + other.cols()
                    + "; compare models of one shape");
        }
        try (OpenGroup open = OpenGroup.open(TensorGroup.together(List.of(other)))) {
            boolean transposed = other.parts().get(0).transposed();
            StoredMatrix to = open.stored(other);
            Dense delta = Dense.of(WeightDifference.of(from, fromTransposed, to, transposed));
            long at = delta.firstNotFinite();
            if (at >= 0) {
                Dense zero = Dense.zeros(delta.rows(), delta.cols());
                Dense own = Dense.of(WeightDifference.of(zero.stored(), false, to, transposed));
                boolean itself = base.isEmpty() || own.firstNotFinite() == at;
                throw notFinite(
                        itself ? models.get(model).model() : base.get().model(),
                        itself ? other : ofBase,
                        itself ? own.entries().get((int) at) : delta.entries().get((int) at),
                        at);
            }
            return delta;
        }
    }

    private static MalformedWeightsException notFinite(String model, LayerMatrix matrix, double value, long at) {
        return new MalformedWeightsException("not a finite number: " + model + ": " + key(matrix) + " ("
                + matrix.parts().get(0).tensor().name() + "): element [" + at / matrix.cols() + ", "
                + at % matrix.cols() + "] is " + value + "; compare checkpoints without NaN and infinities");
    }

    private static LayerMatrix required(Map<String, LayerMatrix> matrices, String key) {
        LayerMatrix matrix = matrices.get(key);
        if (matrix == null) {
            throw new IllegalStateException("nothing known of " + key);
        }
        return matrix;
    }

    /** The same base against another model, for instance the merged one. */
    TaskVectors against(Side model) throws MalformedWeightsException {
        return new TaskVectors(base, List.of(model));
    }
}
