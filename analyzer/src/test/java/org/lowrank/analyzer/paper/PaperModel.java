package org.lowrank.analyzer.paper;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lowrank.weights.checkpoints.Content;
import org.lowrank.weights.checkpoints.PlannedTensor;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TorchWriter;
import org.lowrank.weights.tensor.DType;

/**
 * The repositories of the paper's six models: files, config.json, names, types, shards. Where the size of a weight file on the
 * Hub is known, the file made here has it to the byte, which it would not with one name, shape or type wrong.
 */
enum PaperModel {
    BERT_BASE("google-bert/bert-base-uncased", "bert", new ModelSize(12, 768, 3072, 12, 30522, 512)),
    ROBERTA_BASE("FacebookAI/roberta-base", "roberta", new ModelSize(12, 768, 3072, 12, 50265, 514)),
    GPT2_LARGE("openai-community/gpt2-large", "gpt2", new ModelSize(36, 1280, 5120, 20, 50257, 1024)),
    GPT2_XL("openai-community/gpt2-xl", "gpt2", new ModelSize(48, 1600, 6400, 25, 50257, 1024)),
    PHI_2("microsoft/phi-2", "phi", new ModelSize(32, 2560, 10240, 32, 51200, 2048)),
    GPT_J("EleutherAI/gpt-j-6b", "gptj", new ModelSize(28, 4096, 16384, 16, 50400, 2048));

    private final String id;
    private final String modelType;
    private final ModelSize size;

    PaperModel(String id, String modelType, ModelSize size) {
        this.id = id;
        this.modelType = modelType;
        this.size = size;
    }

    String id() {
        return id;
    }

    String modelType() {
        return modelType;
    }

    /** Table 1's numbers. */
    ModelSize size() {
        return size;
    }

    DType dtype() {
        return this == PHI_2 ? DType.F16 : DType.F32;
    }

    /** Its tensors at another size. */
    Layout layout(ModelSize other) {
        return layout(other, dtype());
    }

    Layout layout(ModelSize other, DType dtype) {
        Layout layout = new Layout(other, dtype);
        switch (this) {
            case BERT_BASE -> PaperLayers.bert(layout);
            case ROBERTA_BASE -> PaperLayers.roberta(layout);
            case GPT2_LARGE, GPT2_XL -> PaperLayers.gpt2(layout);
            case PHI_2 -> PaperLayers.phi(layout);
            case GPT_J -> PaperLayers.gptj(layout);
        }
        return layout;
    }

    /** Names of the repository's files besides weights and config.json. */
    List<String> otherFiles() {
        String files = switch (this) {
            case BERT_BASE ->
                "LICENSE flax_model.msgpack model.onnx pytorch_model.bin rust_model.ot tf_model.h5"
                        + " coreml/fill-mask/float32_model.mlpackage/Data/com.apple.CoreML/weights/weight.bin vocab.txt";
            case ROBERTA_BASE ->
                "dict.txt flax_model.msgpack merges.txt pytorch_model.bin rust_model.ot tf_model.h5 vocab.json";
            case GPT2_LARGE, GPT2_XL ->
                "64.tflite flax_model.msgpack generation_config.json merges.txt onnx/decoder_model.onnx"
                        + " pytorch_model.bin rust_model.ot tf_model.h5 vocab.json";
            case PHI_2 ->
                "CODE_OF_CONDUCT.md LICENSE NOTICE.md SECURITY.md added_tokens.json generation_config.json merges.txt"
                        + " special_tokens_map.json vocab.json";
            case GPT_J ->
                "added_tokens.json flax_model.msgpack merges.txt special_tokens_map.json tf_model.h5 vocab.json";
        };
        return List.of((".gitattributes README.md tokenizer.json tokenizer_config.json " + files).split(" "));
    }

    /** config.json with the keys of the real one. */
    String config(ModelSize s) {
        String gpt2 = "\"n_ctx\": %d, \"n_embd\": %d, \"n_head\": %d, \"n_layer\": %d, \"n_positions\": %d,"
                .formatted(s.positions(), s.d(), s.heads(), s.layers(), s.positions());
        String hidden = "\"hidden_size\": %d, \"intermediate_size\": %d, \"max_position_embeddings\": %d,"
                .formatted(s.d(), s.f(), s.positions());
        String depth = "\"num_attention_heads\": %d, \"num_hidden_layers\": %d,".formatted(s.heads(), s.layers());
        String rest = switch (this) {
            case BERT_BASE ->
                "\"architectures\": [\"BertForMaskedLM\"], \"attention_probs_dropout_prob\": 0.1,"
                        + " \"gradient_checkpointing\": false, \"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-12, "
                        + hidden + depth + " \"pad_token_id\": 0, \"position_embedding_type\": \"absolute\","
                        + " \"type_vocab_size\": 2,";
            case ROBERTA_BASE ->
                "\"architectures\": [\"RobertaForMaskedLM\"], \"bos_token_id\": 0, \"eos_token_id\": 2,"
                        + " \"hidden_act\": \"gelu\", \"layer_norm_eps\": 1e-05, " + hidden + depth
                        + " \"pad_token_id\": 1, \"type_vocab_size\": 1,";
            case GPT2_LARGE, GPT2_XL ->
                "\"activation_function\": \"gelu_new\", \"architectures\": [\"GPT2LMHeadModel\"],"
                        + " \"bos_token_id\": 50256, \"eos_token_id\": 50256, " + gpt2
                        + " \"summary_type\": \"cls_index\", \"summary_use_proj\": true, \"task_specific_params\":"
                        + " {\"text-generation\": {\"do_sample\": true, \"max_length\": 50}},";
            case PHI_2 ->
                "\"architectures\": [\"PhiForCausalLM\"], \"hidden_act\": \"gelu_new\", " + hidden + depth
                        + " \"num_key_value_heads\": null, \"partial_rotary_factor\": 0.4, \"qk_layernorm\": false,"
                        + " \"rope_scaling\": null, \"torch_dtype\": \"float16\",";
            case GPT_J ->
                "\"activation_function\": \"gelu_new\", \"architectures\": [\"GPTJForCausalLM\"],"
                        + " \"gradient_checkpointing\": false, " + gpt2 + " \"n_inner\": null, \"rotary\": true,"
                        + " \"rotary_dim\": 64, \"scale_attn_weights\": true, \"tie_word_embeddings\": false,";
        };
        return "{" + rest + " \"model_type\": \"" + modelType + "\", \"vocab_size\": " + s.vocabulary() + "}";
    }

    /** The weight files by name. */
    Map<String, Content> weights(Layout layout) {
        return switch (this) {
            case PHI_2 -> shards(layout);
            case GPT_J -> Map.of("pytorch_model.bin", TorchWriter.content(layout.tensors(), sharedMasks(layout)));
            default -> Map.of("model.safetensors", SafetensorsWriter.content(sorted(layout.tensors())));
        };
    }

    /** All layers of GPT-J have one mask: PyTorch saves its storage once. */
    private static Map<String, String> sharedMasks(Layout layout) {
        Map<String, String> shared = new LinkedHashMap<>();
        for (int layer = 1; layer < layout.size().layers(); layer++) {
            shared.put("transformer.h." + layer + ".attn.bias", "transformer.h.0.attn.bias");
        }
        return shared;
    }

    /** As safetensors puts tensors: wider types first, then by name. */
    private static Map<String, PlannedTensor> sorted(Map<String, PlannedTensor> tensors) {
        Map<String, PlannedTensor> sorted = new LinkedHashMap<>();
        for (boolean indices : new boolean[] {true, false}) {
            new TreeMap<>(tensors).forEach((name, tensor) -> {
                if (indices == (tensor.dtype() == DType.I64)) {
                    sorted.put(name, tensor);
                }
            });
        }
        return sorted;
    }

    /**
     * transformers fills a shard in the state dict's order up to 5 GB: the first ends after the q_proj of layer 30, so that
     * the Q, K and V of that layer lie in two files.
     */
    private static Map<String, Content> shards(Layout layout) {
        String last = "model.layers." + (layout.size().layers() - 2) + ".self_attn.q_proj.bias";
        List<Map<String, PlannedTensor>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        List<String> map = new ArrayList<>();
        long total = 0;
        int shard = 0;
        for (Map.Entry<String, PlannedTensor> entry : layout.tensors().entrySet()) {
            shards.get(shard).put(entry.getKey(), entry.getValue());
            map.add("\"" + entry.getKey() + "\": \"" + shard(shard) + "\"");
            total += entry.getValue().size();
            shard = entry.getKey().equals(last) ? 1 : shard;
        }
        String index =
                "{\"metadata\": {\"total_size\": " + total + "}, \"weight_map\": {" + String.join(", ", map) + "}}";
        Map<String, Content> files = new LinkedHashMap<>();
        files.put("model.safetensors.index.json", Content.of(index.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        for (int i = 0; i < 2; i++) {
            files.put(shard(i), SafetensorsWriter.content(sorted(shards.get(i))));
        }
        return files;
    }

    private static String shard(int index) {
        return "model-0000" + (index + 1) + "-of-00002.safetensors";
    }
}
