package org.lowrank.inference.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * Texts as a model's tokenizer gives them.
 *
 * @param whole tokens of each text with the special ones the model wants around it
 * @param plain the same without
 * @param mask the token that stands for a masked one; empty where the vocabulary has none
 * @param description which files the tokenizer came from
 */
public record TokenizedTexts(
        List<List<TextTokenizer.Token>> whole,
        List<List<TextTokenizer.Token>> plain,
        OptionalInt mask,
        String description) {
    private static final List<String> MASKS = List.of("[MASK]", "<mask>");

    /**
     * Tokenises texts.
     *
     * @throws ModelNotFoundException if there is no tokenizer
     * @throws MalformedWeightsException if it fails
     * @throws IllegalArgumentException if a text has fewer than two tokens, or none of its own
     */
    public static TokenizedTexts of(ModelFiles files, List<String> texts)
            throws IOException, InterruptedException, ModelNotFoundException {
        List<TextTokenizer.Request> requests = new ArrayList<>();
        texts.forEach(text -> requests.add(new TextTokenizer.Request(text, true)));
        texts.forEach(text -> requests.add(new TextTokenizer.Request(text, false)));
        MASKS.forEach(mask -> requests.add(new TextTokenizer.Request(mask, false)));
        try (TextTokenizer tokenizer = TextTokenizer.open(files)) {
            List<List<TextTokenizer.Token>> tokens = tokenizer.tokens(requests);
            int count = texts.size();
            TokenizedTexts result = new TokenizedTexts(
                    tokens.subList(0, count),
                    tokens.subList(count, 2 * count),
                    mask(tokens.subList(2 * count, tokens.size())),
                    tokenizer.description());
            result.requireLength();
            return result;
        }
    }

    /** The mask where the tokenizer keeps its spelling as one token. */
    private static OptionalInt mask(List<List<TextTokenizer.Token>> spellings) {
        return spellings.stream()
                .filter(tokens ->
                        tokens.size() == 1 && MASKS.contains(tokens.get(0).text()))
                .mapToInt(tokens -> Math.toIntExact(tokens.get(0).id()))
                .findFirst();
    }

    private void requireLength() {
        for (int i = 0; i < whole.size(); i++) {
            if (whole.get(i).size() < 2 || plain.get(i).isEmpty()) {
                throw new IllegalArgumentException("text too short: text " + (i + 1) + " of " + whole.size() + " has "
                        + whole.get(i).size() + " tokens; give at least two");
            }
        }
    }

    /**
     * The texts for a model.
     *
     * @param longest tokens of a window
     * @param vocabulary number of tokens the model knows
     * @throws MalformedWeightsException if the tokenizer has more tokens than the model
     * @throws IllegalArgumentException if a window has no room beside the special tokens
     */
    public TextSequences sequences(int longest, long vocabulary) throws MalformedWeightsException {
        for (List<TextTokenizer.Token> tokens : whole) {
            for (TextTokenizer.Token token : tokens) {
                if (token.id() >= vocabulary) {
                    throw new MalformedWeightsException("tokenizer and model do not fit: " + description + ": token "
                            + token.id() + " of a vocabulary of " + vocabulary
                            + "; put the model's own tokenizer.json beside it");
                }
            }
        }
        return TextSequences.of(whole, plain, longest);
    }
}
