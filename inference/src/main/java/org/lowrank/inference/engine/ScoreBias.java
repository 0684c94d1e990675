package org.lowrank.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.PositionScheme;
import org.lowrank.inference.description.Transformer.Scores;

/** What is added to attention scores: the mask, and biases by position. */
final class ScoreBias {
    private final Scores scores;
    private final int heads;
    private final double[] slopes;
    private final PositionScheme.@Nullable RelativeBias relative;
    private final float[] table;

    /**
     * For one model.
     *
     * @param scale of scores, for slopes that share it
     * @param table of the relative bias, buckets × heads; else empty
     */
    ScoreBias(Scores scores, PositionScheme positions, int heads, double scale, float[] table) {
        this.scores = scores;
        this.heads = heads;
        this.table = table;
        relative = positions instanceof PositionScheme.RelativeBias bias ? bias : null;
        slopes = positions instanceof PositionScheme.Alibi alibi ? alibi.slopes(heads) : new double[0];
        if (positions instanceof PositionScheme.Alibi alibi && alibi.scaled()) {
            for (int i = 0; i < slopes.length; i++) {
                slopes[i] *= scale;
            }
        }
    }

    /** The first key that a query of this layer sees. */
    int firstKey(int query, boolean windowed) {
        return windowed ? Math.max(0, query - (scores.causal() ? scores.window() - 1 : scores.window())) : 0;
    }

    /** One past the last key that a query sees. */
    int endKey(int query, int length, boolean windowed) {
        if (scores.causal()) {
            return query + 1;
        }
        return windowed ? Math.min(length, query + scores.window() + 1) : length;
    }

    /** Adds to scores [batch, heads, queries from {@code q0}, keys from {@code k0}]. */
    void addTo(NDArray products, int q0, int k0, int length, boolean windowed, NDManager scope) {
        Shape shape = products.getShape();
        int queries = (int) shape.get(2);
        int keys = (int) shape.get(3);
        if (slopes.length > 0) {
            products.addi(scope.create(alibi(k0, keys), new Shape(1, heads, 1, keys)));
        }
        if (relative != null) {
            products.addi(scope.create(byDistance(q0, queries, k0, keys), new Shape(1, heads, queries, keys)));
        }
        float[] mask = mask(q0, queries, k0, keys, length, windowed);
        if (mask.length > 0) {
            products.addi(scope.create(mask, new Shape(1, 1, queries, keys)));
        }
    }

    private float[] alibi(int k0, int keys) {
        float[] bias = new float[heads * keys];
        for (int head = 0; head < heads; head++) {
            for (int key = 0; key < keys; key++) {
                bias[head * keys + key] = (float) (slopes[head] * (k0 + key));
            }
        }
        return bias;
    }

    private float[] byDistance(int q0, int queries, int k0, int keys) {
        PositionScheme.RelativeBias bias = java.util.Objects.requireNonNull(relative);
        float[] added = new float[heads * queries * keys];
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key < keys; key++) {
                int bucket = bias.bucket(k0 + key - q0 - query);
                for (int head = 0; head < heads; head++) {
                    added[(head * queries + query) * keys + key] = table[bucket * heads + head];
                }
            }
        }
        return added;
    }

    /** −∞ where a query does not see a key; empty where all see all. */
    private float[] mask(int q0, int queries, int k0, int keys, int length, boolean windowed) {
        if (!scores.causal() && !windowed) {
            return new float[0];
        }
        float[] mask = new float[queries * keys];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int query = 0; query < queries; query++) {
            int from = Math.max(0, firstKey(q0 + query, windowed) - k0);
            int to = Math.min(keys, endKey(q0 + query, length, windowed) - k0);
            Arrays.fill(mask, query * keys + from, query * keys + Math.max(from, to), 0f);
        }
        return mask;
    }
}
