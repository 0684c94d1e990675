package org.lowrank.weights.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Settings of the wrong kind, in config.json itself and in the settings of its parts: a count that is no count is refused (it
 * would wrap around to another), text where a number belongs or the reverse is said and not used.
 */
final class ConfigChecks {
    private static final Set<String> COUNTS = Set.of(
            "num_hidden_layers",
            "num_layers",
            "n_layer",
            "n_layers",
            "encoder_layers",
            "decoder_layers",
            "num_decoder_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "num_kv_heads",
            "multi_query_group_num",
            "n_head",
            "n_heads",
            "num_heads",
            "encoder_attention_heads",
            "decoder_attention_heads",
            "hidden_size",
            "d_model",
            "n_embd",
            "dim",
            "head_dim",
            "d_kv",
            "kv_channels",
            "intermediate_size",
            "ffn_dim",
            "d_ff",
            "n_inner",
            "moe_intermediate_size",
            "num_experts",
            "num_local_experts",
            "n_routed_experts",
            "vocab_size");
    private static final Set<String> TEXTS = Set.of("model_type", "hidden_act", "torch_dtype", "quant_method");
    private static final int DEEPEST = 4;
    private static final int LONGEST = 60;

    private final String file;
    private final Consumer<String> warn;

    private ConfigChecks(String file, Consumer<String> warn) {
        this.file = file;
        this.warn = warn;
    }

    /** Refuses or says, and takes out what was said. */
    static void apply(ObjectNode config, String file, Consumer<String> warn) throws MalformedWeightsException {
        new ConfigChecks(file, warn).check(config, "", 0);
    }

    private void check(ObjectNode config, String path, int depth) throws MalformedWeightsException {
        List<String> unused = new ArrayList<>();
        for (Map.Entry<String, JsonNode> setting : config.properties()) {
            String name = path + setting.getKey();
            JsonNode value = setting.getValue();
            if (value instanceof ObjectNode part && depth < DEEPEST) {
                check(part, name + ".", depth + 1);
            } else if (COUNTS.contains(setting.getKey()) && value.isNumber()) {
                checkCount(name, value);
            } else if (COUNTS.contains(setting.getKey()) && (value.isTextual() || value.isBoolean())) {
                warn.accept(file + ": " + name + " is " + shown(value) + ", where a number belongs; it was not used");
                unused.add(setting.getKey());
            } else if (TEXTS.contains(setting.getKey()) && (value.isNumber() || value.isBoolean() || value.isArray())) {
                warn.accept(file + ": " + name + " is " + shown(value) + ", where text belongs; it was not used");
                unused.add(setting.getKey());
            }
        }
        config.remove(unused);
    }

    private void checkCount(String name, JsonNode value) throws MalformedWeightsException {
        boolean whole = value.canConvertToExactIntegral();
        BigInteger count = whole ? value.bigIntegerValue() : BigInteger.ONE.negate();
        if (count.signum() < 0 || count.bitLength() > 31) {
            throw new MalformedWeightsException(
                    "bad setting: " + file + ": " + name + " is " + shown(value) + ", which is no count; mend it");
        }
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
