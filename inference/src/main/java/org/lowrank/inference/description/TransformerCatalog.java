package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The transformers that can be run, read from encoders.json, decoders.json, gated-decoders.json and, for GGUF files with their own names,
 * gguf.json. To add one, add an entry there: {@code extends} takes over another entry's keys, {@code variants} change keys where config.json says so.
 */
public final class TransformerCatalog {
    private static final List<String> FILES =
            List.of("gated-decoders.json", "decoders.json", "encoders.json", "gguf.json");
    private static final Map<String, ObjectNode> BY_NAME = load();

    private TransformerCatalog() {}

    /** The {@code model_type} values that can be run, in the order of the files. */
    public static List<String> types() {
        List<String> types = new ArrayList<>();
        BY_NAME.values().forEach(entry -> entry.path("types").forEach(type -> types.add(type.asText())));
        return types;
    }

    /**
     * How the model of this config.json runs.
     *
     * @param config config.json
     * @throws MalformedWeightsException if its {@code model_type} is not described, or a setting is missing or out of range
     */
    public static Transformer resolve(JsonNode config) throws MalformedWeightsException {
        String type = config.path("model_type").asText("");
        if (type.isEmpty() && describedGguf(config).isPresent()) {
            return read(
                    "GGUF architecture " + architecture(config),
                    describedGguf(config).get(),
                    gguf(config));
        }
        Optional<ObjectNode> entry = described(type);
        JsonNode text = config.path("text_config");
        if (entry.isEmpty() && described(text.path("model_type").asText("")).isPresent()) {
            return resolve(text); // a model that sees too: its language part, which reads text alone
        }
        if (entry.isEmpty()) {
            throw new MalformedWeightsException("cannot run this architecture: config.json: "
                    + (type.isEmpty() ? "no model_type" : "model_type " + type)
                    + "; described are " + String.join(", ", types())
                    + (type.isEmpty() ? ", give a config.json with --config" : ""));
        }
        return read(type, entry.get(), config);
    }

    private static Transformer read(String type, ObjectNode entry, JsonNode config) throws MalformedWeightsException {
        ObjectNode whole = inherited(entry);
        Settings settings = new Settings(config);
        for (JsonNode variant : whole.path("variants")) {
            if (applies(variant.path("when"), settings)) {
                merge(whole, variant.get("then"));
            }
        }
        return new TransformerReader(type, whole, settings).read();
    }

    private static Optional<ObjectNode> described(String type) {
        return BY_NAME.values().stream()
                .filter(known -> contains(known.path("types"), type))
                .findFirst();
    }

    private static String architecture(JsonNode config) {
        return config.path("gguf").path("general.architecture").asText("");
    }

    private static Optional<ObjectNode> describedGguf(JsonNode config) {
        return BY_NAME.values().stream()
                .filter(known -> contains(known.path("gguf"), architecture(config)))
                .findFirst();
    }

    /** A GGUF file's key values, without the architecture's name before them. */
    private static JsonNode gguf(JsonNode config) {
        String prefix = architecture(config) + ".";
        ObjectNode settings = new ObjectMapper().createObjectNode();
        config.path("gguf").properties().forEach(entry -> {
            if (entry.getKey().startsWith(prefix)) {
                settings.set(entry.getKey().substring(prefix.length()), entry.getValue());
            }
        });
        return settings;
    }

    /** Whether the model of a config.json can be run: its architecture, or that of its language part, is described. */
    public static boolean describes(JsonNode config) {
        return described(config.path("model_type").asText("")).isPresent()
                || (!config.has("model_type") && describedGguf(config).isPresent())
                || described(config.path("text_config").path("model_type").asText(""))
                        .isPresent();
    }

    private static boolean contains(JsonNode types, String type) {
        for (JsonNode known : types) {
            if (known.asText().equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** Every pair [expression, value] holds. */
    private static boolean applies(JsonNode conditions, Settings settings) {
        for (JsonNode condition : conditions) {
            Optional<JsonNode> value = settings.value(condition.get(0));
            if (value.isEmpty() || !value.get().asText().equals(condition.get(1).asText())) {
                return false;
            }
        }
        return true;
    }

    private static ObjectNode inherited(ObjectNode entry) {
        if (!entry.has("extends")) {
            return entry.deepCopy();
        }
        ObjectNode whole = inherited(
                Objects.requireNonNull(BY_NAME.get(entry.get("extends").asText()), "extends"));
        merge(whole, entry);
        return whole;
    }

    /** Objects are merged key by key, but for expressions; everything else is replaced. */
    private static void merge(ObjectNode into, JsonNode changes) {
        changes.properties().forEach(change -> {
            JsonNode known = into.get(change.getKey());
            if (known instanceof ObjectNode object && change.getValue().isObject()) {
                merge(object, change.getValue());
            } else {
                into.set(change.getKey(), change.getValue().deepCopy());
            }
        });
    }

    private static Map<String, ObjectNode> load() {
        Map<String, ObjectNode> entries = new LinkedHashMap<>();
        for (String name : FILES) {
            try (InputStream file = Objects.requireNonNull(TransformerCatalog.class.getResourceAsStream(name), name)) {
                for (JsonNode entry : new ObjectMapper().readTree(file)) {
                    entries.put(entry.get("name").asText(), (ObjectNode) entry);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e); // a resource of this jar
            }
        }
        return entries;
    }
}
