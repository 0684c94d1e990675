package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** Two texts through the command: tokenizer, embedding, numbers, files, and what goes wrong in one line. */
class OverlapCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> WORDS = List.of("[PAD]", "[UNK]", "cat", "dog", "##s", "run", "the", "law");
    private static final String EMBEDDING = "bert.embeddings.word_embeddings.weight";

    @TempDir
    Path directory;

    private final Map<String, float[][]> tensors = TinyCheckpoint.bert();
    private Path model = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void checkpoint() throws IOException {
        model = TinyCheckpoint.write(directory.resolve("tiny-bert"), tensors);
        out = directory.resolve("results");
    }

    private Run overlap(String a, String b) {
        return Run.of("overlap", model.toString(), a, b, "--out", out.toString());
    }

    private void vocabulary() throws IOException {
        Files.writeString(model.resolve("vocab.txt"), String.join("\n", WORDS) + "\n");
    }

    /** As BertTokenizerFast saves it. */
    private void tokenizer() throws IOException {
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        json.putNull("truncation").putNull("padding").putArray("added_tokens");
        json.putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .put("lowercase", true)
                .putNull("strip_accents");
        json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        json.putNull("post_processor")
                .putObject("decoder")
                .put("type", "WordPiece")
                .put("prefix", "##")
                .put("cleanup", true);
        ObjectNode words = json.putObject("model")
                .put("type", "WordPiece")
                .put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100)
                .putObject("vocab");
        for (int id = 0; id < WORDS.size(); id++) {
            words.put(WORDS.get(id), id);
        }
        Files.writeString(model.resolve("tokenizer.json"), json.toString());
    }

    /** ⟨x, x'⟩ of two tokens' unit-normed rows, straight from the table. */
    private double cosine(String a, String b) {
        float[][] rows = Objects.requireNonNull(tensors.get(EMBEDDING));
        float[] x = rows[WORDS.indexOf(a)];
        float[] y = rows[WORDS.indexOf(b)];
        double product = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            product += (double) x[i] * y[i];
            xx += (double) x[i] * x[i];
            yy += (double) y[i] * y[i];
        }
        return product / Math.sqrt(xx * yy);
    }

    private void agrees(Run run) throws IOException {
        assertThat(run.err())
                .isEqualTo(
                        "lowrank: warning: tiny-bert: only the embedding was measured: a text of 2 tokens is too short to "
                                + "run, at least 4 are needed" + System.lineSeparator());
        assertThat(run.exitCode()).isZero();
        assertThat(run.outLines())
                .endsWith(
                        out.resolve("overlap.csv").toString(),
                        out.resolve("result.json").toString(),
                        out.resolve("report.html").toString());
        // "Cats run": cat, ##s, run. "the LAW": the, law.
        double sum = 0;
        double largest = 0;
        for (String a : List.of("cat", "##s", "run")) {
            for (String b : List.of("the", "law")) {
                sum += cosine(a, b);
                largest = Math.max(largest, Math.abs(cosine(a, b)));
            }
        }
        assertThat(value("distinct,mean,")).isCloseTo(sum / 6, within(1e-7));
        assertThat(value("distinct,epsilon,")).isCloseTo(largest, within(1e-7));
        assertThat(value("distinct,uses,")).isEqualTo(6);
        JsonNode result = ResultJson.read(out.resolve("result.json"));
        assertThat(result.path("kind").asText()).isEqualTo("overlap");
        assertThat(Files.readString(out.resolve("report.html"))).contains("tiny-bert", "Content-Security-Policy");
    }

    private double value(String metric) throws IOException {
        return Files.readString(out.resolve("overlap.csv"))
                .lines()
                .filter(line -> line.startsWith("tiny-bert,," + metric))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tokenizerJsonGivesTheInnerProductsOfTheEmbedding() throws IOException {
        tokenizer();
        agrees(overlap("Cats run", "the LAW"));
    }

    @Test
    void vocabTxtAloneGivesTheSame() throws IOException {
        vocabulary();
        agrees(overlap("Cats run", "the LAW"));
    }

    @Test
    void textsMayBeFiles() throws IOException {
        vocabulary();
        Path a = Files.writeString(directory.resolve("a.txt"), "Cats\nrun");
        Path b = Files.writeString(directory.resolve("b.txt"), "the LAW");
        agrees(overlap(a.toString(), b.toString()));
    }

    private void fails(Run run, int exitCode, String start) {
        assertThat(run.errLines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("lowrank: " + start);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        assertThat(out.resolve("overlap.csv")).doesNotExist();
    }

    @Test
    void missingTokenizerIsNotFound() {
        fails(
                overlap("cats", "law"),
                3,
                "no tokenizer: tiny-bert: there is no tokenizer.json, vocab.txt, vocab.json with merges.txt, or SentencePiece"
                        + " model; put the tokenizer.json of the model ");
    }

    @Test
    void brokenSentencePieceModelIsMalformed() throws IOException {
        Files.writeString(model.resolve("spiece.model"), "x");
        fails(overlap("cats", "law"), 4, "malformed data: spiece.model: a message that ends too early at byte 1");
    }

    @Test
    void brokenTokenizerIsMalformed() throws IOException {
        Files.writeString(model.resolve("tokenizer.json"), "{\"model\": ");
        fails(overlap("cats", "law"), 4, "bad tokenizer: tiny-bert: tokenizer.json: ");
    }

    @Test
    void tokenBeyondTheEmbeddingIsMalformed() throws IOException {
        vocabulary();
        tensors.put(EMBEDDING, TinyCheckpoint.gaussian(4, 24, new java.util.Random(1)));
        TinyCheckpoint.write(model, tensors);
        fails(overlap("cats", "law"), 4, "no input embedding: model.safetensors: token 7 is outside " + EMBEDDING);
    }

    @Test
    void textsThatAreNoneAreWrongUsage() throws IOException {
        vocabulary();
        fails(overlap(" ", "law"), 2, "no tokens: ");
        fails(overlap("cats", "missing.txt"), 2, "no such file: missing.txt; give a text file, - or the text itself");
        fails(Run.of("overlap", model.toString(), "cats"), 2, "wrong usage: ");
    }

    @Test
    void missingModelIsNotFound() {
        Run run = Run.of("overlap", directory.resolve("none/here").toString(), "cats", "law", "--out", out.toString());
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.errLines()).as(run.err()).hasSize(1);
    }
}
