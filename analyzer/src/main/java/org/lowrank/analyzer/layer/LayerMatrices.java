package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** The matrices of one layer, cut out of its tensors. */
final class LayerMatrices {
    private final String stack;
    private final int layer;
    private final Architecture architecture;
    private final StackConfig config;
    private final Map<String, LayerMatrix> matrices = new LinkedHashMap<>();

    LayerMatrices(String stack, int layer, Architecture architecture, StackConfig config) {
        this.stack = stack;
        this.layer = layer;
        this.architecture = architecture;
        this.config = config;
    }

    /** Takes a tensor; false, and nothing taken, if the layer has its matrices already. */
    boolean add(LayerStack.Placed placed) throws MalformedWeightsException {
        Tensor tensor = placed.tensor();
        Role role = placed.place().role();
        StackShapes.Shape shape = StackShapes.Shape.of(tensor, role, architecture)
                .orElseThrow(
                        () -> new MalformedWeightsException("wrong shape: " + tensor.name() + " in " + tensor.file()
                                + ": " + StackShapes.shape(tensor) + " is no matrix; download the model again"));
        Map<Role.Kind, List<FusedSplit.Slice>> slices = slices(role.kind(), shape, tensor.name());
        Map<String, LayerMatrix> cut = new LinkedHashMap<>();
        for (Map.Entry<Role.Kind, List<FusedSplit.Slice>> part : slices.entrySet()) {
            for (long expert = 0; expert < shape.experts(); expert++) {
                long number = role.expertAxis() ? expert : placed.place().expert();
                String name = (role.cross() ? "cross:" : "") + part.getKey() + (number < 0 ? "" : ":E" + number);
                cut.put(name, cut(name, tensor, shape, expert, part.getValue()));
            }
        }
        if (cut.keySet().stream().anyMatch(matrices::containsKey)) {
            return false;
        }
        matrices.putAll(cut);
        return true;
    }

    private Map<Role.Kind, List<FusedSplit.Slice>> slices(Role.Kind kind, StackShapes.Shape shape, String where)
            throws MalformedWeightsException {
        long out = shape.out();
        if (kind == Role.Kind.QKV) {
            return architecture.split().qkv(out, shape.in(), config, where);
        }
        if (kind == Role.Kind.KV) {
            return architecture.split().kv(out, config, where);
        }
        boolean fusedGate =
                kind == Role.Kind.GATE_UP || kind == Role.Kind.UP_GATE || kind == Role.Kind.GATE_UP_INTERLEAVED;
        if (!fusedGate) {
            return Map.of(kind, List.of(FusedSplit.Slice.rows(0, out)));
        }
        if (out % 2 != 0) {
            throw new MalformedWeightsException("cannot split fused matrix: " + where + ": " + out
                    + " rows of gate and up are not even; download the model again");
        }
        FusedSplit.Slice first;
        FusedSplit.Slice second;
        if (kind == Role.Kind.GATE_UP_INTERLEAVED) {
            first = new FusedSplit.Slice(0, 2, out / 2);
            second = new FusedSplit.Slice(1, 2, out / 2);
        } else {
            first = FusedSplit.Slice.rows(0, out / 2);
            second = FusedSplit.Slice.rows(out / 2, out / 2);
        }
        boolean upFirst = kind == Role.Kind.UP_GATE;
        return Map.of(
                Role.Kind.GATE, List.of(upFirst ? second : first), Role.Kind.M1, List.of(upFirst ? first : second));
    }

    private LayerMatrix cut(
            String name, Tensor tensor, StackShapes.Shape shape, long expert, List<FusedSplit.Slice> slices) {
        long start = expert * shape.out() * shape.in();
        long rows = slices.stream().mapToLong(FusedSplit.Slice::count).sum();
        List<Tensor.View> views = slices.stream()
                .map(slice -> shape.inOut()
                        ? new Tensor.View(start + slice.start(), shape.in(), slice.count(), shape.out(), slice.step())
                        : new Tensor.View(
                                start + slice.start() * shape.in(),
                                slice.count(),
                                shape.in(),
                                slice.step() * shape.in(),
                                1))
                .toList();
        return new LayerMatrix(
                stack, layer, name, rows, shape.in(), List.of(new LayerMatrix.Part(tensor, views, shape.inOut())));
    }

    /** All of them, QKV among them where Q, K and V read the same input. */
    List<LayerMatrix> matrices() {
        splitFusedUp();
        for (String prefix : List.of("", "cross:")) {
            LayerMatrix q = matrices.get(prefix + "Q");
            LayerMatrix k = matrices.get(prefix + "K");
            LayerMatrix v = matrices.get(prefix + "V");
            if (q != null && k != null && v != null && q.cols() == k.cols() && k.cols() == v.cols()) {
                List<LayerMatrix.Part> parts = new ArrayList<>(q.parts());
                parts.addAll(k.parts());
                parts.addAll(v.parts());
                String name = prefix + "QKV";
                long rows = q.rows() + k.rows() + v.rows();
                matrices.put(name, new LayerMatrix(stack, layer, name, rows, q.cols(), parts));
            }
        }
        return List.copyOf(matrices.values());
    }

    /** GGUF calls a fused gate and up {@code ffn_up} too: with twice the rows M2 reads, and no gate beside it. */
    private void splitFusedUp() {
        LayerMatrix up = matrices.get("M1");
        LayerMatrix down = matrices.get("M2");
        if (up == null || down == null || matrices.containsKey("GATE") || up.rows() != 2 * down.cols()) {
            return;
        }
        LayerMatrix.Part part = up.parts().get(0);
        StackShapes.Shape shape = new StackShapes.Shape(1, up.rows(), up.cols(), part.transposed());
        long half = up.rows() / 2;
        matrices.put("GATE", cut("GATE", part.tensor(), shape, 0, List.of(FusedSplit.Slice.rows(0, half))));
        matrices.put("M1", cut("M1", part.tensor(), shape, 0, List.of(FusedSplit.Slice.rows(half, half))));
    }
}
