package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.DType;

/** What is found, refused and left out, and in which words. */
class LayerCatalogTest {
    private static final String BERT =
            "{\"model_type\": \"bert\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4}";

    @TempDir
    Path directory;

    private final Map<String, TestTensor> tensors = new LinkedHashMap<>();

    private void put(String name, long... shape) {
        List<Long> sizes = java.util.Arrays.stream(shape).boxed().toList();
        tensors.put(name, TestTensor.gaussian(DType.F32, sizes, name.hashCode()));
    }

    private void bertLayer(int n) {
        String at = "bert.encoder.layer." + n + ".";
        for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
            put(at + "attention." + name + ".weight", 24, 24);
        }
        put(at + "intermediate.dense.weight", 56, 24);
        put(at + "output.dense.weight", 24, 56);
    }

    private ModelLayers resolve(String config) throws Exception {
        Path file = CheckpointWriters.write(Format.SAFETENSORS, directory, tensors);
        Files.move(file, directory.resolve("model.safetensors"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        if (!config.isEmpty()) {
            Files.writeString(directory.resolve("config.json"), config);
        }
        try (LocalFiles files = LocalFiles.of(directory);
                CheckpointReader reader = new CheckpointReader(files)) {
            return LayerCatalog.resolve(reader.read());
        }
    }

    private static List<String> names(ModelLayers layers, String stack, int layer) {
        return layers.matrices().stream()
                .filter(matrix -> matrix.stack().equals(stack) && matrix.layer() == layer)
                .map(LayerMatrix::matrix)
                .toList();
    }

    @Test
    void encoderAndDecoderOfT5AreTwoStacksWithCrossAttention() throws Exception {
        for (String stack : List.of("encoder", "decoder")) {
            String at = stack + ".block.0.layer.";
            for (String name : List.of("q", "k", "v", "o")) {
                put(at + "0.SelfAttention." + name + ".weight", 24, 24);
                if (stack.equals("decoder")) {
                    put(at + "1.EncDecAttention." + name + ".weight", 24, 24);
                }
            }
            String feedForward = at + (stack.equals("decoder") ? 2 : 1) + ".DenseReluDense.";
            put(feedForward + "wi_0.weight", 56, 24);
            put(feedForward + "wi_1.weight", 56, 24);
            put(feedForward + "wo.weight", 24, 56);
            put(at + "0.SelfAttention.relative_attention_bias.weight", 32, 4);
        }
        put("shared.weight", 61, 24);
        ModelLayers layers =
                resolve("{\"model_type\": \"t5\", \"num_layers\": 1, \"num_decoder_layers\": 1, \"num_heads\": 4}");
        assertThat(names(layers, "encoder", 0)).containsExactly("Q", "K", "V", "QKV", "O", "M1", "M2", "GATE");
        assertThat(names(layers, "decoder", 0))
                .containsExactly(
                        "Q",
                        "K",
                        "V",
                        "QKV",
                        "O",
                        "cross:Q",
                        "cross:K",
                        "cross:V",
                        "cross:QKV",
                        "cross:O",
                        "M1",
                        "M2",
                        "GATE");
        assertThat(layers.skipped())
                .extracting(ModelLayers.SkippedTensor::reason)
                .containsExactlyInAnyOrder("relative positions", "relative positions", "embedding");
    }

    @Test
    void stacksOfClipAreTextAndVision() throws Exception {
        for (String stack : List.of("text_model", "vision_model")) {
            String at = stack + ".encoder.layers.0.";
            for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                put(at + "self_attn." + name + ".weight", 24, 24);
            }
            put(at + "mlp.fc1.weight", 56, 24);
            put(at + "mlp.fc2.weight", 24, 56);
        }
        ModelLayers layers = resolve("{\"model_type\": \"clip\", \"text_config\": {\"num_hidden_layers\": 1}}");
        assertThat(names(layers, "text", 0)).hasSize(7);
        assertThat(names(layers, "vision", 0)).hasSize(7);
        assertThat(layers.card().layers()).isEqualTo(2);
    }

    @Test
    void languageAndVisionTowersOfLlavaAreReadByTheirOwnDeclarations() throws Exception {
        String text = "language_model.model.layers.0.";
        for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
            put(text + "self_attn." + name + ".weight", 32, 32);
        }
        put(text + "mlp.up_proj.weight", 64, 32);
        put(text + "mlp.gate_proj.weight", 64, 32);
        put(text + "mlp.down_proj.weight", 32, 64);
        String vision = "vision_tower.vision_model.encoder.layers.0.";
        for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            put(vision + "self_attn." + name + ".weight", 24, 24);
        }
        put(vision + "mlp.fc1.weight", 56, 24);
        put(vision + "mlp.fc2.weight", 24, 56);
        ModelLayers layers = resolve("{\"model_type\": \"llava\", \"text_config\": {\"model_type\": \"llama\", "
                + "\"num_hidden_layers\": 1}, \"vision_config\": {\"model_type\": \"clip_vision_model\", "
                + "\"num_hidden_layers\": 1}}");
        assertThat(names(layers, "text", 0)).contains("GATE").hasSize(8);
        assertThat(names(layers, "vision", 0)).doesNotContain("GATE").hasSize(7);
    }

    @Test
    void latentAttentionIsSplitPerHeadAndHasNoStack() throws Exception {
        String at = "model.layers.0.self_attn.";
        put(at + "q_a_proj.weight", 8, 24);
        put(at + "q_b_proj.weight", 4 * (6 + 2), 8);
        put(at + "kv_a_proj_with_mqa.weight", 8 + 2, 24);
        put(at + "kv_b_proj.weight", 4 * (6 + 5), 8);
        put(at + "o_proj.weight", 24, 20);
        put("model.layers.0.mlp.up_proj.weight", 56, 24);
        put("model.layers.0.mlp.gate_proj.weight", 56, 24);
        put("model.layers.0.mlp.down_proj.weight", 24, 56);
        ModelLayers layers = resolve("{\"model_type\": \"deepseek_v3\", \"num_hidden_layers\": 1, "
                + "\"num_attention_heads\": 4, \"qk_nope_head_dim\": 6, \"qk_rope_head_dim\": 2, \"v_head_dim\": 5}");
        LayerMatrix k = matrix(layers, "K");
        LayerMatrix v = matrix(layers, "V");
        assertThat(k.rows()).isEqualTo(24);
        assertThat(v.rows()).isEqualTo(20);
        assertThat(v.parts().get(0).views().get(1).offset())
                .as("head 1: after its 6 rows of K")
                .isEqualTo((11 + 6) * 8L);
        assertThat(layers.skipped())
                .extracting(ModelLayers.SkippedTensor::name)
                .containsExactly(at + "kv_a_proj_with_mqa.weight", at + "q_a_proj.weight");
    }

    private static LayerMatrix matrix(ModelLayers layers, String name) {
        return layers.matrices().stream()
                .filter(matrix -> matrix.matrix().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sharedLayersOfAlbertAreOneLayer() throws Exception {
        String at = "encoder.albert_layer_groups.0.albert_layers.0.";
        for (String name : List.of("query", "key", "value", "dense")) {
            put(at + "attention." + name + ".weight", 24, 24);
        }
        put(at + "ffn.weight", 56, 24);
        put(at + "ffn_output.weight", 24, 56);
        ModelLayers layers = resolve("{\"model_type\": \"albert\", \"num_hidden_layers\": 12}");
        assertThat(layers.card().layers()).isEqualTo(1);
        assertThat(names(layers, "encoder", 0)).hasSize(7);
    }

    @Test
    void everyTensorIsUsedOrHasAReason() throws Exception {
        bertLayer(0);
        bertLayer(1);
        put("bert.embeddings.word_embeddings.weight", 61, 24);
        put("bert.embeddings.LayerNorm.gamma", 24);
        put("bert.encoder.layer.0.attention.self.query.bias", 24);
        put("bert.encoder.layer.0.adapter.down.weight", 4, 24);
        put("bert.pooler.dense.weight", 24, 24);
        put("cls.predictions.decoder.weight", 61, 24);
        put("something.weight", 3, 3);
        tensors.put("bert.embeddings.position_ids", TestTensor.of(DType.I64, List.of(1L, 4L), 0, 1, 2, 3));
        Map<String, String> reasons = new LinkedHashMap<>();
        ModelLayers layers = resolve(BERT);
        layers.skipped().forEach(skipped -> reasons.put(skipped.name(), skipped.reason()));
        assertThat(reasons)
                .containsEntry("bert.embeddings.word_embeddings.weight", "embedding")
                .containsEntry("bert.embeddings.LayerNorm.gamma", "normalisation")
                .containsEntry("bert.encoder.layer.0.attention.self.query.bias", "bias")
                .containsEntry("bert.encoder.layer.0.adapter.down.weight", "no role known for it in its layer")
                .containsEntry("bert.pooler.dense.weight", "pooler or projection, not part of a layer")
                .containsEntry("cls.predictions.decoder.weight", "output head, not part of a layer")
                .containsEntry("something.weight", "outside the layers")
                .containsEntry("bert.embeddings.position_ids", "index, a buffer")
                .hasSize(8);
        long weights = tensors.values().stream().mapToLong(TestTensor::elements).sum();
        assertThat(layers.card().parameters()).as("without position_ids").isEqualTo(weights - 4);
    }

    @Test
    void missingTensorIsNamed() {
        bertLayer(0);
        bertLayer(1);
        tensors.remove("bert.encoder.layer.1.attention.self.key.weight");
        refused(
                BERT,
                "missing tensor: model.safetensors: layer 1 of bert.encoder.layer.# has no K, "
                        + "which what else it has needs; save the whole model, or measure the matrices that are there by name "
                        + "with --matrices all");
    }

    @Test
    void selfAttentionIsMissedBesideCrossAttention() {
        bertLayer(0);
        bertLayer(1);
        for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
            put("bert.encoder.layer.1.crossattention." + name + ".weight", 24, 24);
        }
        tensors.remove("bert.encoder.layer.1.attention.self.query.weight");
        refused(
                BERT,
                "missing tensor: model.safetensors: layer 1 of bert.encoder.layer.# has no Q, "
                        + "which what else it has needs; save the whole model, or measure the matrices that are there by name "
                        + "with --matrices all");
    }

    private void mixtralLayer() {
        String at = "model.layers.0.";
        for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
            put(at + "self_attn." + name + ".weight", 24, 24);
        }
        for (int expert = 0; expert < 2; expert++) {
            put(at + "block_sparse_moe.experts." + expert + ".w1.weight", 56, 24);
            put(at + "block_sparse_moe.experts." + expert + ".w2.weight", 24, 56);
            put(at + "block_sparse_moe.experts." + expert + ".w3.weight", 56, 24);
        }
    }

    @Test
    void matrixOfOneExpertIsMissed() throws Exception {
        String config = "{\"model_type\": \"mixtral\", \"num_hidden_layers\": 1, \"num_attention_heads\": 4}";
        mixtralLayer();
        assertThat(resolve(config).matrices()).hasSize(11);
        tensors.remove("model.layers.0.block_sparse_moe.experts.1.w2.weight");
        refused(
                config,
                "missing tensor: model.safetensors: layer 0 of model.layers.# has no M2 of expert 1, "
                        + "which what else it has needs; save the whole model, or measure the matrices that are there by name "
                        + "with --matrices all");
    }

    @Test
    void expertNumbersBeyondAllReasonAreNoExperts() throws Exception {
        mixtralLayer();
        put("model.layers.0.block_sparse_moe.experts.99999999999.w1.weight", 56, 24);
        ModelLayers layers =
                resolve("{\"model_type\": \"mixtral\", \"num_hidden_layers\": 1, \"num_attention_heads\": 4}");
        assertThat(layers.matrices()).hasSize(11);
        assertThat(layers.skipped()).hasSize(1);
    }

    @Test
    void gateThatOneLayerLacksIsAWarning() throws Exception {
        for (int layer = 0; layer < 2; layer++) {
            String at = "model.layers." + layer + ".";
            for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                put(at + "self_attn." + name + ".weight", 24, 24);
            }
            put(at + "mlp.up_proj.weight", 56, 24);
            put(at + "mlp.down_proj.weight", 24, 56);
        }
        put("model.layers.0.mlp.gate_proj.weight", 56, 24);
        ModelLayers layers =
                resolve("{\"model_type\": \"llama\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4}");
        assertThat(layers.warnings()).containsExactly("layer 1 of model.layers.# has no GATE, which other layers have");
    }

    @Test
    void headCountsBeyondTheRowsAreRefused() {
        String at = "gpt_neox.layers.0.";
        put(at + "attention.query_key_value.weight", 72, 24);
        put(at + "attention.dense.weight", 24, 24);
        put(at + "mlp.dense_h_to_4h.weight", 96, 24);
        put(at + "mlp.dense_4h_to_h.weight", 24, 96);
        refused(
                "{\"model_type\": \"gpt_neox\", \"num_hidden_layers\": 1, \"num_attention_heads\": 1431655766}",
                "cannot split fused matrix: gpt_neox.layers.0.attention.query_key_value.weight: 72 rows do not divide by "
                        + "1431655766 heads; check the head counts in config.json");
    }

    @Test
    void missingLayerIsSaid() throws Exception {
        bertLayer(0);
        ModelLayers layers = resolve(BERT);
        assertThat(names(layers, "encoder", 0)).hasSize(7);
        assertThat(layers.warnings())
                .containsExactly(
                        "bert.encoder.layer.# has no tensors of layers 1 of the 2 in config.json: a part of a model "
                                + "or a pruned one; what is there is measured");
    }

    @Test
    void wrongShapeIsNamed() {
        bertLayer(0);
        bertLayer(1);
        put("bert.encoder.layer.1.attention.self.key.weight", 24, 23);
        refused(
                BERT,
                "wrong shape: model.safetensors: bert.encoder.layer.1.attention.self.key.weight has shape [24, 23] and so "
                        + "input dimension 23, but bert.encoder.layer.1.attention.output.dense.weight has 24; the weights do "
                        + "not fit model_type bert: mend config.json if it is not this model's");
    }

    @Test
    void unknownArchitectureSaysWhatWasSeen() {
        put("trunk.0.alpha.weight", 24, 24);
        put("trunk.0.beta.weight", 24, 24);
        refused(
                "{\"model_type\": \"mystery\"}",
                "unknown architecture: model.safetensors: model_type mystery, 2 matrices such as trunk.0.alpha.weight "
                        + "[24, 24], trunk.0.beta.weight [24, 24]; --matrices all measures every matrix by its name; "
                        + "'lowrank models' lists the known ones");
    }

    @Test
    void unknownArchitectureSaysWhatWasSeenWithoutNumbersToo() {
        put("a.weight", 5, 7);
        refused(
                "{\"model_type\": \"mystery\"}",
                "unknown architecture: model.safetensors: model_type mystery, 1 matrices such as a.weight [5, 7]; --matrices all"
                        + " measures every matrix by its name; 'lowrank models' lists the known ones");
    }

    @Test
    void fusedAttentionOfAnUnknownTypeIsNotGuessed() {
        String at = "transformer.h.0.";
        put(at + "self_attention.query_key_value.weight", 72, 24);
        put(at + "self_attention.dense.weight", 24, 24);
        put(at + "mlp.dense_h_to_4h.weight", 96, 24);
        put(at + "mlp.dense_4h_to_h.weight", 24, 96);
        refused(
                "{\"model_type\": \"mystery\", \"num_attention_heads\": 4}",
                "unknown architecture: model.safetensors: model_type mystery, and transformer.h.# fits BLOOM or Falcon, "
                        + "which divide the fused Q, K, V differently; give config.json with its model_type, or measure the "
                        + "matrices as they are with --matrices all");
    }

    @Test
    void fusedMatrixThatDoesNotDivideIsRefused() {
        String at = "gpt_neox.layers.0.";
        put(at + "attention.query_key_value.weight", 72, 24);
        put(at + "attention.dense.weight", 24, 24);
        put(at + "mlp.dense_h_to_4h.weight", 96, 24);
        put(at + "mlp.dense_4h_to_h.weight", 24, 96);
        refused(
                "{\"model_type\": \"gpt_neox\", \"num_hidden_layers\": 1, \"num_attention_heads\": 5}",
                "cannot split fused matrix: gpt_neox.layers.0.attention.query_key_value.weight: 72 rows do not divide by "
                        + "15 equal parts; check the head counts in config.json");
    }

    @Test
    void adapterIsNotAModel() {
        put("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", 4, 24);
        put("base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", 24, 4);
        refused("", "not a model: model.safetensors: LoRA adapter; merge it into its base model and analyze that");
    }

    @Test
    void integerWeightsAreRefused() {
        bertLayer(0);
        bertLayer(1);
        String name = "bert.encoder.layer.0.attention.self.query.weight";
        tensors.put(name, TestTensor.gaussian(DType.I32, List.of(24L, 24L), 1));
        refused(
                BERT,
                "not a weight matrix: " + name + " in model.safetensors: stored as I32, quantised in a way that is not "
                        + "known; use the unquantised model");
    }

    private void refused(String config, String message) {
        assertThatThrownBy(() -> resolve(config))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(message);
    }

    @Test
    void selectionKeepsLayersAndKindsAndSaysWhatItLeavesOut() throws Exception {
        bertLayer(0);
        bertLayer(1);
        ModelLayers all = resolve(BERT);
        ModelLayers some =
                LayerSelection.parse(Optional.of("1"), Optional.of("q,M1")).apply(all);
        assertThat(some.matrices()).extracting(LayerMatrix::matrix).containsExactly("Q", "M1");
        assertThat(some.skipped())
                .extracting(ModelLayers.SkippedTensor::reason)
                .hasSize(10)
                .containsOnly("not selected by --layers or --matrices");
        assertThatThrownBy(() -> LayerSelection.parse(Optional.of("5-2"), Optional.empty()))
                .hasMessage("--layers: '5-2': ends before it starts; write for instance 0-5");
        assertThatThrownBy(() -> LayerSelection.parse(Optional.empty(), Optional.of("W")))
                .hasMessage("--matrices: 'W': unknown matrix; choose from Q,K,V,QKV,O,M1,M2,GATE or all");
    }

    @Test
    void everyDeclaredArchitectureCanBeLoaded() throws IOException {
        assertThat(ArchitectureCatalog.modelTypes())
                .hasSizeGreaterThan(200)
                .containsKeys("bert", "gpt2", "phi", "gptj");
    }
}
