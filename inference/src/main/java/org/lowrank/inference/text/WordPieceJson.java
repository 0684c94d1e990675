package org.lowrank.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * A tokenizer.json of BERT's WordPiece, made from a vocab.txt.
 *
 * @param text of the tokenizer.json
 * @param lowerCase whether it lower-cases what it reads
 */
record WordPieceJson(String text, boolean lowerCase) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Of a vocabulary.
     *
     * @param name of its file, for messages
     * @param words one for each id
     * @param config tokenizer_config.json, or an empty object
     * @throws MalformedWeightsException if it has no word for what is unknown
     */
    static WordPieceJson of(String name, List<String> words, JsonNode config) throws MalformedWeightsException {
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
                added.add(SpecialTokens.special(words.get(id), id));
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
        json.set(
                "post_processor",
                SpecialTokens.around(words.indexOf("[CLS]"), "[CLS]", words.indexOf("[SEP]"), "[SEP]"));
        json.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = json.putObject("model");
        model.put("type", "WordPiece")
                .put("unk_token", unknown)
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100);
        model.set("vocab", vocabulary);
        return new WordPieceJson(json.toString(), lowerCase);
    }

    private static boolean special(String word) {
        return word.matches("\\[(PAD|UNK|CLS|SEP|MASK)]");
    }
}
