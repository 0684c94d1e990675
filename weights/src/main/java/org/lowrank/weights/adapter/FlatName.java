package org.lowrank.weights.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * kohya's names: a module's path with underscores for its dots, {@code lora_unet_down_blocks_0_attentions_1_proj_in} for
 * {@code unet.down_blocks.0.attentions.1.proj_in}. Which underscores were dots is known for the words of the models such
 * adapters are made for; others are taken for dots.
 */
final class FlatName {
    private static final List<List<String>> WORDS = Arrays.stream(
                    ("text_model text_projection text_encoder self_attn cross_attn q_proj k_proj v_proj o_proj out_proj"
                                    + " gate_proj up_proj down_proj down_blocks mid_block up_blocks input_blocks"
                                    + " middle_block output_blocks transformer_blocks single_transformer_blocks"
                                    + " double_blocks single_blocks joint_blocks to_q to_k to_v to_out to_qkv to_add_out"
                                    + " add_q_proj add_k_proj add_v_proj proj_in proj_out proj_mlp time_emb_proj"
                                    + " time_embed time_embedding label_emb add_embedding conv_in conv_out conv_shortcut"
                                    + " skip_connection in_layers out_layers emb_layers ff_context img_attn txt_attn"
                                    + " img_mlp txt_mlp img_mod txt_mod img_in txt_in time_in vector_in guidance_in"
                                    + " final_layer context_block x_block context_embedder x_embedder norm_out"
                                    + " time_text_embed linear_1 linear_2")
                            .split(" "))
            .map(word -> List.of(word.split("_")))
            .sorted(Comparator.comparingInt((List<String> word) -> word.size()).reversed())
            .toList();

    private static final List<List<String>> PREFIXES = List.of(
            List.of("lora_unet_", "unet."),
            List.of("lora_te1_", "text_encoder."),
            List.of("lora_te2_", "text_encoder_2."),
            List.of("lora_te3_", "text_encoder_3."),
            List.of("lora_te_", "text_encoder."),
            List.of("lora_transformer_", "transformer."),
            List.of("lora_prior_unet_", "prior."),
            List.of("lycoris_", ""));

    private FlatName() {}

    static String path(String flat) {
        for (List<String> prefix : PREFIXES) {
            if (flat.startsWith(prefix.get(0))) {
                return prefix.get(1) + dotted(flat.substring(prefix.get(0).length()));
            }
        }
        return flat;
    }

    private static String dotted(String flat) {
        List<String> pieces = List.of(flat.split("_"));
        List<String> path = new ArrayList<>();
        for (int at = 0; at < pieces.size(); ) {
            int here = at;
            int length = WORDS.stream()
                    .filter(word -> here + word.size() <= pieces.size()
                            && pieces.subList(here, here + word.size()).equals(word))
                    .mapToInt(List::size)
                    .findFirst()
                    .orElse(1);
            path.add(String.join("_", pieces.subList(at, at + length)));
            at += length;
        }
        return String.join(".", path);
    }
}
