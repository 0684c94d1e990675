package org.lowrank.analyzer.layer;

import java.util.List;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.TurnedTensor;

/**
 * Weights as PyTorch lays those of their names: what is written under a name, or compared with a tensor of it, must lie as it does
 * there. ONNX files have the weights of linear layers as [in, out], PyTorch as [out, in]; GPT-2's Conv1D is [in, out] in both.
 */
public final class PyTorchLayout {
    private PyTorchLayout() {}

    /** The checkpoint, with what lies otherwise turned; of an unknown architecture weights are taken for those of linear layers. */
    public static Checkpoint of(Checkpoint read) {
        boolean plain = read.tensors().stream().allMatch(tensor -> TurnedTensor.asNamed(tensor) == tensor);
        return plain || isInOut(read)
                ? read
                : new Checkpoint(
                        read.config(),
                        read.tensors().stream().map(TurnedTensor::asNamed).toList(),
                        read.leftOut(),
                        read.adapter(),
                        read.format(),
                        read.files(),
                        read.described(),
                        read.warnings());
    }

    /** Whether PyTorch itself keeps this model's weights as [in, out]: by its {@code model_type}, without one by names and shapes. */
    private static boolean isInOut(Checkpoint checkpoint) {
        List<String> types = StackConfig.modelTypes(checkpoint.config());
        try {
            return ArchitectureCatalog.of(types.isEmpty() ? List.of(inferredType(checkpoint)) : types).stream()
                    .anyMatch(Architecture::inOut);
        } catch (MalformedWeightsException unknown) {
            return false;
        }
    }

    private static String inferredType(Checkpoint checkpoint) throws MalformedWeightsException {
        return LayerCatalog.resolve(checkpoint).card().modelType().split(" ", 2)[0]; // and "(inferred)"
    }
}
