package org.lowrank.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A tokenizer.json of byte-level BPE, made from a vocab.json and a merges.txt. */
final class ByteLevelJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** GPT-2's pattern without the spaces, as CLIP's tokenizer splits. */
    private static final String CLIP_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private ByteLevelJson() {}

    /**
     * GPT-2's, or CLIP's where words end in {@code </w>}.
     *
     * @param vocabulary tokens and their ids
     * @param mergesText the lines of merges.txt
     */
    static String text(JsonNode vocabulary, String mergesText) {
        boolean clip = vocabulary.has("a</w>");
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        vocabulary.properties().forEach(entry -> {
            if (entry.getKey().matches("<\\|.*\\|>|<s>|</s>|<pad>|<unk>|<mask>")) {
                added.add(SpecialTokens.special(entry.getKey(), entry.getValue().asInt()));
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
        json.set("post_processor", SpecialTokens.around(id(vocabulary, "<s>"), "<s>", id(vocabulary, "</s>"), "</s>"));
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
        mergesText
                .lines()
                .filter(line -> !line.startsWith("#version") && !line.isBlank())
                .forEach(merges::add);
        return json.toString();
    }

    private static int id(JsonNode vocabulary, String token) {
        return vocabulary.path(token).asInt(-1);
    }
}
