package org.lowrank.analyzer.paper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lowrank.weights.checkpoints.PlannedTensor;
import org.lowrank.weights.checkpoints.PlannedTensor.Values;
import org.lowrank.weights.checkpoints.PlantedMatrix;
import org.lowrank.weights.tensor.DType;

/**
 * The tensors of one model by name, in the order of its state dict. Every matrix of a layer has a known spectrum, another
 * scale for every layer and matrix; the rest is zero.
 */
final class Layout {
    private static final List<String> MATRICES = List.of("Q", "K", "V", "O", "M1", "M2");

    private final ModelSize size;
    private final DType dtype;
    private final Map<String, PlannedTensor> tensors = new LinkedHashMap<>();
    private final Map<String, PlantedMatrix> planted = new TreeMap<>();

    Layout(ModelSize size, DType dtype) {
        this.size = size;
        this.dtype = dtype;
    }

    ModelSize size() {
        return size;
    }

    Map<String, PlannedTensor> tensors() {
        return tensors;
    }

    /** What is planted, by {@code "<layer> <matrix>"}. */
    Map<String, PlantedMatrix> planted() {
        return planted;
    }

    /** The matrix of a layer; Q, K and V of a layer have orthogonal row spaces. */
    PlantedMatrix matrix(int layer, String kind) {
        return planted.computeIfAbsent(layer + " " + kind, none -> {
            int rows = kind.equals("M1") ? size.f() : size.d();
            int cols = kind.equals("M2") ? size.f() : size.d();
            double scale = (1 + 0.1 * layer) * (1 + 0.07 * MATRICES.indexOf(kind));
            int frequency = kind.equals("K") ? 4 : kind.equals("V") ? 7 : 1;
            return new PlantedMatrix(rows, cols, scale, frequency);
        });
    }

    /** A tensor of zeros. */
    void zeros(String name, long... shape) {
        zeros(name, dtype, shape);
    }

    void zeros(String name, DType type, long... shape) {
        tensors.put(name, PlannedTensor.zeros(type, shape));
    }

    /** A torch.nn.Linear: weight [out, in] and bias. */
    void linear(String module, int layer, String kind) {
        linear(module, layer, kind, true);
    }

    void linear(String module, int layer, String kind, boolean bias) {
        PlantedMatrix matrix = matrix(layer, kind);
        long out = kind.equals("M1") ? size.f() : size.d();
        long in = kind.equals("M2") ? size.f() : size.d();
        tensors.put(module + ".weight", new PlannedTensor(dtype, List.of(out, in), matrix));
        if (bias) {
            zeros(module + ".bias", out);
        }
    }

    /** GPT-2's Conv1D: weight [in, out] of a matrix, or of Q, K and V beside each other, and bias. */
    void conv1d(String module, int layer, String kind) {
        int d = size.d();
        boolean fused = kind.equals("QKV");
        Values outIn = fused
                ? matrix(layer, "Q").above(d, matrix(layer, "K").above(d, matrix(layer, "V")))
                : matrix(layer, kind);
        long out = fused ? 3L * d : kind.equals("M1") ? size.f() : d;
        long in = kind.equals("M2") ? size.f() : d;
        tensors.put(module + ".weight", new PlannedTensor(dtype, List.of(in, out), outIn.transposed()));
        zeros(module + ".bias", out);
    }

    /** Gain and shift of a layer normalisation, in old files gamma and beta. */
    void norm(String module, String gain, String shift) {
        zeros(module + "." + gain, size.d());
        zeros(module + "." + shift, size.d());
    }

    void norm(String module) {
        norm(module, "weight", "bias");
    }
}
