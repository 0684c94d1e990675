package org.lowrank.weights.format;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The dictionary of a model's tensors, taken out of what training saves around it.
 *
 * @param model the dictionary
 * @param wrapper the key it had, empty where it is the whole
 * @param beside what was saved next to it
 */
record Unwrapped(Map<?, ?> model, String wrapper, Map<String, @Nullable Object> beside) {
    private static final List<String> WRAPPERS = List.of("state_dict", "model_state_dict", "model", "module", "net");

    static Unwrapped of(@Nullable Object root, String file) throws MalformedWeightsException {
        if (!(root instanceof Map<?, ?> map)) {
            String what = root instanceof TorchGlobals.Opaque opaque ? " but an object of " + opaque.of() : "";
            throw new MalformedWeightsException("no tensors: " + file + ": the pickle holds no dictionary of tensors"
                    + what + "; save model.state_dict() and not the module itself");
        }
        for (String wrapper : WRAPPERS) {
            if (!holdsTensors(map) && map.get(wrapper) instanceof Map<?, ?> inner && holdsTensors(inner)) {
                Map<String, @Nullable Object> beside = new LinkedHashMap<>();
                map.forEach((key, value) -> {
                    if (!wrapper.equals(key)) {
                        beside.put(String.valueOf(key), value);
                    }
                });
                return new Unwrapped(inner, wrapper, beside);
            }
        }
        return new Unwrapped(map, "", Map.of());
    }

    private static boolean holdsTensors(Map<?, ?> map) {
        return map.values().stream().anyMatch(value -> value instanceof TorchGlobals.TensorView);
    }
}
