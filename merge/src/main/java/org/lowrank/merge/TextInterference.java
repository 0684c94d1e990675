package org.lowrank.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.lowrank.analyzer.activation.ActivationOverlapMeasurer;
import org.lowrank.analyzer.activation.InterferenceMeasurer;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.engine.RunSettings;
import org.lowrank.inference.text.TextSequences;
import org.lowrank.inference.text.TokenizedTexts;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.weights.files.ModelNotFoundException;

/** How what two models learnt acts on the inputs of each other's text: the base reads both, and every matrix's inputs are seen. */
final class TextInterference {
    private final OpenModel base;
    private final JsonNode config;
    private final RunSettings settings;

    /**
     * On a base.
     *
     * @param config its config.json
     */
    TextInterference(OpenModel base, JsonNode config, RunSettings settings) {
        this.base = base;
        this.config = config;
        this.settings = settings;
    }

    /**
     * Rows of interference.csv; without matrices that neither model changed.
     *
     * @param texts of a's task and of b's
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if the base cannot be run
     * @throws IllegalArgumentException if a text is too short
     */
    List<TaskInterference> measure(OpenModel a, OpenModel b, List<String> texts, Progress progress)
            throws IOException, InterruptedException, ModelNotFoundException {
        TokenizedTexts tokenized = TokenizedTexts.of(base.files(), texts);
        try (LayerwiseModel runs = LayerwiseModel.open(base.checkpoint(), config, settings);
                InterferenceMeasurer measurer = new InterferenceMeasurer(
                        runs, base.checkpoint(), a.checkpoint(), a.reference(), b.checkpoint(), b.reference())) {
            int advised = runs.transformer().sizes().advisedPositions();
            int longest = Math.min(runs.longest().orElse(advised), advised);
            TextSequences sequences = tokenized.sequences(longest, runs.vocabulary());
            return measurer.measure(
                    runs,
                    sequences.ids(),
                    new ActivationOverlapMeasurer.TokenRows(
                            sequences.rows(0, false), sequences.rows(1, false), new int[0]),
                    progress);
        }
    }
}
