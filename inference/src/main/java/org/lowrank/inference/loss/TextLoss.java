package org.lowrank.inference.loss;

import java.util.List;
import org.lowrank.inference.engine.LayerwiseModel.HeadKind;

/**
 * What a model loses on texts: −ln p in nats, of the next token or of masked ones.
 *
 * @param kind what is predicted; losses of different kinds are not comparable
 * @param nll mean over all predictions
 * @param predictions how many
 * @param perText mean over the predictions of each text
 * @param windows sequences that were run; more than texts where some were too long for one
 */
public record TextLoss(HeadKind kind, double nll, long predictions, List<Double> perText, int windows) {
    public TextLoss {
        perText = List.copyOf(perText);
    }
}
