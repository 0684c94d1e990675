package org.lowrank.weights.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * The JSON files of a model, as Python writes and reads them: NaN and infinities, a byte order mark, but no comments and
 * nothing behind the value. They are small; a large one is refused before it is read.
 */
final class ModelJson {
    /** The largest config.json seen, with labels of 21,000 classes, has 1.6 MB. */
    private static final int LARGEST_CONFIG = 16 << 20;
    /** A million tensors. */
    private static final int LARGEST_INDEX = 128 << 20;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final JsonFactory STREAMS = new JsonFactory();

    private ModelJson() {}

    /** The settings of a model. */
    static JsonNode config(ModelFiles files, String name) throws IOException, ModelNotFoundException {
        String text = text(files, name, LARGEST_CONFIG, "no file of settings is as large");
        try {
            JsonNode node = JSON.readTree(text);
            return node == null ? JSON.createObjectNode() : node;
        } catch (JsonProcessingException e) {
            throw bad(name, text, e, "mend or remove it");
        }
    }

    /** The weight_map of an index of shards: which file holds which tensor, in the index's order. */
    static Map<String, String> weightMap(ModelFiles files, String name) throws IOException, ModelNotFoundException {
        String text = text(files, name, LARGEST_INDEX, "no index of shards is as large");
        Map<String, String> map = new LinkedHashMap<>();
        try (JsonParser json = STREAMS.createParser(text)) {
            boolean object = json.nextToken() == JsonToken.START_OBJECT;
            while (object && json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.currentName().equals("weight_map");
                if (json.nextToken() == JsonToken.START_OBJECT && wanted) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String tensor = json.currentName();
                        json.nextToken();
                        map.put(tensor, json.getValueAsString(""));
                        json.skipChildren();
                    }
                } else {
                    json.skipChildren();
                }
            }
            if (object && json.nextToken() != null) {
                throw new MalformedWeightsException(
                        "bad JSON: " + name + ": something follows its end; fetch or write the index again");
            }
        } catch (JsonProcessingException e) {
            throw bad(name, text, e, "fetch or write the index again");
        }
        if (map.isEmpty()) {
            throw new MalformedWeightsException(
                    "bad shard index: " + name + ": it has no weight_map; fetch or write the index again");
        }
        return map;
    }

    private static String text(ModelFiles files, String name, int largest, String why)
            throws IOException, ModelNotFoundException {
        for (ModelFiles.FileEntry entry : files.list()) {
            if (entry.name().equals(name)) {
                checkSize(name, entry.size(), largest, why); // before it is downloaded
            }
        }
        try (ByteSource source = files.open(name)) {
            checkSize(name, source.size(), largest, why);
            try (ByteSource.Region region = source.read(0, (int) source.size())) {
                String text = StandardCharsets.UTF_8.decode(region.bytes()).toString();
                return text.startsWith("\ufeff") ? text.substring(1) : text;
            }
        }
    }

    private static void checkSize(String name, long size, int largest, String why) throws MalformedWeightsException {
        if (size > largest) {
            throw new MalformedWeightsException("bad JSON: " + name + ": " + size + " bytes, more than the " + largest
                    + " that are read, and " + why + "; mend or remove it");
        }
    }

    /** In our own words: the parser's name settings of its own. */
    private static MalformedWeightsException bad(String name, String text, JsonProcessingException e, String whatToDo)
            throws MalformedWeightsException {
        Unreadable.refuseText(
                name, text.substring(0, Math.min(text.length(), 200)).getBytes(StandardCharsets.UTF_8));
        JsonLocation location = e.getLocation();
        long at = location == null ? -1 : location.getCharOffset();
        String place =
                location == null ? "" : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
        return new MalformedWeightsException(
                "bad JSON: " + name + ": " + place + reason(text, at, e) + "; " + whatToDo, e);
    }

    private static String reason(String text, long at, JsonProcessingException e) {
        if (e instanceof JsonEOFException || text.isBlank()) {
            return "it ends in the middle";
        }
        // The parser stands at the character it did not expect, or behind it.
        String around = at < 0 ? "" : text.substring((int) Math.max(0, at - 1), (int) Math.min(text.length(), at + 1));
        for (Map.Entry<String, String> sign : SIGNS.entrySet()) {
            if (around.contains(sign.getKey())) {
                return sign.getValue();
            }
        }
        if (String.valueOf(e.getOriginalMessage()).startsWith("Trailing token")) {
            return "something follows its end";
        }
        if (e instanceof com.fasterxml.jackson.core.exc.StreamConstraintsException) {
            return "it is nested too deeply, or has a number or text that is too long";
        }
        return "it breaks the rules of JSON";
    }

    private static final Map<String, String> SIGNS = new LinkedHashMap<>(Map.of());

    static {
        SIGNS.put("/", "it has a comment, which JSON does not allow");
        SIGNS.put("#", "it has a comment, which JSON does not allow");
        SIGNS.put("'", "it has text in single quotes, which JSON does not allow");
        SIGNS.put("]", "it has a comma too many, or a bracket where a value belongs");
        SIGNS.put("}", "it has a comma too many, or a brace where a value belongs");
    }
}
