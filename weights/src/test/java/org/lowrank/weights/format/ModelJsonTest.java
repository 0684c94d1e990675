package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.ModelFiles;

/** config.json as Python writes it, and what is said of one it would not read. */
class ModelJsonTest {
    @Test
    void whatPythonWritesIsRead() throws Exception {
        JsonNode config = config("\ufeff{\"a\": Infinity, \"b\": -Infinity, \"c\": NaN, \"model_type\": \"bert\"}\n");
        assertThat(config.path("model_type").asText()).isEqualTo("bert");
        assertThat(config.path("a").doubleValue()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\": 1, \"model_type\":\"bert\"}", "{ \"error\":\"x\"}", "{\"errors\": []}"})
    void aSettingCalledErrorIsNoServersError(String text) throws Exception {
        assertThat(config(text).isObject()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1 // one|it has a comment, which JSON does not allow",
                "# one|it has a comment, which JSON does not allow",
                "{/* one */}|it has a comment, which JSON does not allow",
                "{'a':1}|it has text in single quotes, which JSON does not allow",
                "{\"a\":1,}|it has a comma too many, or a brace where a value belongs",
                "{\"a\":[1,]}|it has a comma too many, or a bracket where a value belongs",
                "{\"a\":1|it ends in the middle",
                "{\"a\":1} x|it breaks the rules of JSON",
                "{\"a\":1} {}|something follows its end",
                "{\"a\":1} 5|something follows its end",
            })
    void otherTextIsRefusedInOurOwnWords(String text, String why) {
        assertThatThrownBy(() -> config(text))
                .isInstanceOf(MalformedWeightsException.class)
                .message()
                .startsWith("bad JSON: config.json: line ")
                .endsWith(": " + why + "; mend or remove it")
                .doesNotContain("Feature", "jackson", "Jackson");
    }

    @Test
    void deepAndLongTextsAreRefusedInOneLine() {
        for (String text : List.of("[".repeat(5000), "{\"a\":" + "9".repeat(5000) + "}")) {
            assertThatThrownBy(() -> config(text))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("bad JSON: config.json: ");
        }
    }

    /** Nobody waits for it, and nothing of it is read. */
    @Test
    void aHugeConfigIsRefusedUnread() {
        ModelFiles huge = new Listed(210L << 20);
        long start = System.nanoTime();
        assertThatThrownBy(() -> ModelJson.config(huge, "config.json"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad JSON: config.json: 220200960 bytes, more than the 16777216 that are read, and no file of"
                                + " settings is as large; mend or remove it");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"num_attention_heads\": 18446744073709551618}|num_attention_heads is 18446744073709551618",
                "{\"num_hidden_layers\": -3}|num_hidden_layers is -3",
                "{\"text_config\": {\"hidden_size\": 2.5}}|text_config.hidden_size is 2.5",
                "{\"n_head\": 1e30}|n_head is 1E+30",
                "{\"d_model\": NaN}|d_model is",
                "{\"vocab_size\": 2147483648}|vocab_size is 2147483648",
            })
    void whatIsNoCountIsRefused(String config, String what) {
        assertThatThrownBy(() -> ReadBack.of(withConfig(config)))
                .isInstanceOf(MalformedWeightsException.class)
                .message()
                .startsWith("bad setting: config.json: " + what)
                .endsWith(", which is no count; mend it");
    }

    @Test
    void theWrongKindOfSettingIsSaidAndNotUsed() throws Exception {
        ReadBack read = ReadBack.of(withConfig(
                "{\"model_type\": 5, \"num_attention_heads\": \"12\", \"hidden_size\": 16.0, \"vocab_size\": null,"
                        + " \"text_config\": {\"model_type\": [\"a\"], \"head_dim\": 8}}"));
        assertThat(read.checkpoint().warnings())
                .containsExactlyInAnyOrder(
                        "config.json: model_type is 5, where text belongs; it was not used",
                        "config.json: num_attention_heads is \"12\", where a number belongs; it was not used",
                        "config.json: text_config.model_type is [\"a\"], where text belongs; it was not used");
        assertThat(read.checkpoint().config().has("model_type")).isFalse();
        assertThat(read.checkpoint()
                        .config()
                        .path("text_config")
                        .path("head_dim")
                        .asInt())
                .isEqualTo(8);
        assertThat(read.checkpoint().described()).containsExactly("config.json");
    }

    @Test
    void theIndexIsReadWithoutItsOtherParts() throws Exception {
        String index =
                "{\"metadata\": {\"x\": [1, {\"weight_map\": {\"no\": \"no\"}}]}, \"weight_map\": {\"b\": \"1\", \"a\": \"2\"},"
                        + " \"more\": {\"z\": []}}";
        ModelFiles files = MemoryFiles.of("i.json", index.getBytes(StandardCharsets.UTF_8));
        assertThat(ModelJson.weightMap(files, "i.json")).containsExactly(Map.entry("b", "1"), Map.entry("a", "2"));
    }

    private static Map<String, byte[]> withConfig(String config) {
        return Map.of(
                "model.safetensors",
                SafetensorsWriter.bytes(Map.of("w", TestTensor.f32(List.of(1L), 1))),
                "config.json",
                config.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode config(String text) throws Exception {
        return ModelJson.config(MemoryFiles.of("config.json", text.getBytes(StandardCharsets.UTF_8)), "config.json");
    }

    /** A config.json of that size which cannot be opened. */
    private record Listed(long size) implements ModelFiles {
        @Override
        public Provenance provenance() {
            return new Provenance("test", "", "memory", "memory", List.of());
        }

        @Override
        public List<FileEntry> list() {
            return new ArrayList<>(List.of(new FileEntry("config.json", size, Optional.empty())));
        }

        @Override
        public ByteSource open(String name) throws IOException {
            throw new AssertionError("opened");
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
