package org.lowrank.analyzer.paper;

import org.lowrank.weights.tensor.DType;

/** Names, shapes and buffers of each of the paper's models. */
final class PaperLayers {
    private PaperLayers() {}

    /** BertForPreTraining, saved when layer normalisation had gamma and beta; its decoder is tied to the embedding. */
    static void bert(Layout layout) {
        long d = layout.size().d();
        layout.zeros("bert.embeddings.word_embeddings.weight", layout.size().vocabulary(), d);
        layout.zeros("bert.embeddings.position_embeddings.weight", layout.size().positions(), d);
        layout.zeros("bert.embeddings.token_type_embeddings.weight", 2, d);
        layout.norm("bert.embeddings.LayerNorm", "gamma", "beta");
        encoder(layout, "bert", "gamma", "beta");
        dense(layout, "bert.pooler.dense");
        layout.zeros("cls.predictions.bias", layout.size().vocabulary());
        dense(layout, "cls.predictions.transform.dense");
        layout.norm("cls.predictions.transform.LayerNorm", "gamma", "beta");
        layout.zeros("cls.seq_relationship.weight", 2, d);
        layout.zeros("cls.seq_relationship.bias", 2);
    }

    /** RobertaForMaskedLM: no pooler, a buffer of positions, a head tied to the embedding. */
    static void roberta(Layout layout) {
        long d = layout.size().d();
        layout.zeros(
                "roberta.embeddings.position_ids", DType.I64, 1, layout.size().positions());
        layout.zeros("roberta.embeddings.word_embeddings.weight", layout.size().vocabulary(), d);
        layout.zeros(
                "roberta.embeddings.position_embeddings.weight", layout.size().positions(), d);
        layout.zeros("roberta.embeddings.token_type_embeddings.weight", 1, d);
        layout.norm("roberta.embeddings.LayerNorm");
        encoder(layout, "roberta", "weight", "bias");
        layout.zeros("lm_head.bias", layout.size().vocabulary());
        dense(layout, "lm_head.dense");
        layout.norm("lm_head.layer_norm");
    }

    private static void encoder(Layout layout, String model, String gain, String shift) {
        for (int n = 0; n < layout.size().layers(); n++) {
            String at = model + ".encoder.layer." + n + ".";
            layout.linear(at + "attention.self.query", n, "Q");
            layout.linear(at + "attention.self.key", n, "K");
            layout.linear(at + "attention.self.value", n, "V");
            layout.linear(at + "attention.output.dense", n, "O");
            layout.norm(at + "attention.output.LayerNorm", gain, shift);
            layout.linear(at + "intermediate.dense", n, "M1");
            layout.linear(at + "output.dense", n, "M2");
            layout.norm(at + "output.LayerNorm", gain, shift);
        }
    }

    private static void dense(Layout layout, String module) {
        layout.zeros(module + ".weight", layout.size().d(), layout.size().d());
        layout.zeros(module + ".bias", layout.size().d());
    }

    /** GPT2Model without prefix, with the causal mask of every layer. */
    static void gpt2(Layout layout) {
        long positions = layout.size().positions();
        layout.zeros("wte.weight", layout.size().vocabulary(), layout.size().d());
        layout.zeros("wpe.weight", positions, layout.size().d());
        for (int n = 0; n < layout.size().layers(); n++) {
            String at = "h." + n + ".";
            layout.norm(at + "ln_1");
            layout.zeros(at + "attn.bias", 1, 1, positions, positions);
            layout.conv1d(at + "attn.c_attn", n, "QKV");
            layout.conv1d(at + "attn.c_proj", n, "O");
            layout.norm(at + "ln_2");
            layout.conv1d(at + "mlp.c_fc", n, "M1");
            layout.conv1d(at + "mlp.c_proj", n, "M2");
        }
        layout.norm("ln_f");
    }

    /** PhiForCausalLM with a head of its own. */
    static void phi(Layout layout) {
        long vocabulary = layout.size().vocabulary();
        layout.zeros("model.embed_tokens.weight", vocabulary, layout.size().d());
        for (int n = 0; n < layout.size().layers(); n++) {
            String at = "model.layers." + n + ".";
            layout.linear(at + "self_attn.q_proj", n, "Q");
            layout.linear(at + "self_attn.k_proj", n, "K");
            layout.linear(at + "self_attn.v_proj", n, "V");
            layout.linear(at + "self_attn.dense", n, "O");
            layout.linear(at + "mlp.fc1", n, "M1");
            layout.linear(at + "mlp.fc2", n, "M2");
            layout.norm(at + "input_layernorm");
        }
        layout.norm("model.final_layernorm");
        layout.zeros("lm_head.weight", vocabulary, layout.size().d());
        layout.zeros("lm_head.bias", vocabulary);
    }

    /** GPTJForCausalLM: attention without biases, a mask and the value put where it hides, a head of its own. */
    static void gptj(Layout layout) {
        long vocabulary = layout.size().vocabulary();
        long positions = layout.size().positions();
        layout.zeros("transformer.wte.weight", vocabulary, layout.size().d());
        for (int n = 0; n < layout.size().layers(); n++) {
            String at = "transformer.h." + n + ".";
            layout.norm(at + "ln_1");
            layout.zeros(at + "attn.bias", DType.U8, 1, 1, positions, positions);
            layout.zeros(at + "attn.masked_bias");
            layout.linear(at + "attn.k_proj", n, "K", false);
            layout.linear(at + "attn.v_proj", n, "V", false);
            layout.linear(at + "attn.q_proj", n, "Q", false);
            layout.linear(at + "attn.out_proj", n, "O", false);
            layout.linear(at + "mlp.fc_in", n, "M1");
            layout.linear(at + "mlp.fc_out", n, "M2");
        }
        layout.norm("transformer.ln_f");
        layout.zeros("lm_head.weight", vocabulary, layout.size().d());
        layout.zeros("lm_head.bias", vocabulary);
    }
}
