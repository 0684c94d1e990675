package org.lowrank.analyzer.layer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.lowrank.weights.tensor.Tensor;

/** Why a tensor is in no measured matrix, by its name and shape. */
final class SkipReason {
    private static final String PART = "scale of quantised weights";
    private static final Map<Pattern, String> BUFFERS = new LinkedHashMap<>();
    private static final Map<Pattern, String> MATRICES = new LinkedHashMap<>();

    static {
        buffer("(^|\\.)(attn|attention|attn\\.attention)\\.(bias|masked_bias)$", "attention mask, a buffer");
        buffer("masked_bias$|causal_mask|attn_mask", "attention mask, a buffer");
        buffer("inv_freq$|rope_freqs|rotary_emb|freqs_cis|rope\\.freqs", "rotary frequencies, a buffer");
        buffer("position_ids$|token_type_ids$|relative_position_index$", "index, a buffer");
        buffer(
                "num_batches_tracked$|running_mean$|running_var$|encoder\\.version$|logit_scale$|logit_bias$",
                "scalar or statistic");
        buffer(
                "(^|[./])(adam_[mv]|Adam(_1)?|global_step|beta[12]_power|save_counter|optimizer)",
                "state of the optimizer");
        buffer("\\.(absmax|quant_map|quant_state.*|SCB|scale|input_scale|weight_scale.*|zero_point|g_idx)$", PART);
        matrix(
                "relative_attention_bias|rel_pos_bias|relative_position_bias_table|attn_rel_b|rel_embeddings",
                "relative positions");
        matrix("router|(^|\\.)gate(\\.weight)?$|ffn_gate_inp|shared_expert_gate|expert_bias", "router of experts");
        matrix(
                "embed|(^|[./])(wte|wpe|tok_embeddings|shared|embed_tokens|token_embd|position_embd|token_types|embedding)([./]|$)",
                "embedding");
        matrix(
                "lm_head|embed_out|proj_out|(^|[./])cls[./]|classifier|predictions|qa_outputs|(^|[./])(score|output)(\\.weight)?$|output_weights|seq_relationship",
                "output head, not part of a layer");
        matrix(
                "pooler|text_projection|visual_projection|multi_modal_projector|mm_projector|project_(in|out)",
                "pooler or projection, not part of a layer");
        matrix("lora_[AB]|lora_embedding", "LoRA adapter, not part of the base weights");
        matrix(
                "parametrizations\\.|weight_(orig|g|v|mask)$",
                "part of a weight reparametrised in a way that is not known");
        matrix("conv", "convolution");
    }

    private SkipReason() {}

    /**
     * The reason.
     *
     * @param inLayer whether its path lies in a layer that is measured
     */
    static String of(Tensor tensor, boolean inLayer) {
        String name = tensor.name();
        if (tensor.partOf().isPresent()) {
            return name.matches(".*(weight[a-z0-9_]*_(g|mask|u|v)|original0|\\._[uv])$")
                    ? "part of a reparametrised weight"
                    : PART;
        }
        for (Map.Entry<Pattern, String> known : BUFFERS.entrySet()) {
            if (known.getKey().matcher(name).find()) {
                return known.getValue();
            }
        }
        if (isVector(tensor)) {
            return vector(name);
        }
        for (Map.Entry<Pattern, String> known : MATRICES.entrySet()) {
            if (known.getKey().matcher(name).find()) {
                return known.getValue();
            }
        }
        return inLayer ? "no role known for it in its layer" : "outside the layers";
    }

    /** Whether a tensor is counted among a model's parameters. */
    static boolean isBuffer(Tensor tensor) {
        return tensor.partOf().isPresent()
                || BUFFERS.keySet().stream()
                        .anyMatch(pattern -> pattern.matcher(tensor.name()).find());
    }

    /** Whether at most one of its dimensions is longer than 1. */
    private static boolean isVector(Tensor tensor) {
        long dimensions = tensor.shape().stream().filter(size -> size != 1).count();
        return dimensions <= 1;
    }

    private static String vector(String name) {
        if (name.matches(".*[./](bias|beta|b)(:0)?$|.*_bias$")) {
            return "bias";
        }
        return name.matches("(?i).*(norm|ln_|_ln|gamma|layer_scale|ls1|ls2).*")
                ? "normalisation"
                : "vector, not a matrix";
    }

    private static void buffer(String pattern, String reason) {
        BUFFERS.put(Pattern.compile(pattern), reason);
    }

    private static void matrix(String pattern, String reason) {
        MATRICES.put(Pattern.compile(pattern), reason);
    }
}
