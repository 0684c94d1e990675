package org.lowrank.weights.format;

import java.util.List;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** DeepSpeed's ZeRO stage 3 divides every parameter among the devices and leaves an empty tensor in the model's file. */
final class Placeholders {
    private Placeholders() {}

    static void refuse(String file, List<Tensor> tensors) throws MalformedWeightsException {
        List<Tensor> weights = tensors.stream()
                .filter(tensor -> tensor.name().endsWith(".weight"))
                .toList();
        long empty = weights.stream()
                .filter(tensor -> tensor.shape().equals(List.of(0L)))
                .count();
        if (empty > 0 && empty * 2 > weights.size()) {
            throw new MalformedWeightsException("DeepSpeed ZeRO-3 placeholders: " + file + ": " + empty + " of "
                    + weights.size() + " weights are empty, their values lie in the *_optim_states.pt files of the"
                    + " devices; run 'python zero_to_fp32.py . pytorch_model.bin' in the checkpoint's folder and analyze"
                    + " what it writes");
        }
    }
}
