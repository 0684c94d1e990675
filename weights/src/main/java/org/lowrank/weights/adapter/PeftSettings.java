package org.lowrank.weights.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** adapter_config.json of PEFT's LoRA: what α and r a module has, and what else the adapter needs to be read right. */
final class PeftSettings {
    /** Extensions of LoRA under the name LORA whose ΔW is not s·B·A. */
    private static final Map<String, String> OTHER_PRODUCTS = Map.of(
            "use_qalora",
            "QALoRA",
            "use_bdlora",
            "block-diagonal LoRA",
            "velora_config",
            "VeLoRA",
            "wora_config",
            "WoRA");

    private static final int LONGEST_PATTERN = 1000;
    private static final int MOST_STEPS = 1_000_000;

    private final JsonNode config;
    private final String file;

    private PeftSettings(JsonNode config, String file) {
        this.config = config;
        this.file = file;
    }

    /**
     * Reads the settings.
     *
     * @throws MalformedWeightsException if they are of an adapter that is no LoRA or DoRA, or say nothing usable
     */
    static PeftSettings of(JsonNode config, String file) throws MalformedWeightsException {
        String type = config.path("peft_type").asText("LORA").toUpperCase(Locale.ROOT);
        if (!type.equals("LORA")) {
            throw new MalformedWeightsException("adapter of another kind: " + file + ": peft_type " + type
                    + "; LoRA and DoRA are measured, merge others into their base model");
        }
        for (Map.Entry<String, String> other : OTHER_PRODUCTS.entrySet()) {
            JsonNode value = config.path(other.getKey());
            if (value.isObject() || value.asBoolean(false)) {
                throw new MalformedWeightsException("adapter of another kind: " + file + ": " + other.getValue() + " ("
                        + other.getKey() + "), whose ΔW is not s·B·A; merge it into its base model");
            }
        }
        return new PeftSettings(config, file);
    }

    String base() {
        return config.path("base_model_name_or_path").asText("");
    }

    /** Whether the base's weights lie as [in, out], as GPT-2's do. */
    boolean fanInFanOut() {
        return config.path("fan_in_fan_out").asBoolean(false);
    }

    /** Whether its weights apply only after given tokens. */
    boolean activated() {
        return config.path("alora_invocation_tokens").isArray();
    }

    boolean replicatesLayers() {
        return config.path("layer_replication").isArray();
    }

    /** Names of parameters that are changed where they are no module's weight. */
    List<String> targetParameters() {
        List<String> names = new ArrayList<>();
        config.path("target_parameters").forEach(name -> names.add(name.asText()));
        return names;
    }

    /**
     * r of a module: rank_pattern's first match, else r; empty where the settings tell neither.
     *
     * @throws MalformedWeightsException if it is no positive number
     */
    Optional<Long> rank(String path) throws MalformedWeightsException {
        JsonNode rank = patterned("rank_pattern", path).orElse(config.path("r"));
        if (rank.isMissingNode() || rank.isNull()) {
            return Optional.empty();
        }
        if (!rank.isIntegralNumber() || rank.asLong() < 1) {
            throw bad("r of " + path + " is " + rank);
        }
        return Optional.of(rank.asLong());
    }

    /**
     * s = α/r, or α/√r with use_rslora.
     *
     * @param rank r
     * @throws MalformedWeightsException if α is no number
     */
    double scale(String path, long rank) throws MalformedWeightsException {
        // PEFT's default; its own writer always writes the value
        JsonNode alpha = patterned("alpha_pattern", path).orElse(config.path("lora_alpha"));
        if (alpha.isMissingNode()) {
            return scale(8, rank);
        }
        if (!alpha.isNumber() || !(Math.abs(alpha.asDouble()) <= Double.MAX_VALUE)) {
            throw bad("lora_alpha of " + path + " is " + alpha);
        }
        return scale(alpha.asDouble(), rank);
    }

    private double scale(double alpha, long rank) {
        return config.path("use_rslora").asBoolean(false) ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /** MLX says s itself. */
    OptionalDouble mlxScale() {
        JsonNode scale = config.path("lora_parameters").path("scale");
        return scale.isNumber() ? OptionalDouble.of(scale.asDouble()) : OptionalDouble.empty();
    }

    /** The value of the first key that matches the end of the path, in whole segments, as a regular expression. */
    private Optional<JsonNode> patterned(String field, String path) throws MalformedWeightsException {
        for (Map.Entry<String, JsonNode> entry : config.path(field).properties()) {
            if (matches(entry.getKey(), path)) {
                return Optional.of(entry.getValue());
            }
        }
        return Optional.empty();
    }

    private boolean matches(String key, String path) throws MalformedWeightsException {
        if (key.length() > LONGEST_PATTERN) {
            throw bad("a pattern of " + key.length() + " characters");
        }
        try {
            return Pattern.compile("(?:.*\\.)?(?:" + key + ")")
                    .matcher(new CountedText(path))
                    .matches();
        } catch (PatternSyntaxException e) {
            return path.equals(key) || path.endsWith("." + key);
        } catch (TooManyStepsException e) {
            throw bad("the pattern " + key + " takes too long to match");
        }
    }

    private MalformedWeightsException bad(String why) {
        return new MalformedWeightsException("bad adapter settings: " + file + ": " + why + "; mend the file");
    }

    /** A pattern comes with the file: one made to take for ever is stopped. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int steps;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MOST_STEPS) {
                throw new TooManyStepsException();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class TooManyStepsException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
