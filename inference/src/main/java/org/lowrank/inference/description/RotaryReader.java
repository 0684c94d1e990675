package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import org.lowrank.inference.description.Transformer.Sizes;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Rotary settings of config.json in both spellings: {@code rope_parameters} (one object, or one per kind of layer), and
 * {@code rope_theta} with {@code rope_scaling}.
 */
final class RotaryReader {
    private final Settings settings;
    private final JsonNode attention;
    private final Sizes sizes;

    RotaryReader(Settings settings, JsonNode attention, Sizes sizes) {
        this.settings = settings;
        this.attention = attention;
        this.sizes = sizes;
    }

    PositionScheme read() throws MalformedWeightsException {
        JsonNode declared = attention.path("rotary");
        JsonNode together = settings.at("rope_parameters");
        JsonNode old = settings.at("rope_scaling");
        boolean byKind = together.has("full_attention") || together.has("sliding_attention");
        JsonNode global = byKind ? together.path("full_attention") : together.isObject() ? together : old;
        Optional<Rotary> local = Optional.empty();
        if (declared.has("local_theta") || byKind) {
            // Stretching is for the layers that see everything, unless the settings name the others too.
            JsonNode own = byKind ? together.path("sliding_attention") : JsonNodeFactory.instance.objectNode();
            JsonNode theta = declared.has("local_theta") ? declared.path("local_theta") : declared.path("theta");
            local = Optional.of(rotary(own, theta));
        }
        LayerRule rotated = attention.path("rotated").isArray()
                ? LayerRule.of(attention.path("rotated"), settings, sizes.layers())
                : LayerRule.all(sizes.layers());
        return new PositionScheme.Rotation(
                rotary(global, declared.path("theta")),
                local,
                declared.path("pairs").asText().equals("adjacent"),
                rotated);
    }

    private Rotary rotary(JsonNode own, JsonNode declaredTheta) throws MalformedWeightsException {
        JsonNode scaling = own.isObject() ? own : JsonNodeFactory.instance.objectNode();
        JsonNode declared = attention.path("rotary");
        double theta = scaling.path("rope_theta").isNumber()
                ? scaling.path("rope_theta").asDouble()
                : settings.value(declaredTheta).map(JsonNode::asDouble).orElse(10000.0);
        double fraction = scaling.path("partial_rotary_factor").isNumber()
                ? scaling.path("partial_rotary_factor").asDouble()
                : settings.value(declared.path("fraction"))
                        .map(JsonNode::asDouble)
                        .orElse(1.0);
        int size =
                settings.value(declared.path("size")).map(JsonNode::asInt).orElse((int) (sizes.headSize() * fraction));
        String kind = scaling.path("rope_type").asText(scaling.path("type").asText("default"));
        if (!Rotary.knows(kind)) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "cannot run this model: config.json: rope_type " + kind
                            + " is not described; default, linear, dynamic, llama3, yarn and longrope are");
        }
        if (size < 1 || size + size % 2 > sizes.headSize() || !(theta > 0)) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "cannot run this model: config.json: rotary positions of " + size
                            + " entries with base " + theta + " do not fit heads of " + sizes.headSize()
                            + "; mend config.json");
        }
        // Phi-3 keeps it outside, and there it counts first.
        JsonNode trained = settings.at("original_max_position_embeddings");
        int old = trained.asInt(scaling.path("original_max_position_embeddings").asInt(sizes.advisedPositions()));
        return new Rotary(theta, size, scaling, Math.max(1, old), sizes.advisedPositions());
    }
}
