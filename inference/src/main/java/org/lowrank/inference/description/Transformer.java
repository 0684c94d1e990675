package org.lowrank.inference.description;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How one transformer runs: the declaration of its {@code model_type} with config.json's numbers put in. Modules are named
 * as in the checkpoint, without the prefix before the base model; {@code #} stands for a number.
 *
 * @param type the {@code model_type}
 * @param stack {@code encoder} or {@code decoder}
 * @param sizes widths and counts
 * @param embedding from token ids to the first residual stream
 * @param layer every layer
 * @param last after the last layer
 * @param head from the last hidden state to logits; empty where the family has none that is described
 */
public record Transformer(
        String type, String stack, Sizes sizes, Embedding embedding, Layer layer, Last last, Optional<Head> head) {
    /**
     * Widths and counts.
     *
     * @param width d of the residual stream
     * @param layers how often a layer is applied
     * @param heads h query heads
     * @param keyValueHeads g key and value heads; query head i reads ⌊i g/h⌋
     * @param headSize k
     * @param positions longest sequence the position table allows, empty where there is no table
     * @param advisedPositions longest sequence the model was made for
     */
    public record Sizes(
            int width,
            int layers,
            int heads,
            int keyValueHeads,
            int headSize,
            OptionalInt positions,
            int advisedPositions) {}

    /**
     * From token ids to the residual stream before layer 0.
     *
     * @param tokens modules of the token table, the first that is there
     * @param scale factor of its rows
     * @param positions table of learnt positions
     * @param types table of token types, whose row 0 is added
     * @param norm after the sum
     * @param projection to the residual stream's width
     * @param projectFirst whether tokens are projected before anything is added
     */
    public record Embedding(
            List<String> tokens,
            double scale,
            Optional<PositionTable> positions,
            Optional<String> types,
            Optional<Norm> norm,
            Optional<String> projection,
            boolean projectFirst) {}

    /**
     * Learnt positions: token i (from 0) has row {@code offset + i}.
     *
     * @param padding where present, tokens of this id have row {@code padding} and do not count, and the first other one has
     *     row {@code padding + 1}
     */
    public record PositionTable(String module, int offset, OptionalInt padding) {}

    /** How a norm works; its place is told by whoever holds it. */
    public record NormKind(boolean rms, double epsilon, boolean onePlus, boolean affine) {}

    /** A norm: the module that holds its weights, and how it works. */
    public record Norm(String module, NormKind kind) {}

    /** Where in a layer a norm stands. */
    public enum Place {
        /** On the residual stream, before attention. */
        BEFORE_ATTENTION,
        /** On what attention gives, before it is added. */
        ON_ATTENTION,
        /** On the sum. */
        AFTER_ATTENTION,
        /** On the residual stream, before the feed-forward part. */
        BEFORE_FEED_FORWARD,
        /** On what the feed-forward part gives, before it is added. */
        ON_FEED_FORWARD,
        /** On the sum. */
        AFTER_FEED_FORWARD
    }

    /**
     * A layer.
     *
     * @param path its module
     * @param sharing where several layers have the same weights
     * @param norms by place
     * @param experts in place of the feed-forward part in some layers
     * @param inOut matrices are stored [in, out] where the format itself does not tell
     */
    public record Layer(
            String path,
            Optional<Sharing> sharing,
            Residual residual,
            Map<Place, Norm> norms,
            Attention attention,
            FeedForward feedForward,
            Optional<Experts> experts,
            boolean inOut) {
        /** The module of layer number {@code layer} of {@code layers}. */
        public String path(int layer, int layers) {
            if (sharing.isEmpty()) {
                return path.replace("#", Integer.toString(layer));
            }
            int inner = sharing.get().inner();
            long group = (long) (layer / inner) * sharing.get().groups() / Math.max(1, layers / inner);
            return path.replaceFirst("#", Long.toString(group)).replaceFirst("#", Integer.toString(layer % inner));
        }

        /** Whether this layer has a norm at this place. */
        public boolean has(Place place, int layer) {
            return norms.containsKey(place)
                    && !(residual.unnormedFirst() && layer == 0 && place == Place.BEFORE_ATTENTION);
        }
    }

    /**
     * Weights used several times.
     *
     * @param groups how many there are, layers being divided among them
     * @param inner how many layers a group applies one after the other
     */
    public record Sharing(int groups, int inner) {}

    /**
     * How what a layer computes is added.
     *
     * @param parallel attention and feed-forward part read the same residual stream; without a norm of its own the
     *     feed-forward part reads attention's input
     * @param scale factor of what is added
     * @param afterNorm it is added to the normed stream
     * @param unnormedFirst layer 0 has no norm before attention
     */
    public record Residual(boolean parallel, double scale, boolean afterNorm, boolean unnormedFirst) {}

    /**
     * Attention: softmax(s q kᵀ + bias) v.
     *
     * @param clip Q, K (after their norms) and V are clamped to [−clip, clip], 0 for none
     */
    public record Attention(
            Projections projections,
            double clip,
            Optional<HeadNorms> headNorms,
            Scores scores,
            PositionScheme positions) {}

    /**
     * Modules of the matrices.
     *
     * @param q of Q, empty where it is fused; likewise {@code k} and {@code v}
     * @param fused of a fused QKV
     * @param split how its rows belong to Q, K and V
     */
    public record Projections(
            Optional<String> q,
            Optional<String> k,
            Optional<String> v,
            Optional<String> fused,
            QkvSplit split,
            String o) {}

    /**
     * Which tokens a token sees, and how scores are made.
     *
     * @param causal only those before it, and itself
     * @param scale s; empty for 1/√k
     * @param scaledByLayer whether s is divided by the layer's number from 1
     * @param softCap c of c tanh(x/c) on scores before the mask, 0 for none
     * @param window w: keys at distance below w where causal, at most w where not; 0 for all
     * @param windowed the layers that have a window
     */
    public record Scores(
            boolean causal,
            OptionalDouble scale,
            boolean scaledByLayer,
            double softCap,
            int window,
            LayerRule windowed) {
        /** Whether this layer has a window. */
        public boolean windowed(int layer) {
            return window > 0 && windowed.holds(layer);
        }
    }

    /**
     * Norms of Q and K before rotation.
     *
     * @param q module; with {@code #} one per head
     * @param perHead over a head, else over all heads together
     */
    public record HeadNorms(String q, String k, NormKind kind, boolean perHead) {}

    /**
     * The feed-forward part: M2 (act(M1 x)), or M2 (act(GATE x) ∘ M1 x).
     *
     * @param up module of M1
     * @param gate module of GATE
     * @param gateUp module of both, GATE's rows first
     * @param down module of M2
     */
    public record FeedForward(
            Optional<String> up, Optional<String> gate, Optional<String> gateUp, String down, Activation activation) {
        /** Whether there is a gate. */
        public boolean gated() {
            return gate.isPresent() || gateUp.isPresent();
        }
    }

    /**
     * A mixture of experts in place of the feed-forward part.
     *
     * @param active how many of {@code count} a token goes to
     * @param renormalised whether their weights are made to sum to 1
     * @param router module of the router
     * @param expert the part of an expert, {@code #} for its number
     * @param sparse the layers that have experts
     * @param shared the part every token goes through
     * @param sharedWeight module whose sigmoid weighs it
     */
    public record Experts(
            int count,
            int active,
            boolean renormalised,
            String router,
            FeedForward expert,
            LayerRule sparse,
            Optional<FeedForward> shared,
            Optional<String> sharedWeight) {}

    /** After the last layer: a norm, then a projection. */
    public record Last(Optional<Norm> norm, Optional<String> projection) {}

    /**
     * From the last hidden state to logits.
     *
     * @param causal predicts the next token; else the masked ones
     * @param transform before the output matrix
     * @param output module of the output matrix; the token table where it is absent or tied
     * @param bias name of its bias where that is not beside it
     * @param tied what config.json says, empty where nothing
     * @param expected whether the checkpoint's class has this head; empty where config.json does not tell
     * @param factor of the logits
     * @param softCap c of c tanh(x/c) on logits, 0 for none
     */
    public record Head(
            boolean causal,
            Optional<Transform> transform,
            String output,
            Optional<String> bias,
            Optional<Boolean> tied,
            Optional<Boolean> expected,
            double factor,
            double softCap) {}

    /** A matrix with bias, its activation and a norm. */
    public record Transform(String dense, Activation activation, Norm norm) {}
}
