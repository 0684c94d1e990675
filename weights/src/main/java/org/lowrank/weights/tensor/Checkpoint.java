package org.lowrank.weights.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a model, whatever the format.
 *
 * @param config config.json (or what the format itself says in its words, for GGUF), an empty object where there is none
 * @param tensors all tensors, in name order
 * @param leftOut tensors of these files that are not among them, with the reason
 * @param adapter what kind of adapter the tensors are, where they are no model of their own
 * @param format in words, for instance {@code safetensors, 3 shards}
 * @param files the weight files read
 * @param described the other files read: the index of the shards, config.json
 * @param warnings what a reader should know, for instance that quantised matrices are measured
 */
public record Checkpoint(
        JsonNode config,
        List<Tensor> tensors,
        List<LeftOut> leftOut,
        Optional<AdapterKind> adapter,
        String format,
        List<String> files,
        List<String> described,
        List<String> warnings) {
    /** How the warning begins that says why config.json, which is there, cannot be read. */
    public static final String UNREAD_SETTINGS = "the settings were not read: ";

    /** Whether there is a config.json that could not be opened: not the same as none. */
    public boolean hasUnreadSettings() {
        return warnings.stream().anyMatch(warning -> warning.startsWith(UNREAD_SETTINGS));
    }
}
