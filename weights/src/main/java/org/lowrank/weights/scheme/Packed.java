package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.StoredTensor;

/**
 * Codes and what is stored beside them.
 *
 * @param name of the weight they make up
 * @param leaf what the codes are called in their module: weight, qweight, …
 * @param codes their tensor
 * @param companions by role: scale, zero_point, …
 * @param config the model's config.json
 */
record Packed(String name, String leaf, StoredTensor codes, Map<String, StoredTensor> companions, JsonNode config) {
    /** Under which keys config.json describes a quantisation. */
    private static final List<String> CONFIGS = List.of("quantization_config", "quantization", "compression_config");

    /** Largest companion whose content is a setting and not data. */
    private static final long LARGEST_SETTING = 1 << 16;

    boolean has(String... roles) {
        return companions.keySet().containsAll(List.of(roles));
    }

    Optional<StoredTensor> companion(String role) {
        return Optional.ofNullable(companions.get(role));
    }

    StoredTensor need(String role) throws MalformedWeightsException {
        StoredTensor found = companions.get(role);
        if (found == null) {
            throw refuse("no " + role + " is stored beside it");
        }
        return found;
    }

    /** What config.json says of the quantisation, an empty object where it says nothing. */
    JsonNode settings() {
        return CONFIGS.stream()
                .map(config::path)
                .filter(JsonNode::isObject)
                .findFirst()
                .orElseGet(com.fasterxml.jackson.databind.node.JsonNodeFactory.instance::objectNode);
    }

    /** The content of a small companion, read now. */
    double[] content(StoredTensor companion) throws IOException {
        long count = companion.shape().stream().reduce(1L, Math::multiplyExact);
        if (count > LARGEST_SETTING) {
            throw refuse(companion.name() + " has " + count + " elements where a few are expected");
        }
        double[] values = new double[(int) count];
        try (Elements.Reader reader = Elements.of(companion).open()) {
            reader.read(0, 1, values.length, values, 0);
        }
        return values;
    }

    /** Bytes of the codes and all companions. */
    long storedBytes() {
        return codes.storedBytes()
                + companions.values().stream()
                        .mapToLong(StoredTensor::storedBytes)
                        .sum();
    }

    MalformedWeightsException refuse(String why) {
        return new MalformedWeightsException(
                Flaw.UNKNOWN,
                "quantised weights: " + codes.name() + " in " + codes.file() + ": " + why
                        + "; use the unquantised model");
    }

    /** Refuses shapes that do not fit one another. */
    void check(boolean fits, String scheme) throws MalformedWeightsException {
        if (!fits) {
            StringBuilder beside = new StringBuilder();
            companions.forEach((role, tensor) -> beside.append(beside.isEmpty() ? "" : ", ")
                    .append(role)
                    .append(' ')
                    .append(tensor.shape()));
            throw refuse("shape " + codes.shape() + " beside " + beside + " is not what " + scheme + " stores");
        }
    }
}
