package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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
    private final int ownNodes;

    private StackConfig(List<JsonNode> nodes, int ownNodes) {
        this.nodes = nodes;
        this.ownNodes = ownNodes;
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
        int own = nodes.size();
        nodes.add(config);
        JsonNode gguf = config.path("gguf");
        if (gguf.isObject()) {
            nodes.add(unprefixed(gguf));
        }
        return new StackConfig(nodes, own);
    }

    /**
     * {@code model_type} of the whole and of every nested configuration; {@code gguf}, {@code _class_name} (diffusers) and
     * {@code timm} where those are the formats.
     */
    static List<String> modelTypes(JsonNode config) {
        List<String> types = new ArrayList<>();
        if (config.path("gguf").isObject()) {
            types.add("gguf");
        }
        typeOf(config, types);
        nested(config).forEach(entry -> typeOf(entry.getValue(), types));
        if (config.path("architecture").isTextual() && config.has("pretrained_cfg")) {
            types.add("timm");
        }
        return types;
    }

    private static void typeOf(JsonNode node, List<String> types) {
        for (String key : List.of("model_type", "_class_name")) {
            if (node.path(key).isTextual() && !node.path(key).asText().isBlank()) {
                types.add(node.path(key).asText());
                return;
            }
        }
    }

    static List<Map.Entry<String, JsonNode>> nested(JsonNode config) {
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
    static JsonNode unprefixed(JsonNode gguf) {
        String architecture = gguf.path("general.architecture").asText() + ".";
        ObjectNode plain = JsonNodeFactory.instance.objectNode();
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
            if (isCount(value)) {
                return value.asLong();
            }
        }
        return otherwise;
    }

    /** Whether it is a whole number that fits a long and is not negative: others do not count anything. */
    static boolean isCount(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong() && value.asLong() >= 0;
    }

    /** The widths of this stack: of its own configuration where it has one, else of the whole. */
    ConfigWidths widths() {
        for (JsonNode node : nodes) {
            ConfigWidths widths = ConfigWidths.of(node);
            if (!widths.heads().isEmpty() && !widths.model().isEmpty()) {
                return widths;
            }
        }
        return ConfigWidths.NONE;
    }

    /** Whether one of these keys is there and neither false nor 0. */
    Optional<String> says(List<String> keys) {
        for (JsonNode node : nodes) {
            for (String key : keys) {
                JsonNode value = node.path(key);
                if (value.isBoolean() ? value.asBoolean() : isCount(value) && value.asLong() > 0) {
                    return Optional.of(key);
                }
            }
        }
        return Optional.empty();
    }

    /** Whether the number of layers is said for this stack by name or in a configuration of its own. */
    boolean hasOwnLayers(String stack) {
        return number(stack + "_layers", number("num_" + stack + "_layers", 0)) > 0 || ownNodes > 0;
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
            StackConfig only = new StackConfig(List.of(node), 0);
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
