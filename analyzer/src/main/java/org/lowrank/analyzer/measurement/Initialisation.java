package org.lowrank.analyzer.measurement;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * How the entries of a model's matrices were drawn before training, where config.json says so: N(0, {@code initializer_range}²),
 * and in GPT-2's family {@code initializer_range}/√(2L) for the two output projections of a layer (Radford et al. 2019), as the
 * transformers library does it.
 *
 * @param range standard deviation of an entry
 * @param outputDivisor what O's and M2's is divided by
 */
public record Initialisation(double range, double outputDivisor) {
    private static final List<String> DEPTH_SCALED = List.of("gpt2", "gpt_bigcode", "decision_transformer");

    /**
     * What a configuration says.
     *
     * @param layers L
     * @return empty where it does not say
     */
    public static Optional<Initialisation> of(JsonNode config, int layers) {
        JsonNode range = config.path("initializer_range");
        if (!range.isNumber() || !(range.asDouble() > 0) || Double.isInfinite(range.asDouble())) {
            return Optional.empty();
        }
        boolean scaled = DEPTH_SCALED.contains(config.path("model_type").asText()) && layers > 0;
        return Optional.of(new Initialisation(range.asDouble(), scaled ? Math.sqrt(2.0 * layers) : 1));
    }

    double deviation(MatrixMeasurement row) {
        return row.kind().equals("O") || row.kind().equals("M2") ? range / outputDivisor : range;
    }

    boolean depthScaled() {
        return outputDivisor != 1;
    }
}
