package org.lowrank.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.format.Vocabulary;
import org.lowrank.weights.format.Vocabulary.Kind;
import org.lowrank.weights.format.Vocabulary.Piece;
import org.lowrank.weights.format.Vocabulary.Type;

/** A SentencePiece or GGUF vocabulary as the text of a tokenizer.json. */
final class VocabularyJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How texts are split before their bytes are joined, by GGUF's names. */
    private static final Map<String, String> SPLITTINGS = Map.of(
            "llama-bpe",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
                    + "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "qwen2",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
                    + "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

    private final Vocabulary vocabulary;
    private final String name;

    VocabularyJson(Vocabulary vocabulary, String name) {
        this.vocabulary = vocabulary;
        this.name = name;
    }

    /**
     * The text.
     *
     * @throws MalformedWeightsException if the vocabulary is of another kind, or has an id that it does not have
     */
    String text() throws MalformedWeightsException {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", "1.0").putNull("truncation").putNull("padding");
        json.set("added_tokens", added());
        if (vocabulary.kind() == Kind.BYTE_BPE) {
            byteLevel(json);
        } else {
            json.set("normalizer", normalizer());
            json.putNull("pre_tokenizer");
        }
        json.set("post_processor", around());
        json.putNull("decoder");
        json.set(
                "model",
                switch (vocabulary.kind()) {
                    case UNIGRAM -> unigram();
                    case SCORED_BPE -> bpe(scoredMerges());
                    case BYTE_BPE -> bpe(JSON.valueToTree(vocabulary.merges()));
                    case OTHER ->
                        throw new MalformedWeightsException("unknown vocabulary: " + name
                                + ": it is neither unigram nor BPE; put the model's tokenizer.json beside it");
                });
        return json.toString();
    }

    private ArrayNode added() {
        ArrayNode added = JSON.createArrayNode();
        for (int id = 0; id < vocabulary.pieces().size(); id++) {
            Piece piece = vocabulary.pieces().get(id);
            boolean own = piece.type() == Type.USER_DEFINED;
            if (own || piece.type() == Type.CONTROL || piece.type() == Type.UNKNOWN) {
                added.add(SpecialTokens.added(piece.text(), id, !own));
            }
        }
        return added;
    }

    private ObjectNode normalizer() {
        ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("normalizers");
        Vocabulary.Normalised normalised = vocabulary.normalised();
        if (normalised.map().length > 0) {
            steps.addObject()
                    .put("type", "Precompiled")
                    .put("precompiled_charsmap", Base64.getEncoder().encodeToString(normalised.map()));
        }
        if (normalised.blanksOnce()) {
            steps.addObject().put("type", "Strip").put("strip_left", true).put("strip_right", true);
            replace(steps, "Regex", " {2,}", " ");
        }
        if (normalised.blankFirst()) {
            steps.addObject().put("type", "Prepend").put("prepend", "▁");
        }
        replace(steps, "String", " ", "▁");
        return sequence;
    }

    private static void replace(ArrayNode steps, String kind, String pattern, String content) {
        steps.addObject()
                .put("type", "Replace")
                .put("content", content)
                .putObject("pattern")
                .put(kind, pattern);
    }

    private void byteLevel(ObjectNode json) throws MalformedWeightsException {
        json.putNull("normalizer");
        ObjectNode bytes = JSON.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true);
        String splitting = vocabulary.splitting();
        if (splitting.equals("default") || splitting.equals("gpt-2")) {
            json.set("pre_tokenizer", bytes.put("use_regex", true));
            return;
        }
        String pattern = SPLITTINGS.get(splitting);
        if (pattern == null) {
            throw new MalformedWeightsException("unknown vocabulary: " + name + ": how it splits texts, " + splitting
                    + ", is not described; put the model's tokenizer.json beside it");
        }
        ObjectNode sequence = json.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        steps.addObject()
                .put("type", "Split")
                .put("behavior", "Isolated")
                .put("invert", false)
                .putObject("pattern")
                .put("Regex", pattern);
        steps.add(bytes.put("use_regex", false));
    }

    private JsonNode around() throws MalformedWeightsException {
        int first = vocabulary.around().first();
        int last = vocabulary.around().last();
        int count = vocabulary.pieces().size();
        if (first >= count || last >= count) {
            throw new MalformedWeightsException("bad vocabulary: " + name + ": the special tokens " + first + " and "
                    + last + " of " + count + "; convert it again");
        }
        if (first < 0 && last < 0) {
            return JSON.nullNode();
        }
        ObjectNode processor = JSON.createObjectNode().put("type", "TemplateProcessing");
        ArrayNode single = processor.putArray("single");
        ObjectNode tokens = JSON.createObjectNode();
        special(first, single, tokens);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        special(last, single, tokens);
        ArrayNode pair = single.deepCopy();
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        processor.set("pair", pair);
        processor.set("special_tokens", tokens);
        return processor;
    }

    private void special(int id, ArrayNode template, ObjectNode tokens) {
        if (id < 0) {
            return;
        }
        String text = vocabulary.pieces().get(id).text();
        template.addObject().putObject("SpecialToken").put("id", text).put("type_id", 0);
        ObjectNode described = tokens.putObject(text).put("id", text);
        described.putArray("ids").add(id);
        described.putArray("tokens").add(text);
    }

    private ObjectNode unigram() {
        ObjectNode model = JSON.createObjectNode().put("type", "Unigram");
        int unknown = unknown();
        if (unknown < 0) {
            model.putNull("unk_id");
        } else {
            model.put("unk_id", unknown);
        }
        ArrayNode vocab = model.putArray("vocab");
        vocabulary.pieces().forEach(piece -> vocab.addArray().add(piece.text()).add(piece.score()));
        return model.put("byte_fallback", bytes());
    }

    private int unknown() {
        for (int id = 0; id < vocabulary.pieces().size(); id++) {
            if (vocabulary.pieces().get(id).type() == Type.UNKNOWN) {
                return id;
            }
        }
        return -1;
    }

    private boolean bytes() {
        return vocabulary.pieces().stream().anyMatch(piece -> piece.type() == Type.BYTE);
    }

    private ObjectNode bpe(ArrayNode merges) {
        ObjectNode model = JSON.createObjectNode().put("type", "BPE");
        int unknown = unknown();
        model.putNull("dropout")
                .put(
                        "unk_token",
                        unknown < 0 || vocabulary.kind() == Kind.BYTE_BPE
                                ? null
                                : vocabulary.pieces().get(unknown).text())
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", true)
                .put("byte_fallback", bytes())
                .put("ignore_merges", vocabulary.splitting().equals("llama-bpe"));
        ObjectNode vocab = model.putObject("vocab");
        for (int id = 0; id < vocabulary.pieces().size(); id++) {
            vocab.put(vocabulary.pieces().get(id).text(), id);
        }
        model.set("merges", merges);
        return model;
    }

    private record Merge(String left, String right, float score) {}

    /**
     * SentencePiece joins the neighbours whose joined piece has the highest score. As a list of merges: every way to divide a
     * piece into two pieces, the highest score first.
     */
    private ArrayNode scoredMerges() {
        Map<String, Float> scores = new HashMap<>();
        for (Piece piece : vocabulary.pieces()) {
            if (piece.type() == Type.NORMAL || piece.type() == Type.USER_DEFINED) {
                scores.put(piece.text(), piece.score());
            }
        }
        List<Merge> merges = new ArrayList<>();
        for (Piece piece : vocabulary.pieces()) {
            if (piece.type() != Type.NORMAL) {
                continue;
            }
            String text = piece.text();
            for (int at = text.offsetByCodePoints(0, Math.min(1, text.length()));
                    at < text.length();
                    at = text.offsetByCodePoints(at, 1)) {
                String left = text.substring(0, at);
                String right = text.substring(at);
                if (scores.containsKey(left) && scores.containsKey(right)) {
                    merges.add(new Merge(left, right, piece.score()));
                }
            }
        }
        merges.sort(Comparator.comparingDouble((Merge merge) -> -merge.score())
                .thenComparing(merge -> -merge.left().length())
                .thenComparing(merge -> -merge.right().length()));
        ArrayNode list = JSON.createArrayNode();
        merges.forEach(merge -> list.addArray().add(merge.left()).add(merge.right()));
        return list;
    }
}
