package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** The matrices of one layer, cut out of its tensors. */
final class LayerMatrices {
    private final String stack;
    private final int layer;
    private final LayerStack of;
    private final StackShapes shapes;
    private final StackConfig config;
    private final boolean routed;
    private final Map<MatrixId, LayerMatrix> matrices = new LinkedHashMap<>();
    private final Map<String, Long> feedForwardReads = new HashMap<>();
    private long attentionReads;

    /**
     * None yet.
     *
     * @param routed the stack has routed experts, beside which a shared one is told apart
     */
    LayerMatrices(String stack, int layer, LayerStack of, StackShapes shapes, StackConfig config, boolean routed) {
        this.stack = stack;
        this.layer = layer;
        this.of = of;
        this.shapes = shapes;
        this.config = config;
        this.routed = routed;
    }

    /** Says what O and M2 read: by it a query or M1 with a gate in one tensor is told from one without. */
    void reads(List<LayerStack.Placed> placed) {
        for (LayerStack.Placed tensor : placed) {
            if (tensor.role().kind() == Role.Kind.M2) {
                feedForwardReads.put(
                        LayerParts.owner(tensor),
                        shapes.shape(tensor).map(StackShapes.Shape::in).orElse(0L));
            }
            if (tensor.role().kind() == Role.Kind.O && !tensor.role().cross()) {
                attentionReads = shapes.shape(tensor).map(StackShapes.Shape::in).orElse(0L);
            }
        }
    }

    /** Takes a tensor; false, and nothing taken, if the layer has its matrices already. */
    boolean add(LayerStack.Placed placed) throws MalformedWeightsException {
        Tensor tensor = placed.tensor();
        Role role = placed.role();
        StackShapes.Shape shape = shapes.shape(placed)
                .orElseThrow(
                        () -> new MalformedWeightsException("wrong shape: " + tensor.name() + " in " + tensor.file()
                                + ": " + StackShapes.shape(tensor) + " is no matrix; check how the model was saved"));
        Map<Role.Kind, List<FusedSplit.Slice>> slices = slices(role, LayerParts.owner(placed), shape, tensor.name());
        Map<MatrixId, LayerMatrix> cut = new LinkedHashMap<>();
        for (Map.Entry<Role.Kind, List<FusedSplit.Slice>> part : slices.entrySet()) {
            for (long expert = 0; expert < shape.experts(); expert++) {
                long number = role.expertAxis() ? expert : placed.place().expert();
                MatrixId id = id(part.getKey(), role, number);
                cut.put(id, cut(id, tensor, shape, expert, part.getValue()));
            }
        }
        for (MatrixId id : cut.keySet()) {
            if (matrices.containsKey(id)) {
                return false;
            }
        }
        matrices.putAll(cut);
        return true;
    }

    private MatrixId id(Role.Kind kind, Role role, long expert) {
        MatrixId.Member member = expert >= 0
                ? MatrixId.Member.expert(Math.toIntExact(expert))
                : role.shared() && routed ? MatrixId.Member.SHARED : MatrixId.Member.WHOLE;
        return new MatrixId(stack, layer, MatrixKind.valueOf(kind.name()), role.cross(), member, "");
    }

    private MatrixId whole(MatrixKind kind, boolean cross) {
        return new MatrixId(stack, layer, kind, cross, MatrixId.Member.WHOLE, "");
    }

    private Map<Role.Kind, List<FusedSplit.Slice>> slices(
            Role role, String owner, StackShapes.Shape shape, String where) throws MalformedWeightsException {
        long out = shape.out();
        FusedSplit split = of.architecture().split();
        return switch (role.kind()) {
            case QKV -> split.qkv(out, shape.in(), config, where);
            case KV -> split.kv(out, config, where);
            case GATE_UP, UP_GATE, GATE_UP_INTERLEAVED ->
                feedForwardReads.getOrDefault(owner, 0L) == out
                        ? Map.of(Role.Kind.M1, List.of(FusedSplit.Slice.rows(0, out))) // no gate beside it
                        : gateAndUp(role.kind(), out, where);
            default ->
                role.gated() && attentionReads > 0 && out == 2 * attentionReads
                        ? Map.of(role.kind(), FusedSplit.gatedQuery(out, config.heads(), false, where))
                        : Map.of(role.kind(), List.of(FusedSplit.Slice.rows(0, out)));
        };
    }

    private static Map<Role.Kind, List<FusedSplit.Slice>> gateAndUp(Role.Kind kind, long out, String where)
            throws MalformedWeightsException {
        if (out % 2 != 0) {
            throw new MalformedWeightsException("cannot split fused matrix: " + where + ": " + out
                    + " rows of gate and up are not even; check how the model was saved");
        }
        FusedSplit.Slice first = FusedSplit.Slice.rows(0, out / 2);
        FusedSplit.Slice second = FusedSplit.Slice.rows(out / 2, out / 2);
        if (kind == Role.Kind.GATE_UP_INTERLEAVED) {
            first = new FusedSplit.Slice(0, 2, out / 2);
            second = new FusedSplit.Slice(1, 2, out / 2);
        }
        boolean upFirst = kind == Role.Kind.UP_GATE;
        return Map.of(
                Role.Kind.GATE, List.of(upFirst ? second : first), Role.Kind.M1, List.of(upFirst ? first : second));
    }

    /** The rows of a gate beside the query's in one tensor, empty where there are none. */
    Optional<LayerMatrix> queryGate(LayerStack.Placed placed) throws MalformedWeightsException {
        Optional<StackShapes.Shape> shape = shapes.shape(placed);
        if (!placed.role().gated()
                || attentionReads == 0
                || shape.isEmpty()
                || shape.get().out() != 2 * attentionReads) {
            return Optional.empty();
        }
        String name = placed.tensor().name();
        return Optional.of(cut(
                MatrixId.tensor(NamedMatrices.STACK, layer, NamedMatrices.path(name) + ":gate"),
                placed.tensor(),
                shape.get(),
                0,
                FusedSplit.gatedQuery(shape.get().out(), config.heads(), true, name)));
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
            LayerMatrix q = matrices.get(whole(MatrixKind.Q, cross));
            LayerMatrix k = matrices.get(whole(MatrixKind.K, cross));
            LayerMatrix v = matrices.get(whole(MatrixKind.V, cross));
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

    /** The forms of every head, of self-attention and of cross-attention. */
    List<LayerMatrix> heads() {
        List<LayerMatrix> forms = new ArrayList<>();
        for (boolean cross : new boolean[] {false, true}) {
            forms.addAll(HeadForms.of(
                    matrices.get(whole(MatrixKind.Q, cross)),
                    matrices.get(whole(MatrixKind.K, cross)),
                    matrices.get(whole(MatrixKind.V, cross)),
                    matrices.get(whole(MatrixKind.O, cross)),
                    config.heads(),
                    config.keyValueHeads()));
        }
        return forms;
    }

    /** GGUF calls a fused gate and up {@code ffn_up} too: with twice the rows M2 reads, and no gate beside it. */
    private void splitFusedUp() {
        MatrixId m1 = whole(MatrixKind.M1, false);
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
