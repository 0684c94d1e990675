package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/** Models whose layers are not all alike: measured with a word about it; what lacks half a part is refused. */
class UnlikeLayersTest {
    private static final String LLAMA = "{\"model_type\": \"llama\", \"num_hidden_layers\": 4}";

    @TempDir
    Path directory;

    private MadeModel layers(int... numbers) {
        MadeModel model = new MadeModel(directory);
        for (int number : numbers) {
            layer(model, "model.layers." + number + ".");
        }
        return model;
    }

    private static void layer(MadeModel model, String at) {
        model.attention(at + "self_attn.", 16, 16, 8).feedForward(at + "mlp.", 16, 40);
    }

    @Test
    void hybridHasAttentionInSomeLayersOnly() throws Exception {
        MadeModel model = new MadeModel(directory);
        for (int number = 0; number < 4; number++) {
            String at = "model.layers." + number + ".";
            model.feedForward(at + "feed_forward.", 16, 24);
            if (number == 1) {
                model.attention(at + "self_attn.", 16, 16, 8);
            } else {
                model.put(at + "mamba.in_proj.weight", 64, 16).put(at + "mamba.out_proj.weight", 16, 32);
            }
        }
        ModelLayers layers = model.resolve("{\"model_type\": \"jamba\", \"num_hidden_layers\": 4}");
        assertThat(layers.matrices()).hasSize(4 * 3 + 5);
        assertThat(layers.card().layers()).isEqualTo(4);
        assertThat(layers.warnings())
                .containsExactly("layers 0, 2-3 of model.layers.# have no attention; in place of it mamba.in_proj, "
                        + "mamba.out_proj");
        assertThat(layers.skipped())
                .extracting(ModelLayers.SkippedTensor::reason)
                .containsOnly("no role known for it in its layer")
                .hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "never_heard_of"})
    void partOfAModelIsMeasured(String type) throws Exception {
        ModelLayers layers = layers(1, 2).resolve(LLAMA.replace("llama", type));
        assertThat(layers.matrices()).hasSize(16);
        assertThat(layers.warnings())
                .contains(
                        "model.layers.# has no tensors of layers 0, 3 of the 4 in config.json: a part of a model or a "
                                + "pruned one; what is there is measured");
    }

    @Test
    void absurdNumberOfLayersIsSaidAtOnce() throws Exception {
        ModelLayers layers = layers(0).resolve(LLAMA.replace("4", "2000000000"));
        assertThat(layers.warnings()).anyMatch(warning -> warning.contains("layers 1-1999999999 of the 2000000000"));
    }

    @Test
    void extraStackIsNotHeldToTheNumberOfLayers() throws Exception {
        MadeModel model = layers(0, 1, 2, 3);
        layer(model, "mtp.layers.0.");
        ModelLayers layers = model.resolve(LLAMA);
        assertThat(layers.matrices()).hasSize(40);
        assertThat(layers.matrices()).extracting(LayerMatrix::stack).contains("mtp");
        assertThat(layers.warnings())
                .containsExactly("mtp.layers.# is a stack of its own: 1 layer beside the 4 that config.json counts");
    }

    @Test
    void prunedAttentionIsSaid() throws Exception {
        MadeModel model = layers(0, 1, 2, 3);
        for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
            model.tensors.remove("model.layers.2.self_attn." + name + ".weight");
        }
        ModelLayers layers = model.resolve(LLAMA);
        assertThat(layers.warnings()).containsExactly("layer 2 of model.layers.# has no attention");
        assertThat(layers.matrices()).hasSize(8 * 4 - 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"self_attn.k_proj", "self_attn.o_proj", "mlp.down_proj", "mlp.up_proj"})
    void halfAPartIsRefused(String name) {
        MadeModel model = layers(0, 1, 2, 3);
        model.tensors.remove("model.layers.2." + name + ".weight");
        assertThatThrownBy(() -> model.resolve(LLAMA))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("missing tensor: model.safetensors: layer 2 of model.layers.# has no ")
                .message()
                .doesNotContain("download");
    }

    @Test
    void keysSharedWithAnotherLayerAreNotMissing() throws Exception {
        MadeModel model = layers(0, 1, 2, 3);
        model.tensors.remove("model.layers.3.self_attn.k_proj.weight");
        model.tensors.remove("model.layers.3.self_attn.v_proj.weight");
        ModelLayers layers =
                model.resolve("{\"model_type\": \"llama\", \"num_hidden_layers\": 4, \"num_kv_shared_layers\": 1}");
        assertThat(layers.warnings())
                .containsExactly(
                        "layer 3 of model.layers.# has no K, V: taken from another layer (num_kv_shared_layers)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void expertsInEitherOrientationAreToldByTheirShape(boolean inOut) throws Exception {
        MadeModel model = new MadeModel(directory).attention("model.layers.0.self_attn.", 32, 32, 16);
        model.put("model.norm.weight", 32);
        model.put("model.layers.0.mlp.experts.gate_up_proj", inOut ? new long[] {4, 32, 24} : new long[] {4, 24, 32});
        model.put("model.layers.0.mlp.experts.down_proj", inOut ? new long[] {4, 12, 32} : new long[] {4, 32, 12});
        ModelLayers layers = model.resolve("{\"model_type\": \"qwen3_vl_moe\"}");
        assertThat(MadeModel.matrices(layers))
                .contains("0 M1:E3 12x32", "0 GATE:E3 12x32", "0 M2:E3 32x12")
                .hasSize(5 + 12);
    }

    @Test
    void squareExpertsFollowTheirSiblings() throws Exception {
        // f = 16, d = 32: gate and up together are square, the second matrix is not.
        MadeModel model = new MadeModel(directory).attention("model.layers.0.self_attn.", 32, 32, 16);
        model.put("model.norm.weight", 32);
        model.put("model.layers.0.mlp.experts.gate_up_proj", 4, 32, 32);
        model.put("model.layers.0.mlp.experts.down_proj", 4, 16, 32);
        ModelLayers layers = model.resolve("{\"model_type\": \"qwen3_vl_moe\"}");
        LayerMatrix up = layers.matrices().stream()
                .filter(matrix -> matrix.matrix().equals("M1:E0"))
                .findFirst()
                .orElseThrow();
        assertThat(up.parts().get(0).transposed()).isTrue();
        assertThat(up.parts().get(0).views().get(0))
                .as("the second half of the columns")
                .isEqualTo(new Tensor.View(16, 32, 16, 32, 1));
    }

    @Test
    void sharedExpertHasANameOfItsOwnBesideRoutedOnes() throws Exception {
        MadeModel model = new MadeModel(directory).attention("model.layers.0.self_attn.", 16, 16, 16);
        model.feedForward("model.layers.0.mlp.experts.0.", 16, 8);
        model.feedForward("model.layers.0.mlp.shared_experts.", 16, 24);
        assertThat(MadeModel.matrices(model.resolve("{\"model_type\": \"glm4_moe\"}")))
                .contains("0 M1:shared 24x16", "0 M2:shared 16x24", "0 GATE:shared 24x16", "0 M1:E0 8x16");
    }

    /** Four times the layers in about four times the time of the processor: 120,000 tensors placed, cut, grouped. */
    @Test
    void assemblyIsLinearInTheNumberOfLayers() throws Exception {
        assemble(2_500); // compiled before it is timed
        double few = assemble(5_000);
        double many = assemble(20_000);
        assertThat(many).as("linear is 4, quadratic 16").isLessThan(9 * few + 1);
    }

    /** Seconds of the processor for a BERT of so many layers of 1 × 1 matrices. */
    private static double assemble(int count) throws Exception {
        List<String> names = List.of(
                "attention.self.query",
                "attention.self.key",
                "attention.self.value",
                "attention.output.dense",
                "intermediate.dense",
                "output.dense");
        List<Tensor> tensors = new ArrayList<>();
        for (int layer = 0; layer < count; layer++) {
            for (String name : names) {
                tensors.add(new StoredTensor(
                        "bert.encoder.layer." + layer + "." + name + ".weight",
                        DType.F32,
                        List.of(1L, 1L),
                        "model.safetensors",
                        4,
                        Optional.empty(),
                        Tensor.Orientation.UNKNOWN));
            }
        }
        ObjectNode config = JsonNodeFactory.instance.objectNode().put("model_type", "bert");
        Checkpoint checkpoint = new Checkpoint(
                config, tensors, List.of(), Optional.empty(), "", List.of("model.safetensors"), List.of(), List.of());
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        ModelLayers layers = LayerCatalog.resolve(checkpoint);
        assertThat(TensorGroup.of(layers.matrices())).hasSize(4 * count);
        assertThat(layers.matrices()).hasSize(7 * count);
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
    }
}
