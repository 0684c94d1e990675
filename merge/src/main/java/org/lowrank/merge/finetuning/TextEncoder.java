package org.lowrank.merge.finetuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * BERT as a block of DJL, every weight a parameter: token ids (B × T, all sequences of one length, so nothing is masked) to a
 * number each, f = w·h̄ + b. Devlin et al., NAACL 2019; exact GELU, norms after the residual, ε = 1e-12, no dropout.
 */
final class TextEncoder extends AbstractBlock {
    private static final float EPSILON = 1e-12f;

    private final EncoderWeights form;
    private final Map<String, Parameter> byName = new LinkedHashMap<>();

    /** A block whose parameters are copies of these weights. */
    TextEncoder(EncoderWeights weights, NDManager manager) {
        super((byte) 1);
        form = weights;
        weights.tensors().forEach((name, values) -> {
            Shape shape = new Shape(values.shape());
            Parameter parameter = Parameter.builder()
                    .setName(name)
                    .setType(Parameter.Type.OTHER)
                    .optShape(shape)
                    .optArray(manager.create(values.floats(), shape))
                    .build();
            byName.put(name, addParameter(parameter));
        });
    }

    /** The weights as they are now. */
    EncoderWeights weights() {
        List<float[]> elements = new ArrayList<>();
        byName.values().forEach(parameter -> elements.add(parameter.getArray().toFloatArray()));
        return form.with(elements);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store, NDList inputs, boolean training, PairList<String, Object> parameters) {
        return new NDList(forward(
                inputs.singletonOrThrow(),
                name -> store.getValue(
                        Objects.requireNonNull(byName.get(name)),
                        inputs.singletonOrThrow().getDevice(),
                        training)));
    }

    /** Where the weights come from, by name. */
    private interface Weights {
        NDArray get(String name);
    }

    private NDArray forward(NDArray ids, Weights w) {
        long length = ids.getShape().get(1);
        NDArray tokens = w.get(EncoderWeights.TOKENS);
        NDArray x = tokens.getNDArrayInternal()
                .embedding(ids, tokens, SparseFormat.DENSE)
                .singletonOrThrow(); // B × T × d
        x = x.add(w.get(EncoderWeights.POSITIONS).get("0:" + length))
                .add(w.get(EncoderWeights.TYPES).get("0:1"));
        x = norm(x, "embeddings.LayerNorm", w);
        for (int i = 0; i < form.layers(); i++) {
            String layer = "encoder.layer." + i + ".";
            NDArray attended = linear(attention(x, layer, w), layer + "attention.output.dense", w);
            x = norm(x.add(attended), layer + "attention.output.LayerNorm", w);
            NDArray inner = linear(x, layer + "intermediate.dense", w)
                    .getNDArrayInternal()
                    .gelu(); // B × T × f
            x = norm(x.add(linear(inner, layer + "output.dense", w)), layer + "output.LayerNorm", w);
        }
        return linear(x.mean(new int[] {1}), EncoderWeights.HEAD, w).squeeze(-1); // B
    }

    /** softmax(QKᵀ/√s) V, head by head. */
    private NDArray attention(NDArray x, String layer, Weights w) {
        NDArray q = heads(linear(x, layer + "attention.self.query", w)); // B × h × T × s
        NDArray k = heads(linear(x, layer + "attention.self.key", w));
        NDArray v = heads(linear(x, layer + "attention.self.value", w));
        double scale = 1 / Math.sqrt(q.getShape().get(3));
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(scale).softmax(-1); // B × h × T × T
        return scores.matMul(v).transpose(0, 2, 1, 3).reshape(x.getShape());
    }

    private NDArray heads(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), form.heads(), shape.get(2) / form.heads())
                .transpose(0, 2, 1, 3);
    }

    private static NDArray linear(NDArray x, String module, Weights w) {
        return Linear.linear(x, w.get(module + ".weight"), w.get(module + ".bias"))
                .singletonOrThrow();
    }

    private static NDArray norm(NDArray x, String module, Weights w) {
        Shape width = new Shape(x.getShape().get(x.getShape().dimension() - 1));
        return x.getNDArrayInternal()
                .layerNorm(x, width, w.get(module + ".weight"), w.get(module + ".bias"), EPSILON)
                .singletonOrThrow();
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0))};
    }
}
