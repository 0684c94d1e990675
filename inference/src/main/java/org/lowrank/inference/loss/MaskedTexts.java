package org.lowrank.inference.loss;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.inference.engine.Targets;
import org.lowrank.inference.text.TextSequences;

/**
 * Sequences with every seventh of their own tokens, from the fourth on, replaced by the mask token (14 %, as in BERT's
 * training; the same tokens in every run and for every model with that tokenizer), and what stood there.
 *
 * @param sequences token ids
 * @param targets what was replaced
 */
public record MaskedTexts(List<int[]> sequences, Targets targets) {
    /** One of so many tokens is masked. */
    public static final int EVERY = 7;

    private static final int FIRST = 3;

    /** Masks sequences; of one with fewer than four tokens of its own the last is masked. */
    public static MaskedTexts of(TextSequences texts, int mask) {
        List<int[]> sequences = new ArrayList<>();
        List<int[]> targets = Targets.none(texts.ids()).ids();
        for (int i = 0; i < texts.ids().size(); i++) {
            int[] ids = texts.ids().get(i).clone();
            int own = 0;
            int last = -1;
            boolean masked = false;
            for (int token = 0; token < ids.length; token++) {
                if (texts.special().get(i)[token]) {
                    continue;
                }
                if (own++ % EVERY == FIRST) {
                    targets.get(i)[token] = ids[token];
                    ids[token] = mask;
                    masked = true;
                }
                last = token;
            }
            if (!masked && last >= 0) {
                targets.get(i)[last] = ids[last];
                ids[last] = mask;
            }
            sequences.add(ids);
        }
        return new MaskedTexts(sequences, new Targets(targets));
    }
}
