package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** What a declaration's expressions are in a config.json, as texts, flags, numbers and counts. */
final class DeclaredValues {
    private static final int LARGEST = 1 << 20;

    private final String type;
    private final Settings settings;

    /**
     * Values of a model.
     *
     * @param type its model_type, for messages
     */
    DeclaredValues(String type, Settings settings) {
        this.type = type;
        this.settings = settings;
    }

    boolean flag(JsonNode expression) {
        return settings.value(expression).map(JsonNode::asBoolean).orElse(false);
    }

    Optional<String> text(JsonNode expression) {
        return settings.value(expression).map(JsonNode::asText);
    }

    List<String> texts(JsonNode expression) {
        List<String> texts = new ArrayList<>();
        if (expression.isArray()) {
            expression.forEach(text -> texts.add(text.asText()));
        } else {
            texts.add(expression.asText());
        }
        return texts;
    }

    OptionalDouble number(JsonNode expression, String what) throws MalformedWeightsException {
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
    int whole(JsonNode of, String key, OptionalInt otherwise) throws MalformedWeightsException {
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

    /** A value of config.json that cannot be. */
    MalformedWeightsException bad(String what, String why) {
        return new MalformedWeightsException(
                Flaw.UNKNOWN,
                "cannot run this model: config.json of " + type + ": " + what + ": " + why + "; mend config.json");
    }
}
