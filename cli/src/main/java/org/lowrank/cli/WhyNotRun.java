package org.lowrank.cli;

import java.io.IOException;
import java.util.Optional;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.activation.ActivationOverlapMeasurer;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.inference.description.TransformerCatalog;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** What keeps texts from being run through a model whose embedding alone can be measured. */
final class WhyNotRun {
    private WhyNotRun() {}

    /** The reason; empty where they can be run. */
    static Optional<String> of(ModelAnalysis opened, RunArguments run, TextOverlap overlap)
            throws IOException, UsageException {
        String type = run.configuration(opened).path("model_type").asText("");
        if (!TransformerCatalog.describes(run.configuration(opened))) {
            return Optional.of(type.isEmpty() ? "there is no model_type" : "model_type " + type + " is not described");
        }
        int fewest = Math.min(overlap.textA().tokens(), overlap.textB().tokens());
        if (fewest < ActivationOverlapMeasurer.FEWEST_TOKENS) {
            return Optional.of("a text of " + fewest + " tokens is too short to run, at least "
                    + ActivationOverlapMeasurer.FEWEST_TOKENS + " are needed");
        }
        try (LayerwiseModel runs = run.open(opened)) {
            runs.requireAllTensors();
            return Optional.empty();
        } catch (MalformedWeightsException incomplete) {
            return Optional.of(String.valueOf(incomplete.getMessage()));
        }
    }
}
