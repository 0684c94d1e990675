package org.lowrank.inference.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts as sequences of token ids for a model: a text that is too long becomes several windows that follow one another without
 * overlap, each with the special tokens around it.
 *
 * @param ids one sequence a window
 * @param texts which text each belongs to
 * @param special whether each token is one that the model wants around a text
 */
public record TextSequences(List<int[]> ids, List<Integer> texts, List<boolean[]> special) {
    /**
     * Divides tokenised texts.
     *
     * @param whole tokens of each text with special ones
     * @param plain the same without
     * @param longest tokens of a window, at least 3 more than there are special ones
     * @throws IllegalArgumentException if a window has no room for text beside the special tokens
     */
    public static TextSequences of(
            List<List<TextTokenizer.Token>> whole, List<List<TextTokenizer.Token>> plain, int longest) {
        TextSequences sequences = new TextSequences(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int text = 0; text < whole.size(); text++) {
            sequences.add(whole.get(text), plain.get(text), longest, text);
        }
        return sequences;
    }

    private void add(List<TextTokenizer.Token> whole, List<TextTokenizer.Token> plain, int longest, int text) {
        int before = Math.max(0, java.util.Collections.indexOfSubList(whole, plain));
        int after = Math.max(0, whole.size() - plain.size() - before);
        int room = longest - before - after;
        if (room < 1) {
            throw new IllegalArgumentException("--window: a window of " + longest + " tokens has no room beside "
                    + (before + after) + " special tokens");
        }
        int from = 0;
        do {
            int count = Math.min(room, plain.size() - from);
            int[] window = new int[before + count + after];
            boolean[] marks = new boolean[window.length];
            for (int i = 0; i < window.length; i++) {
                marks[i] = i < before || i >= before + count;
                int at = i < before
                        ? i
                        : i < before + count ? before + from + (i - before) : whole.size() - window.length + i;
                window[i] = Math.toIntExact(whole.get(at).id());
            }
            ids.add(window);
            texts.add(text);
            special.add(marks);
            from += count;
        } while (from < plain.size());
    }

    /**
     * Places of a text's tokens among those of all sequences, one after another.
     *
     * @param withSpecial with those that the model wants around a text
     */
    public int[] rows(int text, boolean withSpecial) {
        List<Integer> rows = new ArrayList<>();
        int token = 0;
        for (int i = 0; i < ids.size(); i++) {
            for (boolean mark : special.get(i)) {
                if (texts.get(i) == text && (withSpecial || !mark)) {
                    rows.add(token);
                }
                token++;
            }
        }
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }
}
