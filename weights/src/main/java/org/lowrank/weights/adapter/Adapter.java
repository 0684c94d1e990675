package org.lowrank.weights.adapter;

import java.util.List;
import org.lowrank.weights.tensor.Tensor;

/**
 * A low-rank adapter.
 *
 * @param title in words, for instance {@code LoRA, PEFT, r = 64}
 * @param base the model it was made for as it says itself, empty where it does not
 * @param fanInFanOut whether it says that the base's weights lie as [in, out] where the shape does not tell
 * @param targets what it changes, in the order of their paths
 * @param saved weights it replaces as a whole
 * @param others tensors that are neither, with the reason why they are not measured
 * @param warnings what a reader should know
 */
public record Adapter(
        String title,
        String base,
        boolean fanInFanOut,
        List<AdapterTarget> targets,
        List<Saved> saved,
        List<Other> others,
        List<String> warnings) {
    public Adapter {
        targets = List.copyOf(targets);
        saved = List.copyOf(saved);
        others = List.copyOf(others);
        warnings = List.copyOf(warnings);
    }

    /** A weight that replaces the base model's (PEFT's modules_to_save), by its name there. */
    public record Saved(String name, Tensor tensor) {}

    /** A tensor that is not measured. */
    public record Other(Tensor tensor, String reason) {}

    /** Whether magnitudes rescale the merged weights, so that ΔW is not s·B·A alone. */
    public boolean rescales() {
        return targets.stream().anyMatch(target -> target.magnitude().isPresent());
    }
}
