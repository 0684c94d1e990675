package org.lowrank.merge;

import java.util.regex.Pattern;
import org.lowrank.weights.tensor.Tensor;

/** Tensors that are no weights: merging would spoil them, so they are taken from the base as they are. */
final class Buffers {
    private static final Pattern NAMES = Pattern.compile("(^|[./])(masked_bias|causal_mask|attn_mask|inv_freq"
            + "|rope_freqs|freqs_cis|position_ids|token_type_ids|relative_position_index|num_batches_tracked)([./]|$)"
            + "|rotary_emb|rope\\.freqs|encoder\\.version$");
    private static final Pattern MASK = Pattern.compile("(^|\\.)(attn|attention|attn\\.attention)\\.bias$");

    private Buffers() {}

    /** Why a tensor is copied, empty where it is merged. */
    static String reason(Tensor tensor) {
        boolean number = switch (tensor.dtype()) {
            case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> false;
            default -> true;
        };
        if (!number) {
            return "whole numbers";
        }
        boolean mask = MASK.matcher(tensor.name()).find() && tensor.shape().size() >= 3;
        return mask || NAMES.matcher(tensor.name()).find() ? "a buffer" : "";
    }
}
