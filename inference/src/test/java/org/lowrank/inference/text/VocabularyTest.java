package org.lowrank.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** Vocabularies of SentencePiece and GGUF: divisions worked out by hand. */
class VocabularyTest {
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;

    @TempDir
    Path directory;

    private final ByteArrayOutputStream model = new ByteArrayOutputStream();

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        varint(out, field << 3 | 2);
        varint(out, value.length);
        out.writeBytes(value);
    }

    /** A SentencePiece: text 1, score 2, type 3. */
    private void piece(String text, double score, int type) {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        bytes(piece, 1, text.getBytes(StandardCharsets.UTF_8));
        varint(piece, 2 << 3 | 5);
        piece.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat((float) score)
                .array());
        varint(piece, 3 << 3);
        varint(piece, type);
        bytes(model, 1, piece.toByteArray());
    }

    private void control() {
        piece("<unk>", 0, 2);
        piece("<s>", 0, 3);
        piece("</s>", 0, 3);
    }

    /** The trainer's kind of model, and what the normaliser does. */
    private void end(int kind, boolean blankFirst, boolean blanksOnce) {
        ByteArrayOutputStream trainer = new ByteArrayOutputStream();
        varint(trainer, 3 << 3);
        varint(trainer, kind);
        bytes(model, 2, trainer.toByteArray());
        ByteArrayOutputStream normaliser = new ByteArrayOutputStream();
        varint(normaliser, 3 << 3);
        varint(normaliser, blankFirst ? 1 : 0);
        varint(normaliser, 4 << 3);
        varint(normaliser, blanksOnce ? 1 : 0);
        bytes(model, 3, normaliser.toByteArray());
    }

    private List<Long> ids(String text) throws Exception {
        try (ModelFiles files = LocalFiles.of(directory);
                TextTokenizer tokenizer = TextTokenizer.open(files)) {
            return tokenizer.tokens(List.of(text), true).get(0).stream()
                    .map(TextTokenizer.Token::id)
                    .toList();
        }
    }

    /** ▁ a b ▁ b: "ab" has the highest score and is joined first, so that "▁ab" can be; "▁a" would have left "b" alone. */
    @Test
    void scoresDecideWhatIsJoinedFirst() throws Exception {
        control();
        piece("▁", -9, 1); // 3
        piece("a", -9, 1); // 4
        piece("b", -9, 1); // 5
        piece("▁a", -2, 1); // 6
        piece("ab", -1, 1); // 7
        piece("▁ab", -3, 1); // 8
        piece("<0x21>", 0, 6); // 9, of "!"
        end(BPE, true, false);
        Files.write(directory.resolve("tokenizer.model"), model.toByteArray());
        assertThat(ids("ab b!")).containsExactly(1L, 8L, 3L, 5L, 9L);
    }

    /** "▁ab" is −4; "▁a" and "b" together −3, which is likelier. Blanks at the ends go, and T5 wants its end after a text. */
    @Test
    void theLikeliestDivisionOfUnigrams() throws Exception {
        control();
        piece("▁a", -1, 1); // 3
        piece("b", -2, 1); // 4
        piece("▁", -3, 1); // 5
        piece("a", -3, 1); // 6
        piece("▁ab", -4, 1); // 7
        end(UNIGRAM, true, true);
        Files.write(directory.resolve("spiece.model"), model.toByteArray());
        Files.writeString(directory.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"T5Tokenizer\"}");
        assertThat(ids("  ab   a ")).containsExactly(3L, 4L, 3L, 2L);
    }

    @Test
    void aSentencePieceModelOfAnUnknownClassIsNamed() throws Exception {
        control();
        end(UNIGRAM, true, true);
        Files.write(directory.resolve("spiece.model"), model.toByteArray());
        Files.writeString(directory.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"OtherTokenizer\"}");
        assertThatThrownBy(() -> ids("a"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("spiece.model is a SentencePiece model, but which tokens a OtherTokenizer puts");
        Files.write(directory.resolve("spiece.model"), new byte[] {10, 5, 1});
        assertThatThrownBy(() -> ids("a")).isInstanceOf(MalformedWeightsException.class);
    }

    private Map<String, Object> gguf(String kind, List<String> tokens) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("tokenizer.ggml.model", kind);
        metadata.put("tokenizer.ggml.tokens", tokens);
        return metadata;
    }

    /** The vocabulary of the first test, in a GGUF. */
    @Test
    void aGgufBringsItsOwnScores() throws Exception {
        Map<String, Object> metadata = gguf("llama", List.of("<unk>", "<s>", "</s>", "▁", "a", "b", "▁a", "ab", "▁ab"));
        metadata.put("tokenizer.ggml.scores", List.of(0f, 0f, 0f, -9f, -9f, -9f, -2f, -1f, -3f));
        metadata.put("tokenizer.ggml.token_type", List.of(2, 3, 3, 1, 1, 1, 1, 1, 1));
        metadata.put("tokenizer.ggml.bos_token_id", 1);
        Files.write(directory.resolve("model.gguf"), GgufWriter.bytes(Map.of(), metadata));
        assertThat(ids("ab b")).containsExactly(1L, 8L, 3L, 5L);
        metadata.put("tokenizer.ggml.scores", List.of(0f));
        Files.write(directory.resolve("model.gguf"), GgufWriter.bytes(Map.of(), metadata));
        assertThatThrownBy(() -> ids("a")).hasMessageContaining("9 tokens, 1 scores, 9 types");
    }

    /** Ġ is the blank of byte-level BPE. */
    @Test
    void aGgufBringsItsOwnMerges() throws Exception {
        Map<String, Object> metadata = gguf("gpt2", List.of("a", "b", "Ġ", "ab", "Ġab"));
        metadata.put("tokenizer.ggml.merges", List.of("a b", "Ġ ab"));
        Files.write(directory.resolve("model.gguf"), GgufWriter.bytes(Map.of(), metadata));
        assertThat(ids("ab ab b")).containsExactly(3L, 4L, 2L, 1L);
        metadata.put("tokenizer.ggml.pre", "other");
        Files.write(directory.resolve("model.gguf"), GgufWriter.bytes(Map.of(), metadata));
        assertThatThrownBy(() -> ids("a")).hasMessageContaining("how it splits texts, other, is not described");
    }
}
