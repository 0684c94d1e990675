package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.lowrank.inference.description.Transformer.Embedding;
import org.lowrank.inference.description.Transformer.Experts;
import org.lowrank.inference.description.Transformer.FeedForward;
import org.lowrank.inference.description.Transformer.Head;
import org.lowrank.inference.description.Transformer.Last;
import org.lowrank.inference.description.Transformer.Layer;
import org.lowrank.inference.description.Transformer.Norm;
import org.lowrank.inference.description.Transformer.NormKind;
import org.lowrank.inference.description.Transformer.Place;
import org.lowrank.inference.description.Transformer.PositionTable;
import org.lowrank.inference.description.Transformer.Residual;
import org.lowrank.inference.description.Transformer.Sharing;
import org.lowrank.inference.description.Transformer.Sizes;
import org.lowrank.inference.description.Transformer.Transform;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** From a declaration and config.json to the records. */
final class TransformerReader {
    private final String type;
    private final JsonNode entry;
    private final Settings settings;
    private final DeclaredValues values;

    TransformerReader(String type, JsonNode entry, Settings settings) {
        this.type = type;
        this.entry = entry;
        this.settings = settings;
        values = new DeclaredValues(type, settings);
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
                new Last(norm(entry.path("final_norm")), values.text(entry.path("final_projection"))),
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
                throw values.bad(setting.getKey() + " " + value.asText(), "this kind of " + type + " is not described");
            }
        }
    }

    private Sizes sizes() throws MalformedWeightsException {
        JsonNode sizes = entry.path("sizes");
        int width = values.whole(sizes, "width", OptionalInt.empty());
        int heads = values.whole(sizes, "heads", OptionalInt.empty());
        int keyValueHeads = values.whole(sizes, "key_value_heads", OptionalInt.of(heads));
        int headSize = values.whole(sizes, "head_size", OptionalInt.of(width / heads));
        boolean own = settings.value(sizes.path("head_size")).isPresent();
        if (heads % keyValueHeads != 0 || (!own && width % heads != 0) || headSize < 1) {
            throw values.bad(
                    "width " + width + ", " + heads + " heads and " + keyValueHeads + " key-value heads",
                    "they do not divide");
        }
        boolean table = settings.value(sizes.path("positions")).isPresent();
        OptionalInt positions =
                table ? OptionalInt.of(values.whole(sizes, "positions", OptionalInt.empty())) : OptionalInt.empty();
        return new Sizes(
                width,
                values.whole(sizes, "layers", OptionalInt.empty()),
                heads,
                keyValueHeads,
                headSize,
                positions,
                longest(sizes, positions.orElse(2048)));
    }

    private int longest(JsonNode sizes, int otherwise) throws MalformedWeightsException {
        OptionalDouble advised = values.number(sizes.path("advised_positions"), "the number of positions");
        return (int) Math.max(1, Math.min(1 << 30, advised.orElse(otherwise)));
    }

    private Embedding embedding() throws MalformedWeightsException {
        JsonNode embedding = entry.path("embedding");
        Optional<PositionTable> positions = Optional.empty();
        Optional<String> table = values.text(embedding.path("positions"));
        if (table.isPresent()) {
            OptionalDouble padding = values.number(embedding.path("positions_after"), "the padding id");
            positions = Optional.of(new PositionTable(
                    table.get(),
                    embedding.path("position_offset").asInt(0),
                    padding.isPresent() ? OptionalInt.of((int) padding.getAsDouble()) : OptionalInt.empty()));
        }
        return new Embedding(
                values.texts(embedding.path("tokens")),
                values.number(embedding.path("scale"), "the embedding's factor").orElse(1),
                positions,
                values.text(embedding.path("types")),
                norm(embedding.path("norm")),
                values.text(embedding.path("projection")),
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
                        values.whole(shared, "groups", OptionalInt.empty()),
                        values.whole(shared, "inner", OptionalInt.empty())))
                : Optional.empty();
        Residual residual = new Residual(
                values.flag(entry.path("parallel")),
                values.number(entry.path("residual_scale"), "the residual's factor")
                        .orElse(1),
                values.flag(entry.path("residual_after_norm")),
                values.flag(entry.path("unnormed_first")));
        return new Layer(
                entry.path("layer").asText(),
                sharing,
                residual,
                norms,
                new AttentionReader(settings, values, entry.path("attention"), kind()).read(sizes),
                feedForward(entry.path("feed_forward")),
                experts(sizes),
                entry.path("stored").asText().equals("in_out"));
    }

    private FeedForward feedForward(JsonNode part) throws MalformedWeightsException {
        JsonNode activation = part.has("activation")
                ? part.path("activation")
                : entry.path("feed_forward").path("activation");
        return new FeedForward(
                values.text(part.path("up")),
                values.text(part.path("gate")),
                values.text(part.path("gate_up")),
                part.path("down").asText(),
                activation(activation));
    }

    private Activation activation(JsonNode expression) throws MalformedWeightsException {
        String name = values.text(expression).orElse("");
        Optional<Activation> known = Activation.named(name);
        if (known.isEmpty()) {
            throw values.bad("activation " + name, "it is not known");
        }
        return known.get();
    }

    private Optional<Experts> experts(Sizes sizes) throws MalformedWeightsException {
        JsonNode experts = entry.path("experts");
        if (!experts.isObject()) {
            return Optional.empty();
        }
        int count = values.whole(experts, "count", OptionalInt.empty());
        int active = values.whole(experts, "active", OptionalInt.empty());
        if (active > count) {
            throw values.bad(active + " active of " + count + " experts", "there are too few");
        }
        JsonNode shared = experts.path("shared");
        return Optional.of(new Experts(
                count,
                active,
                values.flag(experts.path("renormalised")),
                experts.path("router").asText(),
                feedForward(experts),
                sparse(experts.path("sparse"), sizes.layers()),
                shared.isObject() ? Optional.of(feedForward(shared)) : Optional.empty(),
                values.text(shared.path("weight"))));
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
        double divisor =
                values.number(head.path("divisor"), "the logits' divisor").orElse(1);
        Optional<Norm> norm = norm(head.path("norm"));
        Optional<String> dense = values.text(head.path("dense"));
        Optional<Transform> transform = dense.isPresent() && norm.isPresent()
                ? Optional.of(new Transform(dense.get(), activation(head.path("activation")), norm.get()))
                : Optional.empty();
        return Optional.of(new Head(
                causal,
                transform,
                head.path("output").asText(),
                values.text(head.path("bias")),
                tied.isBoolean() ? Optional.of(tied.asBoolean()) : Optional.empty(),
                expected(causal),
                values.number(head.path("scale"), "the logits' factor").orElse(1) / divisor,
                values.number(head.path("soft_cap"), "the logits' soft cap").orElse(0)));
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
        return values.text(module).map(name -> new Norm(name, kind()));
    }

    private NormKind kind() {
        JsonNode norm = entry.path("norm");
        return new NormKind(
                norm.path("kind").asText().equals("rms"),
                settings.value(norm.path("epsilon")).map(JsonNode::asDouble).orElse(1e-5),
                norm.path("one_plus").asBoolean(false),
                norm.path("affine").asBoolean(true));
    }
}
