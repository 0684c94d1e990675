package org.lowrank.analyzer.activation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.engine.Losses;

/**
 * What a run of a model on sequences gave.
 *
 * @param sequences how many
 * @param tokens in all
 * @param losses null where the model has no causal head
 * @param activations in the order of layers
 * @param last of what the head reads, after the last norm
 */
public record ModelRunResult(
        int sequences,
        long tokens,
        @Nullable Losses losses,
        List<ActivationMeasurement> activations,
        @Nullable ActivationMeasurement last) {}
