package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What config.json says about one stack, in the words of all families: the nested configuration of that stack
 * ({@code text_config}, {@code vision_config}…) first, then the whole.
 */
final class StackConfig {
    private static final List<String> LAYERS =
            List.of("num_hidden_layers", "n_layer", "n_layers", "num_layers", "depth", "block_count");
    private static final List<String> HEADS = List.of(
            "num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads", "attention.head_count");
    private static final List<String> KEY_VALUE_HEADS = List.of(
            "num_key_value_heads",
            "num_kv_heads",
            "n_head_kv",
            "n_kv_heads",
            "attn_config.kv_n_heads",
            "attention.head_count_kv");

    private final List<JsonNode> nodes;

    private StackConfig(List<JsonNode> nodes) {
        this.nodes = nodes;
    }

    /** The configuration that counts for a stack, by its name and the prefix of its tensors. */
    static StackConfig of(JsonNode config, String stack, String prefix) {
        List<JsonNode> nodes = new ArrayList<>();
        String words = (prefix + "." + stack).toLowerCase(Locale.ROOT);
        for (Map.Entry<String, JsonNode> entry : nested(config)) {
            String word = entry.getKey().replaceFirst("_config$", "").toLowerCase(Locale.ROOT);
            boolean text = List.of("text", "llm", "language", "thinker").contains(word)
                    && !words.matches(".*(vision|visual|image|audio|speech).*");
            if (text || words.contains(word)) {
                nodes.add(entry.getValue());
            }
        }
        nodes.add(config);
        JsonNode gguf = config.path("gguf");
        if (gguf.isObject()) {
            nodes.add(unprefixed(gguf));
        }
        return new StackConfig(nodes);
    }

    /** {@code model_type} of the whole and of every nested configuration, and GGUF's where that is the format. */
    static List<String> modelTypes(JsonNode config) {
        List<String> types = new ArrayList<>();
        if (config.path("gguf").isObject()) {
            types.add("gguf");
        }
        if (config.path("model_type").isTextual()) {
            types.add(config.path("model_type").asText());
        }
        nested(config).forEach(entry -> {
            if (entry.getValue().path("model_type").isTextual()) {
                types.add(entry.getValue().path("model_type").asText());
            }
        });
        return types;
    }

    private static List<Map.Entry<String, JsonNode>> nested(JsonNode config) {
        List<Map.Entry<String, JsonNode>> nested = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : config.properties()) {
            boolean named =
                    entry.getKey().endsWith("_config") || entry.getValue().has("model_type");
            if (entry.getValue().isObject() && named && !entry.getKey().equals("quantization_config")) {
                nested.addAll(nested(entry.getValue()));
                nested.add(entry);
            }
        }
        return nested;
    }

    /** GGUF keys without the architecture they start with: {@code llama.block_count} becomes {@code block_count}. */
    private static JsonNode unprefixed(JsonNode gguf) {
        String architecture = gguf.path("general.architecture").asText() + ".";
        ObjectNode plain = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        gguf.properties().forEach(entry -> {
            if (entry.getKey().startsWith(architecture)) {
                plain.set(entry.getKey().substring(architecture.length()), entry.getValue());
            }
        });
        return plain;
    }

    /** Layers of this stack, 0 where it does not tell. */
    long layers(String stack) {
        long own = number(stack + "_layers", number("num_" + stack + "_layers", 0));
        return own > 0 ? own : first(LAYERS);
    }

    /** Attention heads, 0 where it does not tell. */
    long heads() {
        return first(HEADS);
    }

    /** Key-value heads, those of attention where it does not tell. */
    long keyValueHeads() {
        long own = first(KEY_VALUE_HEADS);
        return own > 0 ? own : heads();
    }

    /** A whole number, with its nested path in dots. */
    long number(String key, long otherwise) {
        for (JsonNode node : nodes) {
            JsonNode value = at(node, key);
            if (value.isArray() && !value.isEmpty() && allEqual(value)) {
                value = value.get(0); // GGUF may give one value per layer
            }
            if (value.isIntegralNumber()) {
                return value.asLong();
            }
        }
        return otherwise;
    }

    boolean flag(String key, boolean otherwise) {
        for (JsonNode node : nodes) {
            if (node.path(key).isBoolean()) {
                return node.path(key).asBoolean();
            }
        }
        return otherwise;
    }

    private long first(List<String> keys) {
        for (JsonNode node : nodes) {
            StackConfig only = new StackConfig(List.of(node));
            for (String key : keys) {
                long value = only.number(key, 0);
                if (value > 0) {
                    return value;
                }
            }
        }
        return 0;
    }

    private static JsonNode at(JsonNode node, String key) {
        if (node.has(key)) {
            return node.get(key);
        }
        int dot = key.indexOf('.');
        return dot < 0 || !node.has(key.substring(0, dot))
                ? MissingNode.getInstance()
                : at(node.get(key.substring(0, dot)), key.substring(dot + 1));
    }

    private static boolean allEqual(JsonNode array) {
        for (JsonNode value : array) {
            if (!value.equals(array.get(0))) {
                return false;
            }
        }
        return true;
    }
}
