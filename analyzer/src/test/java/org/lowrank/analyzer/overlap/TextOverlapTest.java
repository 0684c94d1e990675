package org.lowrank.analyzer.overlap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.OverlapOutput;
import org.lowrank.analyzer.output.OverlapReport;
import org.lowrank.analyzer.output.OverlapResult;
import org.lowrank.inference.text.TextTokenizer;
import org.lowrank.inference.text.TokenizerFiles;
import org.lowrank.reports.Report;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.DType;

class TextOverlapTest {
    /** Rows of the embedding: [UNK], cat, dog, ##s, run, [CLS]. Lengths differ on purpose. */
    private static final float[][] ROWS = {{1, 1}, {2, 0}, {0, 3}, {3, 4}, {-4, 3}, {5, 5}};

    private static final List<String> WORDS = List.of("[UNK]", "cat", "dog", "##s", "run", "[CLS]");

    @TempDir
    Path model;

    @Test
    void innerProductsOfUnitRowsAreWeightedByUse() throws Exception {
        vocabulary(WORDS);
        weights("bert.embeddings.word_embeddings.weight", ROWS);
        // A: cat, ##s, cat; B: dog, run. Unit rows: cat (1, 0), ##s (.6, .8), dog (0, 1), run (−.8, .6).
        // Products: cat·dog 0 and cat·run −.8 (weight 2 each), ##s·dog .8 and ##s·run 0 (weight 1 each).
        TextOverlap found = measure("cats cat", "dog run");
        Distribution distinct = found.distinct();
        assertThat(distinct).isNotNull();
        assertThat(distinct.uses()).isEqualTo(6);
        assertThat(distinct.pairs()).isEqualTo(4);
        assertThat(distinct.mean()).isCloseTo((2 * -0.8 + 0.8) / 6, within(1e-7));
        assertThat(distinct.sd()).isCloseTo(Math.sqrt(3 * 0.64 / 6 - 0.8 * 0.8 / 36), within(1e-7));
        assertThat(distinct.min()).isCloseTo(-0.8, within(1e-7));
        assertThat(distinct.max()).isCloseTo(0.8, within(1e-7));
        assertThat(distinct.epsilon()).isCloseTo(0.8, within(1e-7));
        // Sorted with weights: −.8 ×2, 0 ×3, .8 ×1.
        assertThat(distinct.quantiles().get(2)).isCloseTo(-0.8, within(1e-5));
        assertThat(distinct.quantiles().get(3)).isCloseTo(0, within(1e-5));
        assertThat(distinct.quantiles().get(5)).isCloseTo(0.8, within(1e-5));
        // |·|: 0 ×3, .8 ×3.
        assertThat(distinct.absoluteQuantiles().get(0)).isCloseTo(0, within(1e-5));
        assertThat(distinct.absoluteQuantiles().get(1)).isCloseTo(0.8, within(1e-5));
        assertThat(distinct.sharesAbove().get(4)).isEqualTo(0.5);
        assertThat(distinct.sharesAbove().get(5)).isEqualTo(0.5);
        assertThat(Arrays.stream(distinct.histogram()).sum()).isCloseTo(1, within(1e-12));
        assertThat(found.closest().get(0).tokenA()).isIn("cat", "##s");
        assertThat(found.textA().tokens()).isEqualTo(3);
        assertThat(found.textA().distinctTokens()).isEqualTo(2);
        assertThat(found.dimension()).isEqualTo(2);
        assertThat(found.embedding()).isEqualTo("bert.embeddings.word_embeddings.weight");
    }

    @Test
    void sharedTokensAreReportedApart() throws Exception {
        vocabulary(WORDS);
        weights("embeddings.word_embeddings.weight", ROWS);
        TextOverlap found = measure("cat run", "dog run run");
        assertThat(found.all().epsilon()).isCloseTo(1, within(1e-7));
        assertThat(found.distinct().epsilon()).isCloseTo(0, within(1e-7));
        assertThat(found.shared()).containsExactly(new TextOverlap.SharedToken("run", 4, 1, 2));
        assertThat(found.textA().sharedUse()).isEqualTo(0.5);
        assertThat(found.textB().sharedUse()).isCloseTo(2 / 3.0, within(1e-15));
    }

    @Test
    void sameTextHasNoDistinctPairs() throws Exception {
        vocabulary(WORDS);
        weights("embeddings.word_embeddings.weight", ROWS);
        TextOverlap found = measure("cat", "cat");
        assertThat(found.distinct()).isNull();
        assertThat(found.warnings()).hasSize(1);
        assertThat(found.all().epsilon()).isCloseTo(1, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wte.weight",
                "transformer.wte.weight",
                "model.embed_tokens.weight",
                "gpt_neox.embed_in.weight",
                "shared.weight",
                "transformer.word_embeddings.weight",
                "token_embd.weight",
                "bert/embeddings/word_embeddings",
                "text_model.embeddings.token_embedding.weight",
                "embeddings.tok_embeddings.weight"
            })
    void embeddingIsFoundUnderEveryName(String name) throws Exception {
        vocabulary(WORDS);
        weights(name, ROWS);
        assertThat(measure("cat", "dog").embedding()).isEqualTo(name);
    }

    @Test
    void capitalsDecideWhetherTextIsLowerCased() throws Exception {
        vocabulary(WORDS);
        assertThat(tokens("CAT Dogs")).containsExactly("cat", "dog", "##s");
        vocabulary(List.of("[UNK]", "Cat", "dog", "##s"));
        assertThat(tokens("Cat DOGS")).containsExactly("Cat", "[UNK]");
        Files.writeString(model.resolve("tokenizer_config.json"), "{\"do_lower_case\": true}");
        assertThat(tokens("DOGS")).containsExactly("dog", "##s");
    }

    @Test
    void byteLevelMergesKeepTheSpaces() throws Exception {
        // GPT-2 writes a space as Ġ; merges: "a"+"t", then "c"+"at", then "Ġ"+"cat".
        Files.writeString(
                model.resolve("vocab.json"), "{\"a\":0,\"c\":1,\"t\":2,\"Ġ\":3,\"at\":4,\"cat\":5,\"Ġcat\":6}");
        Files.writeString(model.resolve("merges.txt"), "#version: 0.2\na t\nc at\nĠ cat\n");
        assertThat(tokens("cat cat")).containsExactly("cat", "Ġcat");
    }

    @Test
    void clipWordsEndInAMark() throws Exception {
        Files.writeString(
                model.resolve("vocab.json"),
                "{\"a\":0,\"c\":1,\"t\":2,\"a</w>\":3,\"t</w>\":4,\"at</w>\":5,\"cat</w>\":6}");
        Files.writeString(model.resolve("merges.txt"), "#version: 0.2\na t</w>\nc at</w>\n");
        assertThat(tokens("CAT  at")).containsExactly("cat</w>", "at</w>");
    }

    @Test
    void tokenizerJsonWinsAndLongTextIsNotTruncated() throws Exception {
        vocabulary(WORDS);
        String json = TokenizerFiles.of(LocalFiles.of(model)).json();
        // As some models ship it: truncated to 4 and padded to 4.
        json = json.replace(
                        "\"truncation\":null",
                        "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}")
                .replace(
                        "\"padding\":null",
                        "\"padding\":{\"strategy\":{\"Fixed\":4},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                                + "\"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"[UNK]\"}");
        Files.writeString(model.resolve("tokenizer.json"), json);
        Files.delete(model.resolve("vocab.txt"));
        assertThat(tokens("cat")).containsExactly("cat");
        assertThat(tokens("cat ".repeat(3000))).hasSize(3000);
    }

    @Test
    void missingTokenizerSaysWhatToDo() {
        assertThatThrownBy(() -> tokens("x"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageStartingWith("no tokenizer: ")
                .hasMessageContaining("vocab.txt")
                .hasMessageContaining("; put the tokenizer.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"model\": 3}", "{\"version\":\"1.0\",\"model\":{\"type\":\"Nope\"}}"})
    void malformedTokenizerIsRefused(String json) throws Exception {
        Files.writeString(model.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> tokens("x"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("bad tokenizer: ");
    }

    @Test
    void tokenOutsideTheEmbeddingIsRefused() throws Exception {
        vocabulary(WORDS);
        weights("embeddings.word_embeddings.weight", Arrays.copyOf(ROWS, 3));
        assertThatThrownBy(() -> measure("cat", "run"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining("token 4 is outside embeddings.word_embeddings.weight of shape [3, 2]");
    }

    @Test
    void noEmbeddingIsRefused() throws Exception {
        vocabulary(WORDS);
        weights("encoder.layer.0.attention.self.query.weight", ROWS);
        assertThatThrownBy(() -> measure("cat", "run"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("no input embedding: ");
    }

    @Test
    void emptyTextIsRefused() throws Exception {
        vocabulary(WORDS);
        weights("embeddings.word_embeddings.weight", ROWS);
        assertThatThrownBy(() -> measure("  ", "run"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the first text holds no token");
    }

    @Test
    void boundFollowsCorollaryOne() {
        // (1 − 0.1·0.01)^1000 = 0.999^1000; both terms by hand.
        double decay = Math.pow(0.999, 1000);
        MergeBound bound = MergeBound.of("all", "max", 0.3, 0.01, 0.1, 2);
        assertThat(bound.limit()).isEqualTo(30);
        assertThat(bound.bounds().get(1)).isCloseTo(2 * decay + 0.3 * (1 - decay) / 0.01, within(1e-10));
        assertThat(MergeBound.after(0, 0.01, 0.1, 2, 1e6)).isCloseTo(0, within(1e-12));
        // λ → 0 at fixed t: the second term tends to ε η t.
        assertThat(MergeBound.after(0.3, 1e-12, 0.1, 0, 100)).isCloseTo(0.3 * 0.1 * 100, within(1e-6));
    }

    @Test
    void savedResultReadsBackAndRendersTheSamePage() throws Exception {
        vocabulary(WORDS);
        weights("embeddings.word_embeddings.weight", ROWS);
        OverlapResult result = OverlapResult.of(
                new AnalysisResult.Tool("lowrank", "0", "17", "Linux", "plain", 1),
                List.of("lowrank", "overlap", "tiny", "cat run", "dog run"),
                "2026-01-01T00:00:00Z",
                new AnalysisResult.Model(
                        "tiny",
                        "",
                        new ArchitectureCard("bert", 1, 2, 0, 1, 12, DType.F32),
                        new AnalysisResult.Provenance("local path", "here", "safetensors", List.of()),
                        "",
                        Map.of()),
                measure("cat run", "dog run"),
                List.of(),
                null,
                List.of());
        ObjectMapper json = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        OverlapResult back = json.readValue(json.writeValueAsString(result), OverlapResult.class);
        Report page = OverlapReport.of(back, OverlapOutput.csv(back), null);
        assertThat(json.writeValueAsString(page))
                .isEqualTo(json.writeValueAsString(OverlapReport.of(result, OverlapOutput.csv(result), null)));
        assertThat(page.findings().get(0).findings())
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(page.sections())
                        .extracting(Report.Section::id)
                        .contains(finding.evidence()));
        String[] lines = OverlapOutput.csv(result).split("\r\n");
        assertThat(lines[0]).isEqualTo("model,revision,set,metric,parameter,value");
        assertThat(lines).contains("tiny,,distinct,uses,,1", "tiny,,all,uses,,4", "tiny,,distinct,share_above,0.1,0.0");
    }

    private TextOverlap measure(String a, String b) throws Exception {
        try (LocalFiles files = LocalFiles.of(model);
                CheckpointReader reader = new CheckpointReader(files)) {
            return new TextOverlapMeasurer(List.of(0.01, 0.1), 0.1, 1).measure("tiny", files, reader.read(), a, b);
        }
    }

    private List<String> tokens(String text) throws Exception {
        try (LocalFiles files = LocalFiles.of(model);
                TextTokenizer tokenizer = TextTokenizer.open(files)) {
            return tokenizer.tokens(List.of(text), false).get(0).stream()
                    .map(TextTokenizer.Token::text)
                    .collect(Collectors.toList());
        }
    }

    private void vocabulary(List<String> words) throws IOException {
        Files.writeString(model.resolve("vocab.txt"), String.join("\n", words) + "\n");
    }

    /** A safetensors file of one F32 matrix. */
    private void weights(String name, float[][] rows) throws IOException {
        List<Integer> shape = new ArrayList<>(List.of(rows.length, rows[0].length));
        int bytes = 4 * shape.get(0) * shape.get(1);
        byte[] header = ("{" + new ObjectMapper().writeValueAsString(name) + ":{\"dtype\":\"F32\",\"shape\":" + shape
                        + ",\"data_offsets\":[0," + bytes + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (float[] row : rows) {
            for (float value : row) {
                file.putFloat(value);
            }
        }
        Files.write(model.resolve("model.safetensors"), file.array());
    }
}
