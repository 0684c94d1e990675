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
    private final Map<MatrixId, LayerMatrix> matrices = new LinkedHashMap<>();

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
        Map<MatrixId, LayerMatrix> cut = new LinkedHashMap<>();
        for (Map.Entry<Role.Kind, List<FusedSplit.Slice>> part : slices.entrySet()) {
            for (long expert = 0; expert < shape.experts(); expert++) {
                long number = role.expertAxis() ? expert : placed.place().expert();
                MatrixId id = id(part.getKey(), role.cross(), number);
                cut.put(id, cut(id, tensor, shape, expert, part.getValue()));
            }
        }
        if (cut.keySet().stream().anyMatch(matrices::containsKey)) {
            return false;
        }
        matrices.putAll(cut);
        return true;
    }

    private MatrixId id(Role.Kind kind, boolean cross, long expert) {
        MatrixId.Member member = expert < 0 ? MatrixId.Member.WHOLE : MatrixId.Member.expert(Math.toIntExact(expert));
        return new MatrixId(stack, layer, MatrixKind.valueOf(kind.name()), cross, member, "");
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

    private static LayerMatrix cut(
            MatrixId id, Tensor tensor, StackShapes.Shape shape, long expert, List<FusedSplit.Slice> slices) {
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
        return new LayerMatrix(id, rows, shape.in(), List.of(new LayerMatrix.Part(tensor, views, shape.inOut())));
    }

    /** All of them, QKV among them where Q, K and V read the same input. */
    List<LayerMatrix> matrices() {
        splitFusedUp();
        for (boolean cross : new boolean[] {false, true}) {
            LayerMatrix q = matrices.get(id(Role.Kind.Q, cross, -1));
            LayerMatrix k = matrices.get(id(Role.Kind.K, cross, -1));
            LayerMatrix v = matrices.get(id(Role.Kind.V, cross, -1));
            if (q != null && k != null && v != null && q.cols() == k.cols() && k.cols() == v.cols()) {
                List<LayerMatrix.Part> parts = new ArrayList<>(q.parts());
                parts.addAll(k.parts());
                parts.addAll(v.parts());
                MatrixId id = q.id().with(MatrixKind.QKV);
                long rows = q.rows() + k.rows() + v.rows();
                matrices.put(id, new LayerMatrix(id, rows, q.cols(), parts, List.of(q.id(), k.id(), v.id())));
            }
        }
        return List.copyOf(matrices.values());
    }

    /** GGUF calls a fused gate and up {@code ffn_up} too: with twice the rows M2 reads, and no gate beside it. */
    private void splitFusedUp() {
        MatrixId m1 = id(Role.Kind.M1, false, -1);
        MatrixId gate = m1.with(MatrixKind.GATE);
        LayerMatrix up = matrices.get(m1);
        LayerMatrix down = matrices.get(m1.with(MatrixKind.M2));
        if (up == null || down == null || matrices.containsKey(gate) || up.rows() != 2 * down.cols()) {
            return;
        }
        LayerMatrix.Part part = up.parts().get(0);
        StackShapes.Shape shape = new StackShapes.Shape(1, up.rows(), up.cols(), part.transposed());
        long half = up.rows() / 2;
        matrices.put(gate, cut(gate, part.tensor(), shape, 0, List.of(FusedSplit.Slice.rows(0, half))));
        matrices.put(m1, cut(m1, part.tensor(), shape, 0, List.of(FusedSplit.Slice.rows(half, half))));
    }
}
