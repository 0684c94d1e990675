package org.lowrank.cli;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.text.TextSequences;
import org.lowrank.inference.text.TokenizedTexts;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * Texts as a model reads them.
 *
 * @param mask the token that stands for a masked one
 */
record ReadTexts(TextSequences sequences, OptionalInt mask) {
    static ReadTexts of(ModelAnalysis opened, LayerwiseModel runs, RunArguments run, List<String> contents)
            throws IOException, InterruptedException, UsageException, ModelNotFoundException {
        int longest = run.longest(runs);
        try {
            TokenizedTexts texts = TokenizedTexts.of(opened.files(), contents);
            return new ReadTexts(texts.sequences(longest, runs.vocabulary()), texts.mask());
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Places of a text's tokens among all.
     *
     * @param withSpecial with those that the model wants around a text
     */
    int[] rows(int text, boolean withSpecial) {
        return sequences.rows(text, withSpecial);
    }
}
