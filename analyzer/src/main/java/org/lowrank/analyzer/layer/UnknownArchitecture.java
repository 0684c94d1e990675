package org.lowrank.analyzer.layer;

import java.util.List;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** The error for a checkpoint in which no layers are found: what was seen, and what to do. */
final class UnknownArchitecture {
    private static final int SHOWN = 4;

    private UnknownArchitecture() {}

    static MalformedWeightsException of(Checkpoint checkpoint, List<String> types) {
        String files = String.join(", ", checkpoint.files());
        List<Tensor> matrices = checkpoint.tensors().stream()
                .filter(tensor -> tensor.shape().size() >= 2)
                .toList();
        String seen = matrices.isEmpty()
                ? "no matrices among " + checkpoint.tensors().size() + " tensors"
                : matrices.size() + " matrices such as "
                        + shown(matrices).stream()
                                .limit(SHOWN)
                                .map(tensor -> tensor.name() + " " + StackShapes.shape(tensor))
                                .collect(Collectors.joining(", "));
        return new MalformedWeightsException(
                Flaw.UNKNOWN,
                "unknown architecture: " + files + ": "
                        + (types.isEmpty() ? "no model_type" : "model_type " + String.join(", ", types)) + ", " + seen
                        + (matrices.isEmpty() ? "" : "; --matrices all measures every matrix by its name")
                        + "; 'lowrank models' lists the known ones");
    }

    /** Those of layers, by their numbers; where none has one, all. */
    private static List<Tensor> shown(List<Tensor> matrices) {
        List<Tensor> numbered = matrices.stream()
                .filter(tensor -> tensor.name().matches(".*\\d.*"))
                .toList();
        return numbered.isEmpty() ? matrices : numbered;
    }
}
