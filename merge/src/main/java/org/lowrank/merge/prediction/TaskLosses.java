package org.lowrank.merge.prediction;

import java.util.List;

/**
 * What one model loses on the text of each task, −ln p in nats, mean over the predicted tokens; beside it stand the losses of the base,
 * which has learnt neither task.
 *
 * @param role {@code base}, {@code part} or {@code merged}
 * @param model as the user calls it; empty for the merged one
 * @param kind {@code causal}: of every next token; {@code masked}: of every seventh, masked
 * @param losses one a text, in their order
 */
public record TaskLosses(String role, String model, String kind, List<Double> losses) {
    public TaskLosses {
        losses = List.copyOf(losses);
    }
}
