package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** Which layers something is true of: those that slide a window, or that rotate. */
public record LayerRule(BitSet layers) {
    /** All of so many. */
    static LayerRule all(int count) {
        BitSet all = new BitSet(count);
        all.set(0, count);
        return new LayerRule(all);
    }

    /** None. */
    static LayerRule none() {
        return new LayerRule(new BitSet());
    }

    /** Whether it is true of this layer. */
    public boolean holds(int layer) {
        return layers.get(layer);
    }

    /**
     * Reads a list of rules, the first that config.json fills wins.
     *
     * @param rules {@code {"types": "$layer_types", "value": …}} (a list of names), {@code {"expanded": …}} ([[names, times]…]),
     *     {@code {"flags": …}} (a list of 0 and 1), {@code {"letters": …}} (a text repeated), {@code {"except_every": n}} (not
     *     each n-th), {@code {"except_multiples": n}} (not layers 0, n, 2n…), {@code {"from": n}}
     */
    static LayerRule of(JsonNode rules, Settings settings, int count) {
        for (JsonNode rule : rules) {
            String kind = rule.fieldNames().next();
            Optional<JsonNode> value = settings.value(rule.get(kind));
            Optional<LayerRule> read =
                    value.flatMap(v -> of(kind, v, rule.path("value").asText(), count));
            if (read.isPresent()) {
                return read.get();
            }
        }
        return none();
    }

    private static Optional<LayerRule> of(String kind, JsonNode value, String wanted, int count) {
        return switch (kind) {
            case "types", "flags" -> listed(value, wanted.isEmpty() ? "1" : wanted, count);
            case "expanded" -> expanded(value, wanted, count);
            case "letters" ->
                value.isTextual() && !value.asText().isEmpty()
                        ? Optional.of(where(
                                count,
                                i -> value.asText().charAt(i % value.asText().length()) == wanted.charAt(0)))
                        : Optional.empty();
            case "except_every" ->
                value.isIntegralNumber()
                        ? Optional.of(where(count, i -> value.asInt() < 1 || (i + 1) % value.asInt() != 0))
                        : Optional.empty();
            case "except_multiples" ->
                value.isIntegralNumber() && value.asInt() > 0
                        ? Optional.of(where(count, i -> i % value.asInt() != 0))
                        : Optional.empty();
            case "from" ->
                value.isIntegralNumber() ? Optional.of(where(count, i -> i >= value.asInt())) : Optional.empty();
            default -> throw new IllegalStateException("unknown rule " + kind);
        };
    }

    private static Optional<LayerRule> listed(JsonNode value, String wanted, int count) {
        if (!value.isArray() || value.size() < count) {
            return Optional.empty();
        }
        return Optional.of(where(count, i -> value.get(i).asText().equals(wanted)));
    }

    private static Optional<LayerRule> expanded(JsonNode value, String wanted, int count) {
        List<String> names = new ArrayList<>();
        for (JsonNode group : value) {
            for (int times = 0; times < group.path(1).asInt() && names.size() < count; times++) {
                group.path(0).forEach(name -> names.add(name.asText()));
            }
        }
        return names.size() < count
                ? Optional.empty()
                : Optional.of(where(count, i -> names.get(i).equals(wanted)));
    }

    private static LayerRule where(int count, java.util.function.IntPredicate predicate) {
        BitSet layers = new BitSet(count);
        for (int i = 0; i < count; i++) {
            layers.set(i, predicate.test(i));
        }
        return new LayerRule(layers);
    }
}
