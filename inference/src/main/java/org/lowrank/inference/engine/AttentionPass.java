package org.lowrank.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Objects;
import org.lowrank.inference.description.PositionScheme;
import org.lowrank.inference.description.Rotary;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.description.Transformer.Attention;
import org.lowrank.inference.description.Transformer.Sizes;

/** Attention of one layer: from its input to the heads' outputs beside one another, the input of O. */
final class AttentionPass {
    /** Scores held at once, in numbers: 128 MB. */
    private static final long SCORES = 1L << 25;

    private final Sizes sizes;
    private final Attention form;
    private final ScoreBias bias;
    private final int layer;
    private final boolean windowed;

    AttentionPass(Transformer transformer, ScoreBias bias, int layer) {
        this.sizes = transformer.sizes();
        this.form = transformer.layer().attention();
        this.bias = bias;
        this.layer = layer;
        windowed = form.scores().windowed(layer);
    }

    /** s of softmax(s q kᵀ) before the layer's number divides it. */
    static double scale(Transformer transformer) {
        return transformer
                .layer()
                .attention()
                .scores()
                .scale()
                .orElse(1 / Math.sqrt(transformer.sizes().headSize()));
    }

    /**
     * Heads' outputs.
     *
     * @param x tokens × width, after the norm
     * @return tokens × (heads · head size), in x's manager
     */
    NDArray run(NDArray x, Parts.Layer parts, Batch batch, double scale) {
        try (NDManager scope = x.getManager().newSubManager()) {
            NDArray qkv = Operations.linear(x, Objects.requireNonNull(parts.qkv));
            qkv.attach(scope);
            long tokens = x.getShape().get(0);
            int h = sizes.heads();
            int g = sizes.keyValueHeads();
            int k = sizes.headSize();
            NDArray qk = Operations.columns(qkv, 0, (long) (h + g) * k).reshape(tokens, h + g, k);
            NDArray v = Operations.columns(qkv, (long) (h + g) * k, (long) (h + 2 * g) * k)
                    .reshape(tokens, g, k);
            if (parts.qNorm != null && parts.kNorm != null) {
                qk = normed(qk, parts.qNorm, parts.kNorm, tokens);
            }
            if (form.clip() > 0) {
                qk = qk.clip(-form.clip(), form.clip());
                v = v.clip(-form.clip(), form.clip());
            }
            if (form.positions() instanceof PositionScheme.Rotation rotation
                    && rotation.rotated().holds(layer)) {
                qk = rotated(qk, rotation.of(windowed), rotation.adjacent(), batch);
            }
            double own = form.scores().scaledByLayer() ? scale / (layer + 1) : scale;
            NDArray q = heads(qk, 0, h).mul(own); // tokens × h × k
            NDArray keys = heads(qk, h, h + g);
            NDList outputs = new NDList();
            for (Batch.Group group : batch.groups()) {
                outputs.add(group(q, keys, v, group, scope));
            }
            NDArray all = outputs.size() == 1 ? outputs.get(0) : NDArrays.concat(outputs, 0);
            all.attach(x.getManager());
            return all;
        }
    }

    private static NDArray heads(NDArray x, long from, long to) {
        return x.get(new NDIndex().addAllDim().addSliceDim(from, to).addAllDim());
    }

    private NDArray normed(NDArray qk, Parts.Norm qNorm, Parts.Norm kNorm, long tokens) {
        int h = sizes.heads();
        int g = sizes.keyValueHeads();
        int k = sizes.headSize();
        NDArray q = heads(qk, 0, h);
        NDArray keys = heads(qk, h, h + g);
        if (!form.headNorms().orElseThrow().perHead()) {
            NDArray wholeQ = Operations.norm(q.reshape(tokens, (long) h * k), qNorm);
            NDArray wholeK = Operations.norm(keys.reshape(tokens, (long) g * k), kNorm);
            return NDArrays.concat(new NDList(wholeQ.reshape(tokens, h, k), wholeK.reshape(tokens, g, k)), 1);
        }
        return NDArrays.concat(new NDList(Operations.norm(q, qNorm), Operations.norm(keys, kNorm)), 1);
    }

    /** Pairs (a, b) become (a cos − b sin, b cos + a sin). */
    private NDArray rotated(NDArray qk, Rotary rotary, boolean adjacent, Batch batch) {
        NDManager scope = qk.getManager();
        long tokens = qk.getShape().get(0);
        long heads = qk.getShape().get(1);
        int pairs = rotary.pairs();
        int rest = sizes.headSize() - 2 * pairs;
        float[][] rotation = batch.rotation(rotary);
        NDArray cos = scope.create(rotation[0], new Shape(tokens, 1, pairs));
        NDArray sin = scope.create(rotation[1], new Shape(tokens, 1, pairs));
        NDArray a;
        NDArray b;
        if (adjacent) {
            NDArray turning = Operations.last(qk, 0, 2L * pairs).reshape(tokens, heads, pairs, 2);
            a = turning.get(new NDIndex("..., 0"));
            b = turning.get(new NDIndex("..., 1"));
        } else {
            a = Operations.last(qk, 0, pairs);
            b = Operations.last(qk, pairs, 2L * pairs);
        }
        NDArray first = a.mul(cos).subi(b.mul(sin));
        NDArray second = b.mul(cos).addi(a.mul(sin));
        NDArray turned = adjacent
                ? NDArrays.stack(new NDList(first, second), 3).reshape(tokens, heads, 2L * pairs)
                : NDArrays.concat(new NDList(first, second), 2);
        return rest == 0
                ? turned
                : NDArrays.concat(new NDList(turned, Operations.last(qk, 2L * pairs, sizes.headSize())), 2);
    }

    /** Sequences of one length. */
    private NDArray group(NDArray q, NDArray keys, NDArray v, Batch.Group group, NDManager scope) {
        int length = group.length();
        int sequences = (int) Math.max(1, SCORES / ((long) sizes.heads() * length * length));
        NDList outputs = new NDList();
        for (int done = 0; done < group.count(); done += sequences) {
            int count = Math.min(sequences, group.count() - done);
            long from = group.firstToken() + (long) done * length;
            long to = from + (long) count * length;
            NDArray q4 = byHead(Operations.rows(q, from, to), count, length);
            NDArray k4 = byHead(Operations.rows(keys, from, to), count, length);
            NDArray v4 = byHead(Operations.rows(v, from, to), count, length);
            outputs.add(sequences(q4, k4, v4, length, scope));
        }
        NDArray all = outputs.size() == 1 ? outputs.get(0) : NDArrays.concat(outputs, 0);
        return all.reshape((long) group.count() * length, (long) sizes.heads() * sizes.headSize());
    }

    /** [count · length, heads, k] to [count, heads, length, k]. */
    private static NDArray byHead(NDArray x, int count, int length) {
        Shape shape = x.getShape();
        return x.reshape(count, length, shape.get(1), shape.get(2)).transpose(0, 2, 1, 3);
    }

    /** Block of queries by block of queries; gives [count, length, heads, k]. */
    private NDArray sequences(NDArray q, NDArray keys, NDArray v, int length, NDManager scope) {
        long count = q.getShape().get(0);
        int block = (int) Math.max(16, Math.min(length, SCORES / (count * sizes.heads() * length)));
        NDList outputs = new NDList();
        for (int q0 = 0; q0 < length; q0 += block) {
            int q1 = Math.min(length, q0 + block);
            try (NDManager inner = scope.newSubManager()) {
                NDArray output = queries(q, keys, v, q0, q1, length, inner);
                output.attach(scope);
                outputs.add(output);
            }
        }
        return outputs.size() == 1 ? outputs.get(0) : NDArrays.concat(outputs, 1);
    }

    private NDArray queries(NDArray q, NDArray keys, NDArray v, int q0, int q1, int length, NDManager inner) {
        long count = q.getShape().get(0);
        int h = sizes.heads();
        int g = sizes.keyValueHeads();
        int k = sizes.headSize();
        int k0 = bias.firstKey(q0, windowed);
        int k1 = bias.endKey(q1 - 1, length, windowed);
        // The h/g queries that share a key-value head stand below one another, so that keys are not repeated.
        NDArray asking = taken(q, q0, q1, inner).reshape(count, g, (long) (h / g) * (q1 - q0), k);
        NDArray answering = taken(keys, k0, k1, inner);
        NDArray scores = asking.matMul(answering.transpose(0, 1, 3, 2)).reshape(count, h, q1 - q0, k1 - k0);
        scores = Operations.softCapped(scores, form.scores().softCap());
        bias.addTo(scores, q0, k0, length, windowed, inner);
        NDArray weights = scores.softmax(-1).reshape(count, g, (long) (h / g) * (q1 - q0), k1 - k0);
        NDArray output = weights.matMul(taken(v, k0, k1, inner));
        NDArray byToken = output.reshape(count, h, q1 - q0, k).transpose(0, 2, 1, 3);
        return byToken.reshape(count, q1 - q0, (long) h * k);
    }

    private static NDArray taken(NDArray x, long from, long to, NDManager inner) {
        NDArray part = x.get(
                new NDIndex().addAllDim().addAllDim().addSliceDim(from, to).addAllDim());
        part.attach(inner);
        return part;
    }
}
