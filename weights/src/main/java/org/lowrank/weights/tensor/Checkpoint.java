package org.lowrank.weights.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The tensors of a model, whatever the format.
 *
 * @param config config.json (or what the format itself says in its words, for GGUF), an empty object where there is none
 * @param tensors all tensors, in name order
 * @param format in words, for instance {@code safetensors, 3 shards}
 * @param files the weight files read
 * @param warnings what a reader should know, for instance that quantised matrices are measured
 */
public record Checkpoint(
        JsonNode config, List<Tensor> tensors, String format, List<String> files, List<String> warnings) {}
