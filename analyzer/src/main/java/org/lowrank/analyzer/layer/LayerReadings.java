package org.lowrank.analyzer.layer;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;

/** Whether the declarations that fit an unknown checkpoint would read it in the same way. */
final class LayerReadings {
    private LayerReadings() {}

    /** Refuses a stack that several declarations read differently: one of them would give wrong numbers. */
    static void requireOne(LayerStack stack, List<LayerStack> alike, Checkpoint checkpoint, List<String> types)
            throws MalformedWeightsException {
        Set<String> readings = new TreeSet<>();
        Set<String> titles = new TreeSet<>();
        for (LayerStack other : alike) {
            readings.add(reading(other));
            titles.add(other.architecture().title());
        }
        boolean fused = stack.placed().stream().anyMatch(placed -> placed.role().kind() == Role.Kind.QKV);
        if (readings.size() > 1 || (fused && stack.architecture().has(Architecture.Trait.ONLY_DECLARED))) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "unknown architecture: " + String.join(", ", checkpoint.files()) + ": "
                            + (types.isEmpty() ? "no model_type" : "model_type " + String.join(", ", types)) + ", and "
                            + stack.container() + " fits " + String.join(" or ", titles)
                            + ", which divide the fused Q, K, V differently; give config.json with its model_type, or measure the"
                            + " matrices as they are with --matrices all");
        }
    }

    /** What would come out: roles, orientation and split. */
    private static String reading(LayerStack stack) {
        Architecture architecture = stack.architecture();
        boolean fused = stack.placed().stream()
                .anyMatch(placed ->
                        placed.role().kind() == Role.Kind.QKV || placed.role().kind() == Role.Kind.KV);
        return stack.placed().stream()
                        .map(placed -> placed.tensor().name() + "="
                                + placed.role().kind() + placed.role().cross())
                        .sorted()
                        .collect(Collectors.joining(","))
                + architecture.inOut()
                + (fused ? architecture.split() : "");
    }
}
