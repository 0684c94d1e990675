package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.description.Transformer.Place;
import org.lowrank.inference.engine.Input.Site;

/** One layer on one batch. */
final class LayerPass {
    private final Transformer.Layer form;
    private final Parts.Layer parts;
    private final AttentionPass attention;
    private final double scale;

    LayerPass(Transformer transformer, Parts.Layer parts, ScoreBias bias, int layer) {
        this.form = transformer.layer();
        this.parts = parts;
        attention = new AttentionPass(transformer, bias, layer);
        scale = AttentionPass.scale(transformer);
    }

    /** Replaces the batch's residual stream by the one after the layer. */
    void run(Batch batch, Device device, NDManager memory, Recorder recorder) {
        try (NDManager scope = memory.newSubManager()) {
            NDArray x = batch.hidden().copyOn(device, scope);
            NDArray result = form.residual().parallel() ? parallel(x, batch, recorder) : serial(x, batch, recorder);
            batch.hidden().put(result, 0);
        }
    }

    /** x + Attention(n x), then that + FeedForward(n′ …), with norms where the form has them. */
    private NDArray serial(NDArray x, Batch batch, Recorder recorder) {
        NDArray input = normed(x, Place.BEFORE_ATTENTION);
        NDArray attended = normed(attention(input, batch, recorder), Place.ON_ATTENTION);
        NDArray middle = normed(sum(form.residual().afterNorm() ? input : x, attended), Place.AFTER_ATTENTION);
        NDArray inner = normed(middle, Place.BEFORE_FEED_FORWARD);
        NDArray fed = normed(feedForward(inner, recorder), Place.ON_FEED_FORWARD);
        return normed(sum(form.residual().afterNorm() ? inner : middle, fed), Place.AFTER_FEED_FORWARD);
    }

    /** x + Attention(n x) + FeedForward(n′ x), n′ = n where there is one norm only. */
    private NDArray parallel(NDArray x, Batch batch, Recorder recorder) {
        NDArray input = normed(x, Place.BEFORE_ATTENTION);
        NDArray inner =
                parts.norms.containsKey(Place.BEFORE_FEED_FORWARD) ? normed(x, Place.BEFORE_FEED_FORWARD) : input;
        NDArray attended = attention(input, batch, recorder);
        return sum(sum(x, attended), feedForward(inner, recorder));
    }

    private NDArray attention(NDArray input, Batch batch, Recorder recorder) {
        recorder.record(Input.of(Site.QKV), input);
        NDArray heads = attention.run(input, parts, batch, scale);
        recorder.record(Input.of(Site.O), heads);
        return Operations.linear(heads, Objects.requireNonNull(parts.o));
    }

    private NDArray feedForward(NDArray input, Recorder recorder) {
        recorder.record(Input.of(Site.M1), input);
        Parts.Experts experts = parts.experts;
        return experts == null
                ? FeedForwardPass.run(input, Objects.requireNonNull(parts.feedForward), -1, recorder)
                : FeedForwardPass.experts(input, experts, form.experts().orElseThrow(), recorder);
    }

    private NDArray sum(NDArray x, NDArray branch) {
        return form.residual().scale() == 1
                ? x.add(branch)
                : branch.mul(form.residual().scale()).addi(x);
    }

    private NDArray normed(NDArray x, Place place) {
        Parts.@Nullable Norm norm = parts.norms.get(place);
        return norm == null ? x : Operations.norm(x, norm);
    }
}
