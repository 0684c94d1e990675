package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.lowrank.inference.description.Transformer.Attention;
import org.lowrank.inference.description.Transformer.HeadNorms;
import org.lowrank.inference.description.Transformer.NormKind;
import org.lowrank.inference.description.Transformer.Projections;
import org.lowrank.inference.description.Transformer.Scores;
import org.lowrank.inference.description.Transformer.Sizes;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** How a layer attends: from a declaration's {@code attention} and config.json to projections, scores and positions. */
final class AttentionReader {
    private final Settings settings;
    private final DeclaredValues values;
    private final JsonNode attention;
    private final NormKind kind;

    /**
     * A reader.
     *
     * @param kind how queries and keys are normed where they are
     */
    AttentionReader(Settings settings, DeclaredValues values, JsonNode attention, NormKind kind) {
        this.settings = settings;
        this.values = values;
        this.attention = attention;
        this.kind = kind;
    }

    Attention read(Sizes sizes) throws MalformedWeightsException {
        Optional<String> fused = values.text(attention.path("fused"));
        int window = (int) values.number(attention.path("window"), "the window").orElse(0);
        LayerRule windowed =
                window > 0 ? LayerRule.of(attention.path("windowed"), settings, sizes.layers()) : LayerRule.none();
        Optional<HeadNorms> headNorms = values.text(attention.path("q_norm"))
                .map(q -> new HeadNorms(
                        q,
                        attention.path("k_norm").asText(),
                        kind,
                        attention.path("norm_over").asText().equals("head")));
        Projections projections = new Projections(
                values.text(attention.path("q")),
                values.text(attention.path("k")),
                values.text(attention.path("v")),
                fused.or(() -> values.text(attention.path("fused_alternative"))),
                QkvSplit.valueOf(attention.path("split").asText("plain").toUpperCase(Locale.ROOT)),
                attention.path("o").asText());
        Scores scores = new Scores(
                attention.path("causal").asBoolean(true),
                values.number(attention.path("scale"), "the attention's factor"),
                values.flag(attention.path("scale_by_layer")),
                values.number(attention.path("soft_cap"), "the soft cap").orElse(0),
                Math.max(0, window),
                windowed);
        return new Attention(
                projections,
                values.number(attention.path("clip"), "the clip").orElse(0),
                headNorms,
                scores,
                positions(sizes));
    }

    private PositionScheme positions(Sizes sizes) throws MalformedWeightsException {
        if (attention.path("rotary").isObject()) {
            return new RotaryReader(settings, attention, sizes).read();
        }
        if (attention.path("alibi").isObject()) {
            JsonNode alibi = attention.path("alibi");
            return new PositionScheme.Alibi(
                    alibi.path("scaled").asBoolean(false),
                    values.number(alibi.path("largest"), "alibi_bias_max").orElse(0));
        }
        if (attention.path("relative").isObject()) {
            JsonNode relative = attention.path("relative");
            int buckets = values.whole(relative, "buckets", OptionalInt.empty());
            int furthest = values.whole(relative, "furthest", OptionalInt.empty());
            if (buckets < 4 || furthest <= buckets / 4) {
                throw values.bad(buckets + " buckets up to distance " + furthest, "too few");
            }
            return new PositionScheme.RelativeBias(relative.path("table").asText(), buckets, furthest);
        }
        return new PositionScheme.None();
    }
}
