package org.lowrank.inference.engine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.Activation;
import org.lowrank.inference.description.Transformer.NormKind;
import org.lowrank.inference.description.Transformer.Place;

/** Weights of the parts of a layer, in float32, all matrices [out, in]. */
final class Parts {
    private Parts() {}

    /** y = x Wᵀ + b. */
    record Linear(FloatStore weight, @Nullable FloatStore bias) {}

    /**
     * A norm over the last axis.
     *
     * @param weight 1 × width, or heads × head size; null for none
     */
    record Norm(
            NormKind kind,
            @Nullable FloatStore weight,
            @Nullable FloatStore bias) {}

    /** Feed-forward weights; with a gate {@code up} holds GATE's rows, then M1's. */
    record FeedForward(Linear up, Linear down, boolean gated, Activation activation) {
        int width() {
            return down.weight().cols;
        }
    }

    /** A mixture of experts. */
    record Experts(
            Linear router,
            List<FeedForward> experts,
            @Nullable FeedForward shared,
            @Nullable Linear sharedWeight) {}

    /** Weights of one layer; everything is given back when it is closed. */
    static final class Layer implements AutoCloseable {
        final List<FloatStore> stores = new ArrayList<>();
        final Map<Place, Norm> norms = new EnumMap<>(Place.class);

        @Nullable
        Linear qkv;

        @Nullable
        Linear o;

        @Nullable
        Norm qNorm;

        @Nullable
        Norm kNorm;

        @Nullable
        FeedForward feedForward;

        @Nullable
        Experts experts;

        @Override
        public void close() {
            stores.forEach(FloatStore::close);
            stores.clear();
        }
    }
}
