package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.lowrank.inference.description.Transformer.Attention;
import org.lowrank.inference.description.Transformer.Embedding;
import org.lowrank.inference.description.Transformer.Experts;
import org.lowrank.inference.description.Transformer.FeedForward;
import org.lowrank.inference.description.Transformer.Head;
import org.lowrank.inference.description.Transformer.HeadNorms;
import org.lowrank.inference.description.Transformer.Last;
import org.lowrank.inference.description.Transformer.Layer;
import org.lowrank.inference.description.Transformer.Norm;
import org.lowrank.inference.description.Transformer.NormKind;
import org.lowrank.inference.description.Transformer.Place;
import org.lowrank.inference.description.Transformer.PositionTable;
import org.lowrank.inference.description.Transformer.Projections;
import org.lowrank.inference.description.Transformer.Residual;
import org.lowrank.inference.description.Transformer.Scores;
import org.lowrank.inference.description.Transformer.Sharing;
import org.lowrank.inference.description.Transformer.Sizes;
import org.lowrank.inference.description.Transformer.Transform;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** From a declaration and config.json to the records. */
final class TransformerReader {
    private static final int LARGEST = 1 << 20;

    private final String type;
    private final JsonNode entry;
    private final Settings settings;

    TransformerReader(String type, JsonNode entry, Settings settings) {
        this.type = type;
        this.entry = entry;
        this.settings = settings;
    }

    Transformer read() throws MalformedWeightsException {
        refuse();
        Sizes sizes = sizes();
        return new Transformer(
                type,
                entry.path("stack").asText(),
                sizes,
                embedding(),
                layer(sizes),
                new Last(norm(entry.path("final_norm")), text(entry.path("final_projection"))),
                head());
    }

    /** Settings under which this family computes something that is not described. */
    private void refuse() throws MalformedWeightsException {
        for (Map.Entry<String, JsonNode> setting : entry.path("refused").properties()) {
            JsonNode value = settings.at(setting.getKey());
            boolean allowed = false;
            for (JsonNode good : setting.getValue()) {
                allowed |= good.isNull() ? value.isMissingNode() : good.equals(value);
            }
            if (!allowed) {
                throw bad(setting.getKey() + " " + value.asText(), "this kind of " + type + " is not described");
            }
        }
    }

    private Sizes sizes() throws MalformedWeightsException {
        JsonNode sizes = entry.path("sizes");
        int width = whole(sizes, "width", OptionalInt.empty());
        int heads = whole(sizes, "heads", OptionalInt.empty());
        int keyValueHeads = whole(sizes, "key_value_heads", OptionalInt.of(heads));
        int headSize = whole(sizes, "head_size", OptionalInt.of(width / heads));
        boolean own = settings.value(sizes.path("head_size")).isPresent();
        if (heads % keyValueHeads != 0 || (!own && width % heads != 0) || headSize < 1) {
            throw bad(
                    "width " + width + ", " + heads + " heads and " + keyValueHeads + " key-value heads",
                    "they do not divide");
        }
        boolean table = settings.value(sizes.path("positions")).isPresent();
        OptionalInt positions =
                table ? OptionalInt.of(whole(sizes, "positions", OptionalInt.empty())) : OptionalInt.empty();
        return new Sizes(
                width,
                whole(sizes, "layers", OptionalInt.empty()),
                heads,
                keyValueHeads,
                headSize,
                positions,
                longest(sizes, positions.orElse(2048)));
    }

    private int longest(JsonNode sizes, int otherwise) throws MalformedWeightsException {
        OptionalDouble advised = number(sizes.path("advised_positions"), "the number of positions");
        return (int) Math.max(1, Math.min(1 << 30, advised.orElse(otherwise)));
    }

    private Embedding embedding() throws MalformedWeightsException {
        JsonNode embedding = entry.path("embedding");
        Optional<PositionTable> positions = Optional.empty();
        Optional<String> table = text(embedding.path("positions"));
        if (table.isPresent()) {
            OptionalDouble padding = number(embedding.path("positions_after"), "the padding id");
            positions = Optional.of(new PositionTable(
                    table.get(),
                    embedding.path("position_offset").asInt(0),
                    padding.isPresent() ? OptionalInt.of((int) padding.getAsDouble()) : OptionalInt.empty()));
        }
        return new Embedding(
                texts(embedding.path("tokens")),
                number(embedding.path("scale"), "the embedding's factor").orElse(1),
                positions,
                text(embedding.path("types")),
                norm(embedding.path("norm")),
                text(embedding.path("projection")),
                embedding.path("project_first").asBoolean(false));
    }

    private Layer layer(Sizes sizes) throws MalformedWeightsException {
        Map<Place, Norm> norms = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            norm(entry.path("norms").path(place.name().toLowerCase(Locale.ROOT)))
                    .ifPresent(norm -> norms.put(place, norm));
        }
        JsonNode shared = entry.path("shared");
        Optional<Sharing> sharing = shared.isObject()
                ? Optional.of(new Sharing(
                        whole(shared, "groups", OptionalInt.empty()), whole(shared, "inner", OptionalInt.empty())))
                : Optional.empty();
        Residual residual = new Residual(
                flag(entry.path("parallel")),
                number(entry.path("residual_scale"), "the residual's factor").orElse(1),
                flag(entry.path("residual_after_norm")),
                flag(entry.path("unnormed_first")));
        return new Layer(
                entry.path("layer").asText(),
                sharing,
                residual,
                norms,
                attention(sizes),
                feedForward(entry.path("feed_forward")),
                experts(sizes),
                entry.path("stored").asText().equals("in_out"));
    }

    private Attention attention(Sizes sizes) throws MalformedWeightsException {
        JsonNode attention = entry.path("attention");
        Optional<String> fused = text(attention.path("fused"));
        int window = (int) number(attention.path("window"), "the window").orElse(0);
        LayerRule windowed =
                window > 0 ? LayerRule.of(attention.path("windowed"), settings, sizes.layers()) : LayerRule.none();
        Optional<HeadNorms> headNorms = text(attention.path("q_norm"))
                .map(q -> new HeadNorms(
                        q,
                        attention.path("k_norm").asText(),
                        kind(),
                        attention.path("norm_over").asText().equals("head")));
        Projections projections = new Projections(
                text(attention.path("q")),
                text(attention.path("k")),
                text(attention.path("v")),
                fused.or(() -> text(attention.path("fused_alternative"))),
                QkvSplit.valueOf(attention.path("split").asText("plain").toUpperCase(Locale.ROOT)),
                attention.path("o").asText());
        Scores scores = new Scores(
                attention.path("causal").asBoolean(true),
                number(attention.path("scale"), "the attention's factor"),
                flag(attention.path("scale_by_layer")),
                number(attention.path("soft_cap"), "the soft cap").orElse(0),
                Math.max(0, window),
                windowed);
        return new Attention(
                projections,
                number(attention.path("clip"), "the clip").orElse(0),
                headNorms,
                scores,
                positions(attention, sizes));
    }

    private PositionScheme positions(JsonNode attention, Sizes sizes) throws MalformedWeightsException {
        if (attention.path("rotary").isObject()) {
            return new RotaryReader(settings, attention, sizes).read();
        }
        if (attention.path("alibi").isObject()) {
            JsonNode alibi = attention.path("alibi");
            return new PositionScheme.Alibi(
                    alibi.path("scaled").asBoolean(false),
                    number(alibi.path("largest"), "alibi_bias_max").orElse(0));
        }
        if (attention.path("relative").isObject()) {
            JsonNode relative = attention.path("relative");
            int buckets = whole(relative, "buckets", OptionalInt.empty());
            int furthest = whole(relative, "furthest", OptionalInt.empty());
            if (buckets < 4 || furthest <= buckets / 4) {
                throw bad(buckets + " buckets up to distance " + furthest, "too few");
            }
            return new PositionScheme.RelativeBias(relative.path("table").asText(), buckets, furthest);
        }
        return new PositionScheme.None();
    }

    private FeedForward feedForward(JsonNode part) throws MalformedWeightsException {
        JsonNode activation = part.has("activation")
                ? part.path("activation")
                : entry.path("feed_forward").path("activation");
        return new FeedForward(
                text(part.path("up")),
                text(part.path("gate")),
                text(part.path("gate_up")),
                part.path("down").asText(),
                activation(activation));
    }

    private Activation activation(JsonNode expression) throws MalformedWeightsException {
        String name = text(expression).orElse("");
        Optional<Activation> known = Activation.named(name);
        if (known.isEmpty()) {
            throw bad("activation " + name, "it is not known");
        }
        return known.get();
    }

    private Optional<Experts> experts(Sizes sizes) throws MalformedWeightsException {
        JsonNode experts = entry.path("experts");
        if (!experts.isObject()) {
            return Optional.empty();
        }
        int count = whole(experts, "count", OptionalInt.empty());
        int active = whole(experts, "active", OptionalInt.empty());
        if (active > count) {
            throw bad(active + " active of " + count + " experts", "there are too few");
        }
        JsonNode shared = experts.path("shared");
        return Optional.of(new Experts(
                count,
                active,
                flag(experts.path("renormalised")),
                experts.path("router").asText(),
                feedForward(experts),
                sparse(experts.path("sparse"), sizes.layers()),
                shared.isObject() ? Optional.of(feedForward(shared)) : Optional.empty(),
                text(shared.path("weight"))));
    }

    /** Every step-th layer, but for those listed as dense. */
    private LayerRule sparse(JsonNode rule, int layers) {
        LayerRule all = LayerRule.all(layers);
        if (!rule.isObject()) {
            return all;
        }
        int step = settings.value(rule.path("step")).map(JsonNode::asInt).orElse(1);
        for (int layer = 0; layer < layers; layer++) {
            all.layers().set(layer, step > 0 && (layer + 1) % step == 0);
        }
        settings.value(rule.path("dense_layers"))
                .ifPresent(list -> list.forEach(dense -> {
                    if (dense.asInt(-1) >= 0) {
                        all.layers().clear(dense.asInt());
                    }
                }));
        return all;
    }

    private Optional<Head> head() throws MalformedWeightsException {
        JsonNode head = entry.path("head");
        if (!head.isObject()) {
            return Optional.empty();
        }
        boolean causal = head.path("kind").asText().equals("causal");
        JsonNode tied = settings.at("tie_word_embeddings");
        double divisor = number(head.path("divisor"), "the logits' divisor").orElse(1);
        Optional<Norm> norm = norm(head.path("norm"));
        Optional<String> dense = text(head.path("dense"));
        Optional<Transform> transform = dense.isPresent() && norm.isPresent()
                ? Optional.of(new Transform(dense.get(), activation(head.path("activation")), norm.get()))
                : Optional.empty();
        return Optional.of(new Head(
                causal,
                transform,
                head.path("output").asText(),
                text(head.path("bias")),
                tied.isBoolean() ? Optional.of(tied.asBoolean()) : Optional.empty(),
                expected(causal),
                number(head.path("scale"), "the logits' factor").orElse(1) / divisor,
                number(head.path("soft_cap"), "the logits' soft cap").orElse(0)));
    }

    /** Whether the class that config.json names has the head. */
    private Optional<Boolean> expected(boolean causal) {
        JsonNode classes = settings.at("architectures");
        if (!classes.isArray() || classes.isEmpty()) {
            return Optional.empty();
        }
        String name = classes.get(0).asText();
        return Optional.of(
                causal
                        ? name.endsWith("ForCausalLM") || name.endsWith("LMHeadModel")
                        : name.endsWith("ForMaskedLM") || name.endsWith("ForPreTraining"));
    }

    private Optional<Norm> norm(JsonNode module) throws MalformedWeightsException {
        return text(module).map(name -> new Norm(name, kind()));
    }

    private NormKind kind() {
        JsonNode norm = entry.path("norm");
        return new NormKind(
                norm.path("kind").asText().equals("rms"),
                settings.value(norm.path("epsilon")).map(JsonNode::asDouble).orElse(1e-5),
                norm.path("one_plus").asBoolean(false),
                norm.path("affine").asBoolean(true));
    }

    private boolean flag(JsonNode expression) {
        return settings.value(expression).map(JsonNode::asBoolean).orElse(false);
    }

    private Optional<String> text(JsonNode expression) {
        return settings.value(expression).map(JsonNode::asText);
    }

    private List<String> texts(JsonNode expression) {
        List<String> texts = new ArrayList<>();
        if (expression.isArray()) {
            expression.forEach(text -> texts.add(text.asText()));
        } else {
            texts.add(expression.asText());
        }
        return texts;
    }

    private OptionalDouble number(JsonNode expression, String what) throws MalformedWeightsException {
        Optional<JsonNode> value = settings.value(expression);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        double number = value.get().isNumber() ? value.get().asDouble() : Double.NaN;
        if (!Double.isFinite(number)) {
            throw bad(what + " " + value.get(), "it is no number");
        }
        return OptionalDouble.of(number);
    }

    /** A count from 1 on. */
    private int whole(JsonNode of, String key, OptionalInt otherwise) throws MalformedWeightsException {
        Optional<JsonNode> value = settings.value(of.path(key));
        if (value.isEmpty() && otherwise.isPresent()) {
            return otherwise.getAsInt();
        }
        JsonNode number = value.orElse(MissingNode.getInstance());
        if (!number.isIntegralNumber() || number.asLong() < 1 || number.asLong() > LARGEST) {
            String from = of.path(key).toString().replaceAll("[\"\\[\\]$]", "");
            throw bad(
                    from + (number.isMissingNode() ? " is not there" : " is " + number),
                    "a whole number from 1 to " + LARGEST + " is needed");
        }
        return number.asInt();
    }

    private MalformedWeightsException bad(String what, String why) {
        return new MalformedWeightsException(
                Flaw.UNKNOWN,
                "cannot run this model: config.json of " + type + ": " + what + ": " + why + "; mend config.json");
    }
}
