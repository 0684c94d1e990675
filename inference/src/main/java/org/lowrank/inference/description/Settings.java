package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;

/** config.json, looked up by key; a dot leads into an object. What is null counts as absent. */
record Settings(JsonNode config) {
    JsonNode at(String key) {
        JsonNode node = at(config, key);
        return node.isNull() ? MissingNode.getInstance() : node;
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

    /**
     * The value of an expression of a declaration: {@code "$key"} is that setting; a list is its first value that is there, where
     * {@code {"absent": x}} is x unless a setting before it is there as null;
     * {@code {"root": x}}, {@code {"inverse_root": x}} and {@code {"half": x}} are √x, 1/√x and ⌊x/2⌋; anything else itself.
     *
     * @return empty where nothing is there
     */
    Optional<JsonNode> value(JsonNode expression) {
        if (expression.isMissingNode() || expression.isNull()) {
            return Optional.empty();
        }
        if (expression.isTextual() && expression.asText().startsWith("$")) {
            JsonNode found = at(expression.asText().substring(1));
            return found.isMissingNode() ? Optional.empty() : Optional.of(found);
        }
        if (expression.isArray()) {
            boolean none = false;
            for (JsonNode alternative : expression) {
                if (alternative.has("absent")) {
                    return none ? Optional.empty() : value(alternative.get("absent"));
                }
                none |= alternative.isTextual() && isNull(alternative.asText());
                Optional<JsonNode> found = value(alternative);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        return expression.isObject() ? computed(expression) : Optional.of(expression);
    }

    private boolean isNull(String expression) {
        return expression.startsWith("$") && at(config, expression.substring(1)).isNull();
    }

    private Optional<JsonNode> computed(JsonNode expression) {
        String operation = expression.fieldNames().next();
        return value(expression.get(operation)).filter(JsonNode::isNumber).map(x -> {
            double number = x.asDouble();
            return com.fasterxml.jackson.databind.node.DoubleNode.valueOf(
                    switch (operation) {
                        case "root" -> Math.sqrt(number);
                        case "inverse_root" -> 1 / Math.sqrt(number);
                        case "half" -> Math.floor(number / 2);
                        default -> throw new IllegalStateException("unknown operation " + operation);
                    });
        });
    }
}
