package org.lowrank.weights.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * Where programs kept the settings of a quantisation before they were in config.json: AutoGPTQ's {@code quantize_config.json}
 * (bits, {@code checkpoint_format}, which tells how zero points are stored) and AutoAWQ's {@code quant_config.json}
 * ({@code w_bit}, {@code version}). config.json counts where it says anything.
 */
final class QuantisationSettings {
    private static final List<String> FILES = List.of("quantize_config.json", "quant_config.json");
    private static final List<String> KEYS = List.of("quantization_config", "quantization", "compression_config");

    private QuantisationSettings() {}

    /** Puts them into the model's settings where they are missing there. */
    static void add(ObjectNode config, String folder, List<String> names, ModelFiles files, OpenFiles open)
            throws IOException, ModelNotFoundException {
        if (KEYS.stream().anyMatch(config::hasNonNull)) {
            return;
        }
        for (String file : FILES) {
            String name = folder + file;
            if (names.contains(name) && files.hindrance(name).isEmpty()) {
                if (!(ModelJson.config(files, name) instanceof ObjectNode settings)) {
                    throw new MalformedWeightsException(
                            "bad JSON: " + name + ": it holds no object of settings; mend or remove it");
                }
                config.set(KEYS.get(0), settings);
                open.describedBy(name);
                return;
            }
        }
    }
}
