package org.lowrank.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Comparator;
import org.lowrank.inference.description.Transformer.Experts;
import org.lowrank.inference.engine.Input.Site;

/** The feed-forward part of one layer, plain, gated or a mixture of experts. */
final class FeedForwardPass {
    /** Tokens at once, so that what lies between the two matrices stays in the cache. */
    private static final int TOKENS = 512;

    private FeedForwardPass() {}

    /** M2 (act(M1 x)) or M2 (act(GATE x) ∘ M1 x) of every row. */
    static NDArray run(NDArray x, Parts.FeedForward parts, int expert, Recorder recorder) {
        long tokens = x.getShape().get(0);
        NDManager owner = x.getManager();
        NDList outputs = new NDList();
        for (long from = 0; from < tokens; from += TOKENS) {
            try (NDManager scope = owner.newSubManager()) {
                NDArray part = Operations.rows(x, from, Math.min(tokens, from + TOKENS));
                part.attach(scope);
                NDArray inner = inner(part, parts);
                NDArray output = Operations.linear(inner, parts.down());
                recorder.record(new Input(Site.M2, expert), inner);
                output.attach(owner);
                outputs.add(output);
            }
        }
        return outputs.size() == 1 ? outputs.get(0) : NDArrays.concat(outputs, 0);
    }

    private static NDArray inner(NDArray x, Parts.FeedForward parts) {
        NDArray up = Operations.linear(x, parts.up());
        if (!parts.gated()) {
            return Operations.activation(up, parts.activation());
        }
        int width = parts.width();
        NDArray gate = Operations.activation(Operations.columns(up, 0, width), parts.activation());
        return gate.muli(Operations.columns(up, width, 2L * width));
    }

    /** Every token through its experts: Σ weight · expert(x), and the shared one. */
    static NDArray experts(NDArray x, Parts.Experts parts, Experts form, Recorder recorder) {
        int tokens = (int) x.getShape().get(0);
        int width = (int) x.getShape().get(1);
        NDManager scope = x.getManager();
        float[] shares = Operations.linear(x, parts.router()).softmax(-1).toFloatArray();
        Routing routing = Routing.of(shares, form);
        float[] sum = new float[tokens * width];
        for (int expert = 0; expert < form.count(); expert++) {
            int[] own = routing.tokensOf(expert);
            if (own.length > 0) {
                NDArray chosen =
                        x.get(scope.create(Arrays.stream(own).asLongStream().toArray()));
                NDArray output = run(chosen, parts.experts().get(expert), expert, recorder);
                FloatBuffer rows =
                        output.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
                for (int i = 0; i < own.length; i++) {
                    float weight = routing.weight(own[i], expert);
                    for (int j = 0; j < width; j++) {
                        sum[own[i] * width + j] += weight * rows.get(i * width + j);
                    }
                }
            }
        }
        NDArray mixed = scope.create(sum, new Shape(tokens, width));
        if (parts.shared() != null) {
            NDArray shared = run(x, parts.shared(), Input.SHARED, recorder);
            if (parts.sharedWeight() != null) {
                shared.muli(Operations.linear(x, parts.sharedWeight())
                        .getNDArrayInternal()
                        .sigmoid());
            }
            mixed.addi(shared);
        }
        return mixed;
    }

    /**
     * Which tokens go to which experts.
     *
     * @param weights tokens × experts, 0 where a token does not go
     */
    private record Routing(float[] weights, int experts) {
        /** The k largest shares of each token, made to sum to 1 where the model does so. */
        static Routing of(float[] shares, Experts form) {
            int count = form.count();
            float[] weights = new float[shares.length];
            for (int token = 0; token < shares.length / count; token++) {
                int at = token * count;
                int[] order = java.util.stream.IntStream.range(0, count)
                        .boxed()
                        .sorted(Comparator.comparingDouble(expert -> -shares[at + expert]))
                        .mapToInt(Integer::intValue)
                        .toArray();
                double sum = 0;
                for (int i = 0; i < form.active(); i++) {
                    sum += shares[at + order[i]];
                }
                for (int i = 0; i < form.active(); i++) {
                    weights[at + order[i]] =
                            form.renormalised() ? (float) (shares[at + order[i]] / sum) : shares[at + order[i]];
                }
            }
            return new Routing(weights, count);
        }

        int[] tokensOf(int expert) {
            return java.util.stream.IntStream.range(0, weights.length / experts)
                    .filter(token -> weight(token, expert) > 0)
                    .toArray();
        }

        float weight(int token, int expert) {
            return weights[token * experts + expert];
        }
    }
}
