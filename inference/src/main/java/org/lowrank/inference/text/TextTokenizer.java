package org.lowrank.inference.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * The model's own tokenizer. Whole texts are tokenised: no truncation, no padding. The native tokenizer ends its process on
 * some files and never ends on others, so it runs in one of its own, which may do so.
 */
public final class TextTokenizer implements AutoCloseable {
    private final Path file;
    private final String model;
    private final String description;

    private TextTokenizer(Path file, String model, String description) {
        this.file = file;
        this.model = model;
        this.description = description;
    }

    /**
     * A text to tokenise.
     *
     * @param special whether the tokens that the model wants around a text are added
     */
    public record Request(String text, boolean special) {}

    /** A token of a text. */
    public record Token(long id, String text) {}

    /**
     * Finds the tokenizer among a model's files.
     *
     * @throws ModelNotFoundException if there is none
     * @throws MalformedWeightsException if its files are malformed
     */
    public static TextTokenizer open(ModelFiles files) throws IOException, ModelNotFoundException {
        TokenizerFiles found = TokenizerFiles.of(files);
        Path file = Files.createTempFile("lowrank-tokenizer", ".json");
        try {
            Files.writeString(file, found.json());
            return new TextTokenizer(file, files.provenance().model(), found.description());
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /**
     * The tokens of each text in order.
     *
     * @param special whether the tokens that the model wants around a text are added
     * @throws MalformedWeightsException if the tokenizer fails, dies, or uses more time or memory than any should
     */
    public List<List<Token>> tokens(List<String> texts, boolean special) throws IOException, InterruptedException {
        return tokens(texts.stream().map(text -> new Request(text, special)).toList());
    }

    /** The same, of each text as it asks for. */
    public List<List<Token>> tokens(List<Request> texts) throws IOException, InterruptedException {
        return new TokenizerProcess(file, model, description).tokens(texts);
    }

    /** Which files it came from. */
    public String description() {
        return description;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
