package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.tensor.AdapterKind;

/** Names as the libraries write them: PEFT 0.13 (peft/tuners), kohya-ss, LyCORIS, diffusers, llama.cpp. */
class AdapterNamesTest {
    @ParameterizedTest
    @CsvSource({
        "LORA, base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
        "LORA, base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight",
        "LORA, base_model.model.embed_tokens.lora_embedding_A base_model.model.embed_tokens.lora_embedding_B",
        "LORA, lora_unet_down_blocks_0_attn1_to_q.lora_down.weight lora_unet_down_blocks_0_attn1_to_q.lora_up.weight lora_unet_down_blocks_0_attn1_to_q.alpha",
        "LORA, unet.down_blocks.0.attn1.to_q.lora.down.weight unet.down_blocks.0.attn1.to_q.lora.up.weight",
        "LORA, unet.down_blocks.0.attn1.processor.to_q_lora.down.weight",
        "LORA, blk.0.attn_q.weight.lora_a blk.0.attn_q.weight.lora_b",
        "DORA, base_model.model.layers.0.q_proj.lora_A.weight base_model.model.layers.0.q_proj.lora_magnitude_vector",
        "DORA, lora_unet_a_0_b.lora_down.weight lora_unet_a_0_b.dora_scale",
        "IA3, base_model.model.encoder.block.0.layer.0.SelfAttention.k.ia3_l",
        "LOHA, lora_unet_mid_0_q.hada_w1_a lora_unet_mid_0_q.hada_w1_b lora_unet_mid_0_q.hada_w2_a lora_unet_mid_0_q.hada_w2_b lora_unet_mid_0_q.alpha",
        "LOKR, lora_unet_mid_0_q.lokr_w1 lora_unet_mid_0_q.lokr_w2_a lora_unet_mid_0_q.lokr_w2_b",
        "VERA, base_model.vera_A base_model.vera_B base_model.model.layers.0.q_proj.vera_lambda_b base_model.model.layers.0.q_proj.vera_lambda_d",
        "OFT, base_model.model.layers.0.q_proj.oft_r.default base_model.model.layers.1.q_proj.oft_r.default",
        "OFT, base_model.model.layers.0.q_proj.boft_R base_model.model.layers.0.q_proj.boft_s",
        "PROMPT, prompt_embeddings",
    })
    void adaptersAreTold(AdapterKind kind, String names) {
        assertThat(AdapterNames.of(List.of(names.split(" ")), "")).contains(kind);
        List<String> withSavedModules = new ArrayList<>(List.of(names.split(" ")));
        withSavedModules.add("base_model.model.lm_head.weight");
        withSavedModules.add("base_model.model.model.embed_tokens.weight");
        assertThat(AdapterNames.of(withSavedModules, "")).contains(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.layers.0.self_attn.q_proj.weight",
                "model.layers.0.q_proj.base_layer.weight model.layers.0.q_proj.lora_A.default.weight",
                "layers.0.Wqkv.parametrizations.weight.original layers.0.Wqkv.parametrizations.weight.0.lora_A",
                "blk.0.attn_q.weight blk.0.attn_q.weight.lora_a",
                "encoder.block.0.prompt_embeddings encoder.block.0.q.weight encoder.block.0.k.weight",
            })
    void modelsAreNoAdapters(String names) {
        assertThat(AdapterNames.of(List.of(names.split(" ")), "")).isEmpty();
    }

    @Test
    void ggufsTypeSettlesIt() {
        assertThat(AdapterNames.of(List.of("blk.0.x"), "adapter")).contains(AdapterKind.OTHER);
        assertThat(AdapterNames.of(List.of("blk.0.x"), "model")).isEqualTo(Optional.empty());
    }
}
