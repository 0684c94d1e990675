package org.lowrank.inference.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.format.Vocabulary;

/**
 * A model's tokenizer as the text of a tokenizer.json: the file itself, or one made from vocab.txt (WordPiece) or from
 * vocab.json and merges.txt (byte-level BPE) where only those exist.
 *
 * @param json text of a tokenizer.json
 * @param description which files it came from
 */
public record TokenizerFiles(String json, String description) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 20;
    private static final long LARGEST = 256L << 20;

    /** Finds them. */
    public static TokenizerFiles of(ModelFiles files) throws IOException, ModelNotFoundException {
        List<String> names =
                files.list().stream().map(ModelFiles.FileEntry::name).toList();
        Optional<String> tokenizer = named(names, "tokenizer.json");
        if (tokenizer.isPresent()) {
            return new TokenizerFiles(text(files, tokenizer.get()), tokenizer.get());
        }
        Optional<String> gguf =
                names.stream().filter(name -> name.endsWith(".gguf")).min(Comparator.naturalOrder());
        Optional<TokenizerFiles> own = gguf.isPresent() ? ofGguf(files, gguf.get()) : Optional.empty();
        if (own.isPresent()) {
            return own.get();
        }
        Optional<String> words = named(names, "vocab.txt");
        if (words.isPresent()) {
            return wordPiece(files, names, words.get());
        }
        Optional<String> vocabulary = named(names, "vocab.json");
        Optional<String> merges = named(names, "merges.txt");
        if (vocabulary.isPresent() && merges.isPresent()) {
            return byteLevel(files, vocabulary.get(), merges.get());
        }
        Optional<String> pieces = named(names, "tokenizer.model")
                .or(() -> named(names, "spiece.model"))
                .or(() -> named(names, "sentencepiece.bpe.model"));
        if (pieces.isPresent()) {
            return sentencePiece(files, names, pieces.get());
        }
        throw new ModelNotFoundException("no tokenizer: " + files.provenance().model()
                + ": there is no tokenizer.json, vocab.txt, vocab.json with merges.txt, or SentencePiece model"
                + "; put the tokenizer.json of the model (AutoTokenizer.from_pretrained(...).save_pretrained(DIR) writes it)"
                + " beside the weights");
    }

    private static Optional<TokenizerFiles> ofGguf(ModelFiles files, String name)
            throws IOException, ModelNotFoundException {
        try (ByteSource source = files.open(name)) {
            Optional<Vocabulary> vocabulary = Vocabulary.gguf(source);
            return vocabulary.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new TokenizerFiles(
                            new VocabularyJson(vocabulary.get(), name).text(), name + " (its own vocabulary)"));
        }
    }

    /** The pieces are the model's; which ids it wants around a text only tokenizer_config.json and its class tell. */
    private static TokenizerFiles sentencePiece(ModelFiles files, List<String> names, String name)
            throws IOException, ModelNotFoundException {
        Optional<String> configName = named(names, "tokenizer_config.json");
        JsonNode config = configName.isPresent()
                ? parse(configName.get(), text(files, configName.get()))
                : JSON.createObjectNode();
        try (ByteSource source = files.open(name)) {
            Vocabulary vocabulary = Vocabulary.sentencePiece(source);
            Vocabulary.Around around = vocabulary.around();
            String kind = config.path("tokenizer_class").asText("").replaceFirst("Fast$", "");
            boolean likeLlama = kind.isEmpty() && (name.equals("tokenizer.model") || name.endsWith("/tokenizer.model"));
            Vocabulary.Around own;
            if (likeLlama || kind.equals("LlamaTokenizer") || kind.equals("GemmaTokenizer")) {
                own = new Vocabulary.Around(
                        config.path("add_bos_token").asBoolean(true) ? around.first() : -1,
                        config.path("add_eos_token").asBoolean(false) ? around.last() : -1,
                        true);
            } else if (kind.equals("T5Tokenizer") || kind.equals("MT5Tokenizer")) {
                own = new Vocabulary.Around(-1, around.last(), true);
            } else {
                throw new ModelNotFoundException(
                        "no tokenizer: " + files.provenance().model() + ": " + name
                                + " is a SentencePiece model, but which tokens a "
                                + (kind.isEmpty() ? "model without tokenizer_config.json" : kind)
                                + " puts around a text is not described; put the tokenizer.json of the model beside the weights");
            }
            return new TokenizerFiles(new VocabularyJson(vocabulary.with(own), name).text(), name + " (SentencePiece)");
        }
    }

    /** The file of that name, or one whose name ends in it, the nearest to the root first. */
    private static Optional<String> named(List<String> names, String wanted) {
        return names.stream()
                .filter(name -> name.equals(wanted)
                        || name.endsWith("/" + wanted)
                        || name.endsWith("-" + wanted)
                        || name.endsWith("_" + wanted))
                .min(Comparator.comparing((String name) -> !name.equals(wanted))
                        .thenComparing(String::length)
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** BERT's WordPiece: lower-cased where tokenizer_config.json says so, else where no word has a capital letter. */
    private static TokenizerFiles wordPiece(ModelFiles files, List<String> names, String name)
            throws IOException, ModelNotFoundException {
        List<String> words = new ArrayList<>(text(files, name).lines().toList());
        JsonNode config = JSON.createObjectNode();
        Optional<String> configName = named(names, "tokenizer_config.json");
        if (configName.isPresent()) {
            config = parse(configName.get(), text(files, configName.get()));
        }
        WordPieceJson json = WordPieceJson.of(name, words, config);
        return new TokenizerFiles(json.text(), name + " (WordPiece" + (json.lowerCase() ? ", lower-cased)" : ")"));
    }

    /** GPT-2's byte-level BPE, or CLIP's where words end in {@code </w>}. */
    private static TokenizerFiles byteLevel(ModelFiles files, String vocabularyName, String mergesName)
            throws IOException, ModelNotFoundException {
        JsonNode vocabulary = parse(vocabularyName, text(files, vocabularyName));
        if (!vocabulary.isObject() || vocabulary.isEmpty()) {
            throw new MalformedWeightsException("bad vocabulary: " + vocabularyName
                    + ": not an object of tokens and ids; download the model again");
        }
        return new TokenizerFiles(
                ByteLevelJson.text(vocabulary, text(files, mergesName)),
                vocabularyName + " and " + mergesName + " (byte-level BPE)");
    }

    private static JsonNode parse(String name, String text) throws MalformedWeightsException {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new MalformedWeightsException(
                    "bad JSON: " + name + ": " + e.getOriginalMessage() + "; download the model again", e);
        }
    }

    private static String text(ModelFiles files, String name) throws IOException, ModelNotFoundException {
        try (ByteSource source = files.open(name)) {
            if (source.size() > LARGEST) {
                throw new MalformedWeightsException("file too large: " + name + ": " + source.size()
                        + " bytes is no tokenizer; look for the right file");
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (long at = 0; at < source.size(); at += CHUNK) {
                int length = (int) Math.min(CHUNK, source.size() - at);
                byte[] chunk = new byte[length];
                try (ByteSource.Region region = source.read(at, length)) {
                    region.bytes().get(chunk);
                }
                bytes.writeBytes(chunk);
            }
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
