package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Counts and names in config.json that are none, and are therefore ignored: never without a word. */
final class ConfigProblems {
    private static final int SHOWN = 40;

    /** Counts that are read: of layers, heads and widths. */
    private static final Pattern COUNTS = Pattern.compile(
            "(num_|n_|[a-z]+_num_)[a-z_]*(layers?|heads?)|num_heads|(encoder|decoder)_(layers|attention_heads)"
                    + "|depth|block_count|attention\\.head_count(_kv)?|head_dim|d_kv|hidden_size|d_model|n_embd"
                    + "|intermediate_size|moe_intermediate_size|d_ff|n_inner|ffn_dim");

    private ConfigProblems() {}

    /** One line each, none for a sound configuration. */
    static List<String> of(JsonNode config) {
        List<String> problems = new ArrayList<>();
        check(config, "config.json", problems);
        StackConfig.nested(config)
                .forEach(entry -> check(entry.getValue(), entry.getKey() + " in config.json", problems));
        if (config.path("gguf").isObject()) {
            check(StackConfig.unprefixed(config.path("gguf")), "the GGUF header", problems);
        }
        return problems;
    }

    private static void check(JsonNode node, String where, List<String> problems) {
        JsonNode type = node.path("model_type");
        if (!type.isMissingNode() && !type.isNull() && !type.isTextual()) {
            problems.add("model_type of " + where + " is " + shown(type) + ", no text: it is ignored");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!COUNTS.matcher(entry.getKey()).matches()) {
                continue;
            }
            JsonNode value = entry.getValue();
            String what = entry.getKey() + " of " + where + " is " + shown(value);
            if (!isCount(value)) {
                problems.add(what + ", no count of anything: it is ignored");
            } else if (value.isIntegralNumber() && value.asLong() > Integer.MAX_VALUE) {
                problems.add(what + ", more than any model has");
            } else if (value.isIntegralNumber()
                    && value.asLong() == 0
                    && entry.getKey().endsWith("heads")) {
                problems.add(what + ": it is ignored");
            }
        }
    }

    /** Whether it counts something: a whole number, one per layer, or nothing at all. */
    static boolean isCount(JsonNode value) {
        if (value.isArray()) {
            for (JsonNode one : value) {
                if (!isCount(one)) {
                    return false;
                }
            }
            return true;
        }
        return value.isNull() || value.isObject() || StackConfig.isCount(value);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }
}
