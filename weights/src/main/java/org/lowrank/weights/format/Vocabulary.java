package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The pieces of a tokenizer as a SentencePiece model or a GGUF file keeps them.
 *
 * @param kind how a text is divided into them
 * @param pieces by their ids
 * @param merges pairs in the order they are joined, a blank between; of {@link Kind#BYTE_BPE} only
 * @param splitting a name for how texts are split beforehand, of {@link Kind#BYTE_BPE} only
 * @param normalised what happens to a text first
 * @param around tokens that the model wants around a text
 */
public record Vocabulary(
        Kind kind, List<Piece> pieces, List<String> merges, String splitting, Normalised normalised, Around around) {
    private static final int LARGEST_PIECE = 1 << 16;
    private static final int LARGEST_MAP = 1 << 24;

    /** How a text is divided. */
    public enum Kind {
        /** The likeliest division, scores being log probabilities (Kudo 2018). */
        UNIGRAM,
        /** Neighbours are joined to the piece of the highest score (SentencePiece's BPE). */
        SCORED_BPE,
        /** Bytes are joined in the order of the merges (GPT-2's BPE). */
        BYTE_BPE,
        /** Another. */
        OTHER
    }

    /** What a piece is, in SentencePiece's numbers from 1 on. */
    public enum Type {
        /** Text. */
        NORMAL,
        /** Stands for what no piece covers. */
        UNKNOWN,
        /** Has no text. */
        CONTROL,
        /** Text that is never divided. */
        USER_DEFINED,
        /** Not used. */
        UNUSED,
        /** A byte, {@code <0x41>}. */
        BYTE
    }

    /** A piece. */
    public record Piece(String text, float score, Type type) {}

    /**
     * Before dividing.
     *
     * @param map SentencePiece's compiled map of characters, empty for none
     * @param blankFirst a blank is put before the text
     * @param blanksOnce blanks at the ends go, and of several one stays
     */
    public record Normalised(byte[] map, boolean blankFirst, boolean blanksOnce) {}

    /**
     * Ids around a text, −1 for none.
     *
     * @param first before it
     * @param last after it
     * @param told whether the file says so; a SentencePiece model does not
     */
    public record Around(int first, int last, boolean told) {}

    /** The same with other tokens around a text. */
    public Vocabulary with(Around other) {
        return new Vocabulary(kind, pieces, merges, splitting, normalised, other);
    }

    /**
     * Reads a SentencePiece model (sentencepiece_model.proto).
     *
     * @throws MalformedWeightsException if it is none
     */
    public static Vocabulary sentencePiece(ByteSource source) throws IOException {
        Wire model = new Wire(source, 0, source.size());
        List<Piece> pieces = new ArrayList<>();
        int type = 1;
        Normalised normalised = new Normalised(new byte[0], true, true);
        int first = 1;
        int last = 2;
        while (model.next()) {
            switch (model.field()) {
                case 1 -> pieces.add(piece(model.message()));
                case 2 -> {
                    Wire trainer = model.message();
                    while (trainer.next()) {
                        switch (trainer.field()) {
                            case 3 -> type = (int) trainer.number();
                            case 41 -> first = (int) trainer.number();
                            case 42 -> last = (int) trainer.number();
                            default -> trainer.skip();
                        }
                    }
                }
                case 3 -> normalised = normalised(model.message());
                default -> model.skip();
            }
        }
        if (pieces.isEmpty()) {
            throw new MalformedWeightsException("bad vocabulary: " + source.name()
                    + ": it has no pieces, so is no SentencePiece model; give the model's own");
        }
        Kind kind = type == 1 ? Kind.UNIGRAM : type == 2 ? Kind.SCORED_BPE : Kind.OTHER;
        return new Vocabulary(kind, List.copyOf(pieces), List.of(), "", normalised, new Around(first, last, false));
    }

    private static Piece piece(Wire message) throws IOException {
        String text = "";
        float score = 0;
        int type = 1;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> text = message.text();
                case 2 -> score = Float.intBitsToFloat(message.fixed32());
                case 3 -> type = (int) message.number();
                default -> message.skip();
            }
        }
        if (text.length() > LARGEST_PIECE) {
            throw message.bad("a piece of " + text.length() + " characters");
        }
        return new Piece(text, score, type(type));
    }

    private static Type type(long number) {
        return number >= 1 && number <= Type.values().length ? Type.values()[(int) number - 1] : Type.NORMAL;
    }

    private static Normalised normalised(Wire message) throws IOException {
        byte[] map = new byte[0];
        boolean blankFirst = true;
        boolean blanksOnce = true;
        while (message.next()) {
            switch (message.field()) {
                case 2 -> map = message.message().bytes(LARGEST_MAP);
                case 3 -> blankFirst = message.number() != 0;
                case 4 -> blanksOnce = message.number() != 0;
                default -> message.skip();
            }
        }
        return new Normalised(map, blankFirst, blanksOnce);
    }

    /**
     * Reads the vocabulary of a GGUF file (tokenizer.ggml.* of ggml docs/gguf.md); empty where it has none.
     *
     * @throws MalformedWeightsException if the file is malformed, or its lists have different lengths
     */
    public static Optional<Vocabulary> gguf(ByteSource source) throws IOException {
        Map<String, Object> all = Gguf.metadata(source);
        if (!(all.get("tokenizer.ggml.tokens") instanceof List<?> tokens) || tokens.isEmpty()) {
            return Optional.empty();
        }
        List<?> scores = list(all, "scores");
        List<?> types = list(all, "token_type");
        if ((!scores.isEmpty() && scores.size() != tokens.size())
                || (!types.isEmpty() && types.size() != tokens.size())) {
            throw new MalformedWeightsException("bad vocabulary: " + source.name() + ": " + tokens.size() + " tokens, "
                    + scores.size() + " scores, " + types.size() + " types; convert it again");
        }
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            float score = scores.isEmpty() || !(scores.get(i) instanceof Float given) ? 0 : given;
            long type = types.isEmpty() || !(types.get(i) instanceof Number given) ? 1 : given.longValue();
            pieces.add(new Piece(String.valueOf(tokens.get(i)), score, type(type)));
        }
        Kind kind = switch (String.valueOf(all.get("tokenizer.ggml.model"))) {
            case "llama" -> Kind.SCORED_BPE;
            case "t5" -> Kind.UNIGRAM;
            case "gpt2" -> Kind.BYTE_BPE;
            default -> Kind.OTHER;
        };
        boolean scored = kind == Kind.SCORED_BPE;
        List<String> merges = list(all, "merges").stream().map(String::valueOf).toList();
        return Optional.of(new Vocabulary(
                kind,
                List.copyOf(pieces),
                merges,
                String.valueOf(all.getOrDefault("tokenizer.ggml.pre", "default")),
                new Normalised(new byte[0], flag(all, "add_space_prefix", kind != Kind.BYTE_BPE), false),
                new Around(
                        flag(all, "add_bos_token", scored) ? id(all, "bos_token_id", scored ? 1 : -1) : -1,
                        flag(all, "add_eos_token", kind == Kind.UNIGRAM) ? id(all, "eos_token_id", -1) : -1,
                        true)));
    }

    private static List<?> list(Map<String, Object> all, String key) {
        return all.get("tokenizer.ggml." + key) instanceof List<?> list ? list : List.of();
    }

    private static boolean flag(Map<String, Object> all, String key, boolean otherwise) {
        return all.get("tokenizer.ggml." + key) instanceof Boolean flag ? flag : otherwise;
    }

    private static int id(Map<String, Object> all, String key, int otherwise) {
        return all.get("tokenizer.ggml." + key) instanceof Number id ? id.intValue() : otherwise;
    }
}
