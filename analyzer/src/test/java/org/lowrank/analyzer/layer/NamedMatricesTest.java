package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/** {@code --matrices all}: every weight of two or more dimensions, by its role or its name. */
class NamedMatricesTest {
    private static final LayerSelection EVERYTHING = LayerSelection.parse(Optional.empty(), Optional.of("all"));

    @TempDir
    Path directory;

    @Test
    void whatHasNoRoleIsKnownByItsName() throws Exception {
        MadeModel model = new MadeModel(directory)
                .attention("model.layers.0.self_attn.", 16, 16, 8)
                .feedForward("model.layers.0.mlp.", 16, 40)
                .put("model.layers.0.mixer.conv1d.weight", 32, 1, 4)
                .put("model.layers.0.input_layernorm.weight", 16)
                .put("model.embed_tokens.weight", 61, 16)
                .put("lm_head.weight", 61, 16)
                .put("patch.conv.weight", 8, 3, 2, 2)
                .put("pos_embed", 1, 5, 16)
                .put("gate", 4, 16);
        model.tensors.put("position_ids", TestTensor.of(DType.I64, List.of(1L, 4L), 0, 1, 2, 3));
        model.tensors.put("counts", TestTensor.of(DType.I64, List.of(2L, 2L), 0, 1, 2, 3));
        ModelLayers layers = model.resolve("{\"model_type\": \"llama\"}", EVERYTHING);
        assertThat(MadeModel.matrices(layers))
                .contains(
                        "0 Q 16x16",
                        "0 model.layers.0.mixer.conv1d 32x4",
                        "model.embed_tokens 61x16",
                        "lm_head 61x16",
                        "patch.conv 8x12",
                        "pos_embed 5x16",
                        "gate 4x16")
                .hasSize(8 + 6);
        assertThat(layers.matrices())
                .filteredOn(matrix -> matrix.id().kind() == MatrixKind.TENSOR)
                .extracting(LayerMatrix::stack)
                .containsOnly("other");
        assertThat(layers.skipped())
                .extracting(ModelLayers.SkippedTensor::name)
                .containsExactly("counts", "model.layers.0.input_layernorm.weight", "position_ids");
        assertThat(layers.warnings())
                .contains(
                        "2 tensors of more than two dimensions, model.layers.0.mixer.conv1d.weight for one, measured as the "
                                + "matrix [out, in·k…] that a convolution multiplies with");
    }

    @Test
    void unknownArchitectureIsMeasuredByName() throws Exception {
        MadeModel model =
                new MadeModel(directory).put("trunk.0.alpha.weight", 24, 12).put("trunk.0.experts.w", 3, 4, 5);
        String config = "{\"model_type\": \"mystery\"}";
        assertThatThrownBy(() -> model.resolve(config)).hasMessageContaining("; --matrices all measures every matrix");
        ModelLayers layers = model.resolve(config, EVERYTHING);
        assertThat(MadeModel.matrices(layers))
                .containsExactly(
                        "trunk.0.alpha 24x12",
                        "trunk.0.experts.w:E0 4x5",
                        "trunk.0.experts.w:E1 4x5",
                        "trunk.0.experts.w:E2 4x5");
        assertThat(layers.matrices().get(2).parts().get(0).views()).containsExactly(new Tensor.View(20, 4, 5, 5, 1));
        assertThat(layers.card().layers()).isZero();
        assertThat(layers.card().modelType()).isEqualTo("mystery");
    }

    @Test
    void modelThatDoesNotFitItsConfigIsMeasuredByNameWithAWord() throws Exception {
        MadeModel model = new MadeModel(directory)
                .attention("model.layers.0.self_attn.", 16, 8, 4)
                .feedForward("model.layers.0.mlp.", 16, 40);
        ModelLayers layers = model.resolve(
                "{\"model_type\": \"llama\", \"hidden_size\": 16, \"num_attention_heads\": 4}", EVERYTHING);
        assertThat(layers.matrices()).hasSize(7).allMatch(matrix -> matrix.id().kind() == MatrixKind.TENSOR);
        assertThat(layers.warnings())
                .anyMatch(warning ->
                        warning.startsWith("every matrix is known by its name alone: tensor-parallel parts: "));
    }

    @Test
    void compressedProjectionsOfLatentAttentionAreReported() throws Exception {
        MadeModel model = new MadeModel(directory)
                .put("model.layers.0.self_attn.q_a_proj.weight", 8, 24)
                .put("model.layers.0.self_attn.q_b_proj.weight", 4 * (6 + 2), 8)
                .put("model.layers.0.self_attn.kv_a_proj_with_mqa.weight", 8 + 2, 24)
                .put("model.layers.0.self_attn.kv_b_proj.weight", 4 * (6 + 5), 8)
                .put("model.layers.0.self_attn.o_proj.weight", 24, 20)
                .feedForward("model.layers.0.mlp.", 24, 56);
        ModelLayers layers = model.resolve(
                "{\"model_type\": \"deepseek_v3\", \"num_attention_heads\": 4, \"qk_nope_head_dim\": 6, "
                        + "\"qk_rope_head_dim\": 2, \"v_head_dim\": 5}",
                EVERYTHING);
        assertThat(MadeModel.matrices(layers))
                .contains(
                        "0 Q 32x8",
                        "0 K 24x8",
                        "0 model.layers.0.self_attn.q_a_proj 8x24",
                        "0 model.layers.0.self_attn.kv_a_proj_with_mqa 10x24");
    }

    @Test
    void gateBesideAQueryIsAMatrixOfItsOwn() throws Exception {
        MadeModel model = new MadeModel(directory)
                .attention("model.layers.0.self_attn.", 16, 16, 8)
                .feedForward("model.layers.0.mlp.", 16, 40);
        model.put("model.layers.0.self_attn.q_proj.weight", 32, 16);
        ModelLayers layers = model.resolve("{\"model_type\": \"qwen3_next\", \"num_attention_heads\": 4}", EVERYTHING);
        assertThat(MadeModel.matrices(layers)).contains("0 Q 16x16", "0 model.layers.0.self_attn.q_proj:gate 16x16");
    }

    @Test
    void stateSpaceModelHasItsLayersByName() throws Exception {
        MadeModel model = new MadeModel(directory)
                .put("backbone.layers.0.mixer.in_proj.weight", 64, 16)
                .put("backbone.layers.1.mixer.in_proj.weight", 64, 16)
                .put("backbone.embeddings.weight", 61, 16);
        ModelLayers layers = model.resolve("{\"model_type\": \"mamba\", \"num_hidden_layers\": 2}");
        assertThat(MadeModel.matrices(layers))
                .containsExactly(
                        "backbone.embeddings 61x16",
                        "0 backbone.layers.0.mixer.in_proj 64x16",
                        "1 backbone.layers.1.mixer.in_proj 64x16");
        assertThat(layers.warnings()).anyMatch(warning -> warning.contains("measured by name, as with --matrices all"));
    }

    @ParameterizedTest
    @CsvSource({
        "*, '', 8",
        "*self_attn*, '', 5",
        "*.q_proj.weight, '', 1",
        "'', *mlp*, 5",
        "*self_attn*, *k_proj*, 3",
        "model.layers.?.mlp.up_proj.weight, '', 1",
        "q_proj, '', 0"
    })
    void namesAreChosenByPatterns(String include, String exclude, int matrices) throws Exception {
        LayerSelection selection = LayerSelection.ALL.withNames(
                include.isEmpty() ? List.of() : List.of(include), exclude.isEmpty() ? List.of() : List.of(exclude));
        ModelLayers layers = new MadeModel(directory)
                .attention("model.layers.0.self_attn.", 16, 16, 8)
                .feedForward("model.layers.0.mlp.", 16, 40)
                .resolve("{\"model_type\": \"llama\"}", selection);
        assertThat(selection.apply(layers).matrices()).hasSize(matrices);
    }
}
