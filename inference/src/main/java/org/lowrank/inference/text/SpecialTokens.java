package org.lowrank.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Tokens of a tokenizer.json that are found before a text is divided, and those that stand around it. */
final class SpecialTokens {
    private static final ObjectMapper JSON = new ObjectMapper();

    private SpecialTokens() {}

    /** A token before and one after every text, where the vocabulary has both. */
    static JsonNode around(int firstId, String first, int lastId, String last) {
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

    /** A token that belongs to no text. */
    static ObjectNode special(String content, int id) {
        return added(content, id, true);
    }

    /** A token that is found before a text is divided. */
    static ObjectNode added(String content, int id, boolean special) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }
}
