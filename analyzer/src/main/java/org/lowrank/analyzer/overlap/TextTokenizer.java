package org.lowrank.analyzer.overlap;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** The model's own tokenizer. Whole texts are tokenised: no truncation, no padding, no added special tokens. */
public final class TextTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;
    private final String description;

    private TextTokenizer(HuggingFaceTokenizer tokenizer, String description) {
        this.tokenizer = tokenizer;
        this.description = description;
    }

    /** A token of a text. */
    public record Token(long id, String text) {}

    /**
     * Opens the tokenizer among a model's files.
     *
     * @throws ModelNotFoundException if there is none
     * @throws MalformedWeightsException if its files are malformed
     */
    public static TextTokenizer open(ModelFiles files) throws IOException, ModelNotFoundException {
        // DJL asks the network for permission to count users, and for updates, unless told not to.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        TokenizerFiles found = TokenizerFiles.of(files);
        Path file = Files.createTempFile("lowrank-tokenizer", ".json");
        try {
            Files.writeString(file, found.json());
            Map<String, String> options =
                    Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");
            return new TextTokenizer(HuggingFaceTokenizer.newInstance(file, options), found.description());
        } catch (RuntimeException e) {
            throw new MalformedWeightsException(
                    "bad tokenizer: " + files.provenance().model() + ": " + found.description() + ": " + firstLine(e)
                            + "; download the model again, or save its tokenizer.json with a newer version",
                    e);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The tokens in order. */
    public List<Token> tokens(String text) {
        Encoding encoding = tokenizer.encode(text, false, false);
        long[] ids = encoding.getIds();
        String[] tokens = encoding.getTokens();
        List<Token> result = new ArrayList<>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            result.add(new Token(ids[i], tokens[i]));
        }
        return result;
    }

    /** Which files it came from. */
    public String description() {
        return description;
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static String firstLine(RuntimeException e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
