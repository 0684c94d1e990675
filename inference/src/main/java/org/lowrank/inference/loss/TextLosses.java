package org.lowrank.inference.loss;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.lowrank.inference.engine.ActivationListener;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.engine.LayerwiseModel.HeadKind;
import org.lowrank.inference.engine.Losses;
import org.lowrank.inference.engine.RunSettings;
import org.lowrank.inference.engine.Targets;
import org.lowrank.inference.text.TextSequences;
import org.lowrank.inference.text.TokenizedTexts;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Checkpoint;

/**
 * The same texts read by several models, for comparing their losses: a base, its fine-tuned children, what was merged of
 * them. Tokenise once with the base's tokenizer, then ask for each:
 *
 * <pre>
 * TextLosses texts = TextLosses.of(base.files(), List.of(lawText, codeText));
 * Optional&lt;TextLoss&gt; before = texts.of(base.checkpoint(), base.config(), RunSettings.defaults());
 * Optional&lt;TextLoss&gt; after = texts.of(merged.checkpoint(), merged.config(), RunSettings.defaults());
 * </pre>
 *
 * <p>A causal head is asked for every next token; a masked one for the tokens of {@link MaskedTexts}. Texts longer than a model
 * reads are run in windows. Any {@link Checkpoint} does, a base with an adapter on it too; a model runs in the memory of two of
 * its layers.
 */
public final class TextLosses {
    private final TokenizedTexts texts;

    private TextLosses(TokenizedTexts texts) {
        this.texts = texts;
    }

    /**
     * Tokenises texts.
     *
     * @param files of the model whose tokenizer is used
     * @throws ModelNotFoundException if it has none
     * @throws MalformedWeightsException if the tokenizer fails
     * @throws IllegalArgumentException if a text has fewer than two tokens
     */
    public static TextLosses of(ModelFiles files, List<String> texts)
            throws IOException, InterruptedException, ModelNotFoundException {
        return new TextLosses(TokenizedTexts.of(files, texts));
    }

    /** The same with texts that are tokenised. */
    public static TextLosses of(TokenizedTexts texts) {
        return new TextLosses(texts);
    }

    /**
     * What a model loses.
     *
     * @param config its config.json
     * @return empty where it has no language head, or a masked one and the tokenizer no mask token
     * @throws MalformedWeightsException if its architecture is not described, tensors are missing, or the tokenizer is of a
     *     larger vocabulary
     */
    public Optional<TextLoss> of(Checkpoint checkpoint, JsonNode config, RunSettings settings)
            throws IOException, InterruptedException {
        try (LayerwiseModel model = LayerwiseModel.open(checkpoint, config, settings)) {
            int advised = model.transformer().sizes().advisedPositions();
            int longest = Math.min(model.longest().orElse(advised), advised);
            return of(model, texts.sequences(longest, model.vocabulary()), texts.mask());
        }
    }

    /** What an open model loses on sequences. */
    public static Optional<TextLoss> of(LayerwiseModel model, TextSequences sequences, OptionalInt mask)
            throws IOException, InterruptedException {
        Optional<HeadKind> kind = model.head();
        if (kind.isEmpty() || (kind.get() == HeadKind.MASKED && mask.isEmpty())) {
            return Optional.empty();
        }
        List<int[]> ids = sequences.ids();
        Targets targets;
        if (kind.get() == HeadKind.MASKED) {
            MaskedTexts masked = MaskedTexts.of(sequences, mask.getAsInt());
            ids = masked.sequences();
            targets = masked.targets();
        } else {
            targets = Targets.successors(ids);
        }
        Optional<Losses> losses = model.run(ids, targets, ActivationListener.NONE);
        return losses.map(found -> byText(kind.get(), sequences, targets, found));
    }

    /** Windows of a text put together. */
    private static TextLoss byText(HeadKind kind, TextSequences sequences, Targets targets, Losses losses) {
        int texts = sequences.texts().get(sequences.texts().size() - 1) + 1;
        double[] sums = new double[texts];
        long[] counts = new long[texts];
        for (int i = 0; i < sequences.ids().size(); i++) {
            int count = 0;
            for (int target : targets.ids().get(i)) {
                count += target == Targets.NONE ? 0 : 1;
            }
            if (count > 0) {
                int text = sequences.texts().get(i);
                sums[text] += count * losses.perSequence().get(i);
                counts[text] += count;
            }
        }
        List<Double> means = new ArrayList<>();
        for (int text = 0; text < texts; text++) {
            means.add(sums[text] / counts[text]);
        }
        return new TextLoss(
                kind, losses.nll(), losses.predictions(), means, sequences.ids().size());
    }
}
