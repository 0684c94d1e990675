package org.lowrank.inference.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
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

    /** GPT-2's pattern without the spaces, as CLIP's tokenizer splits. */
    private static final String CLIP_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

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
        String unknown =
                config.path("unk_token").isTextual() ? config.path("unk_token").asText() : "[UNK]";
        if (!words.contains(unknown)) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "unknown vocabulary: " + name + ": it has no " + unknown
                            + ", so is no WordPiece vocabulary; put the model's tokenizer.json beside the weights");
        }
        boolean capitals = words.stream()
                .filter(word -> !special(word))
                .anyMatch(word -> word.chars().anyMatch(Character::isUpperCase));
        boolean lowerCase = config.path("do_lower_case").asBoolean(!capitals);
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        ObjectNode vocabulary = JSON.createObjectNode();
        for (int id = 0; id < words.size(); id++) {
            vocabulary.put(words.get(id), id);
            if (special(words.get(id))) {
                added.add(specialToken(words.get(id), id));
            }
        }
        json.putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put(
                        "handle_chinese_chars",
                        config.path("tokenize_chinese_chars").asBoolean(true))
                .putNull("strip_accents")
                .put("lowercase", lowerCase);
        json.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        json.set("post_processor", around(words.indexOf("[CLS]"), "[CLS]", words.indexOf("[SEP]"), "[SEP]"));
        json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = json.putObject("model");
        model.put("type", "WordPiece")
                .put("unk_token", unknown)
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100);
        model.set("vocab", vocabulary);
        return new TokenizerFiles(json.toString(), name + " (WordPiece" + (lowerCase ? ", lower-cased)" : ")"));
    }

    private static int id(JsonNode vocabulary, String token) {
        return vocabulary.path(token).asInt(-1);
    }

    /** A token before and one after every text, where the vocabulary has both. */
    private static JsonNode around(int firstId, String first, int lastId, String last) {
        if (firstId < 0 || lastId < 0) {
            return JSON.nullNode();
        }
        ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", first).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        single.addObject().putObject("SpecialToken").put("id", last).put("type_id", 0);
        processor.set("pair", single.deepCopy());
        ((ArrayNode) processor.get("pair"))
                .addObject()
                .putObject("Sequence")
                .put("id", "B")
                .put("type_id", 0);
        ObjectNode tokens = processor.putObject("special_tokens");
        for (Map.Entry<String, Integer> token :
                Map.of(first, firstId, last, lastId).entrySet()) {
            ObjectNode described = tokens.putObject(token.getKey()).put("id", token.getKey());
            described.putArray("ids").add(token.getValue());
            described.putArray("tokens").add(token.getKey());
        }
        return processor;
    }

    private static boolean special(String word) {
        return word.matches("\\[(PAD|UNK|CLS|SEP|MASK)]");
    }

    private static ObjectNode specialToken(String content, int id) {
        return addedToken(content, id, true);
    }

    /** A token that is found before a text is divided. */
    static ObjectNode addedToken(String content, int id, boolean special) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }

    /** GPT-2's byte-level BPE, or CLIP's where words end in {@code </w>}. */
    private static TokenizerFiles byteLevel(ModelFiles files, String vocabularyName, String mergesName)
            throws IOException, ModelNotFoundException {
        JsonNode vocabulary = parse(vocabularyName, text(files, vocabularyName));
        if (!vocabulary.isObject() || vocabulary.isEmpty()) {
            throw new MalformedWeightsException("bad vocabulary: " + vocabularyName
                    + ": not an object of tokens and ids; download the model again");
        }
        boolean clip = vocabulary.has("a</w>");
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        vocabulary.properties().forEach(entry -> {
            if (entry.getKey().matches("<\\|.*\\|>|<s>|</s>|<pad>|<unk>|<mask>")) {
                added.add(specialToken(entry.getKey(), entry.getValue().asInt()));
            }
        });
        ObjectNode byteLevel = JSON.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", !clip);
        if (clip) {
            ArrayNode normalizers =
                    json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
            normalizers.addObject().put("type", "NFC");
            normalizers.addObject().put("type", "Lowercase");
            ArrayNode steps =
                    json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
            steps.addObject()
                    .put("type", "Split")
                    .put("behavior", "Removed")
                    .put("invert", true)
                    .set("pattern", JSON.createObjectNode().put("Regex", CLIP_PATTERN));
            steps.add(byteLevel);
        } else {
            json.putNull("normalizer").set("pre_tokenizer", byteLevel);
        }
        json.set("post_processor", around(id(vocabulary, "<s>"), "<s>", id(vocabulary, "</s>"), "</s>"));
        json.set("decoder", byteLevel);
        ObjectNode model = json.putObject("model");
        model.put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .put("end_of_word_suffix", clip ? "</w>" : null)
                .put("fuse_unk", false);
        model.set("vocab", vocabulary);
        ArrayNode merges = model.putArray("merges");
        text(files, mergesName)
                .lines()
                .filter(line -> !line.startsWith("#version") && !line.isBlank())
                .forEach(merges::add);
        return new TokenizerFiles(json.toString(), vocabularyName + " and " + mergesName + " (byte-level BPE)");
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
