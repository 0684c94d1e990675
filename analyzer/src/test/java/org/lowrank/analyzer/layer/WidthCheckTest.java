package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;

/** Matrices against the widths config.json gives: what is a slice, a mixture or a wrong split is never measured. */
class WidthCheckTest {
    private static final String SIZES = "\"hidden_size\": 16, \"intermediate_size\": 40, \"num_attention_heads\": 4, "
            + "\"num_key_value_heads\": 2, \"num_hidden_layers\": 1";

    @TempDir
    Path directory;

    private static String type(String type) {
        return "{" + (type.isEmpty() ? "" : "\"model_type\": \"" + type + "\", ") + SIZES + "}";
    }

    private MadeModel llama(long queries, long keys, long f) {
        return new MadeModel(directory)
                .attention("model.layers.0.self_attn.", 16, queries, keys)
                .feedForward("model.layers.0.mlp.", 16, f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "never_heard_of", ""})
    void widthsOfConfigAreMeasured(String type) throws Exception {
        assertThat(llama(16, 8, 40).resolve(type(type)).matrices()).hasSize(8);
    }

    /** 4 heads of 16/4, 2 key-value heads, f = 40: each of the widths alone is wrong. */
    @ParameterizedTest
    @CsvSource({
        "llama, 8, 4, 20, tensor-parallel parts",
        "llama, 4, 2, 10, tensor-parallel parts",
        "never_heard_of, 8, 4, 20, tensor-parallel parts",
        "'', 8, 4, 20, tensor-parallel parts",
        "llama, 16, 16, 40, wrong width",
        "llama, 24, 8, 40, wrong width",
        "never_heard_of, 24, 8, 40, wrong width",
        "llama, 16, 8, 39, wrong width",
        "llama, 16, 8, 20, tensor-parallel parts"
    })
    void otherWidthsAreRefused(String type, long queries, long keys, long f, String what) {
        assertThatThrownBy(() -> llama(queries, keys, f).resolve(type(type)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(what + ": model.safetensors: ")
                .hasMessageContaining("; ");
    }

    @Test
    void aSliceSaysWhichAndOfWhat() {
        assertThatThrownBy(() -> llama(8, 4, 20).resolve(type("llama")))
                .hasMessage(
                        "tensor-parallel parts: model.safetensors: model.layers.0.self_attn.q_proj.weight gives Q 8 rows, "
                                + "one of 2 slices of the 16 that config.json says (4 heads of 4); merge the parts into one "
                                + "checkpoint, or mend config.json if it is not this model's");
    }

    @Test
    void feedForwardWidthOfAnUnknownFamilyIsAWarning() throws Exception {
        assertThat(llama(16, 8, 39).resolve(type("never_heard_of")).warnings())
                .anyMatch(warning -> warning.contains("has 39 rows, config.json says feed-forward width 40"));
    }

    @ParameterizedTest
    @CsvSource({
        "'\"head_dim\": 8', 32, 16",
        "'\"head_dim\": null', 16, 8",
        "'\"v_head_dim\": 4, \"head_dim\": 8', 32, 16"
    })
    void headSizeOfItsOwnCounts(String extra, long queries, long keys) throws Exception {
        String config = "{\"model_type\": \"llama\", " + SIZES + ", " + extra + "}";
        assertThat(llama(queries, keys, 40).resolve(config).matrices()).hasSize(8);
    }

    @Test
    void queryOfTwiceTheWidthIsDividedFromItsGatePerHead() throws Exception {
        MadeModel model = llama(16, 8, 40);
        model.put("model.layers.0.self_attn.q_proj.weight", 32, 16);
        ModelLayers layers = model.resolve(type("qwen3_next"));
        LayerMatrix query = layers.matrices().get(0);
        assertThat(query.matrix()).isEqualTo("Q");
        assertThat(query.rows()).isEqualTo(16);
        assertThat(query.parts().get(0).views())
                .as("head h: 4 rows of the query from row 8h, then 4 of the gate")
                .extracting(view -> view.offset() / 16)
                .containsExactlyElementsOf(
                        IntStream.range(0, 4).mapToObj(head -> 8L * head).toList());
        assertThat(layers.warnings()).anyMatch(warning -> warning.contains("holds a gate of the attention's output"));
    }

    @Test
    void queryOfTwiceTheWidthIsRefusedWhereNoGateIsKnown() {
        for (String config : List.of(type("llama"), type("never_heard_of"), "")) {
            MadeModel model = llama(16, 8, 40);
            model.put("model.layers.0.self_attn.q_proj.weight", 32, 16);
            assertThatThrownBy(() -> model.resolve(config)).isInstanceOf(MalformedWeightsException.class);
        }
    }

    @Test
    void configurationOfAnotherStackSaysNothing() throws Exception {
        MadeModel model = new MadeModel(directory)
                .attention("vision_tower.layers.0.self_attn.", 24, 24, 24)
                .feedForward("vision_tower.layers.0.mlp.", 24, 50);
        assertThat(model.resolve("{\"model_type\": \"llama\", " + SIZES + ", \"vision_config\": {\"depth\": 1}}")
                        .matrices())
                .hasSize(8);
    }

    private static String withHeads(String heads) {
        return "{\"model_type\": \"llama\", \"num_hidden_layers\": 1, \"hidden_size\": 16, \"num_attention_heads\": "
                + heads + "}";
    }

    /** 2^64 + 2 is not 2, and the others are no numbers of heads either. */
    @ParameterizedTest
    @ValueSource(strings = {"18446744073709551618", "-4", "4.5", "9223372036854775807"})
    void headsThatAreNoCountAreRefused(String heads) {
        assertThatThrownBy(() -> llama(16, 8, 40).resolve(withHeads(heads)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad setting: config.json: num_attention_heads is " + heads + ", which is no count; mend it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"4\"", "true", "0", "[1, \"2\"]"})
    void headsOfAnotherKindAreSaidAndNotUsed(String heads) throws Exception {
        MadeModel model = llama(16, 8, 40);
        ModelLayers layers = model.resolve(withHeads(heads));
        assertThat(layers.matrices()).hasSize(8);
        List<String> said = new ArrayList<>(model.said());
        said.addAll(layers.warnings());
        assertThat(said).anyMatch(warning -> warning.contains("num_attention_heads"));
    }

    @Test
    void wrappedHeadsDoNotDivideAFusedMatrix() {
        MadeModel model = new MadeModel(directory)
                .put("gpt_neox.layers.0.attention.query_key_value.weight", 24, 8)
                .put("gpt_neox.layers.0.attention.dense.weight", 8, 8)
                .put("gpt_neox.layers.0.mlp.dense_h_to_4h.weight", 16, 8)
                .put("gpt_neox.layers.0.mlp.dense_4h_to_h.weight", 8, 16);
        String config = "{\"model_type\": \"gpt_neox\", \"num_attention_heads\": 18446744073709551618}"; // 2^64 + 2
        assertThatThrownBy(() -> model.resolve(config))
                .hasMessageContaining("num_attention_heads is 18446744073709551618");
    }

    @Test
    void configWithoutModelTypeIsNotNoConfig() throws Exception {
        assertThat(llama(16, 8, 40).resolve(type("")).warnings())
                .containsExactly(
                        "layers of model.layers.# inferred from names and shapes as Llama family: config.json has no "
                                + "model_type");
        assertThat(llama(16, 8, 40).resolve("").warnings())
                .containsExactly(
                        "layers of model.layers.# inferred from names and shapes as Llama family: no config.json "
                                + "beside the weights");
        MadeModel number = llama(16, 8, 40);
        assertThat(number.resolve("{\"model_type\": 7}").warnings())
                .containsExactly(
                        "layers of model.layers.# inferred from names and shapes as Llama family: config.json has no "
                                + "model_type");
        assertThat(number.said()).anyMatch(warning -> warning.contains("model_type is 7"));
    }

    @Test
    void configThatCannotBeReadIsNotNoConfig() throws Exception {
        llama(16, 8, 40).resolve("");
        Files.createSymbolicLink(directory.resolve("config.json"), Path.of("nope"));
        try (LocalFiles files = LocalFiles.of(directory);
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            assertThat(checkpoint.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("the settings were not read: config.json is a link to nope");
            assertThat(LayerCatalog.resolve(checkpoint).warnings())
                    .containsExactly("layers of model.layers.# inferred from names and shapes as Llama family:"
                            + " config.json could not be read");
        }
    }
}
