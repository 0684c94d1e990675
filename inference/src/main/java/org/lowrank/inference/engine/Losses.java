package org.lowrank.inference.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * What a causal model loses on sequences, −ln p(next token), in nats.
 *
 * @param nll mean over all predictions of all sequences; NaN where nothing is predicted
 * @param predictions how many there are: a sequence's tokens less one
 * @param perSequence mean over the predictions of each; NaN where it has one token
 * @param logits over all tokens and the whole vocabulary
 */
public record Losses(double nll, long predictions, List<Double> perSequence, Logits logits) {
    /**
     * Moments of the logits.
     *
     * @param std with divisor N
     */
    public record Logits(double mean, double std, double frobeniusNorm) {}

    /** exp(nll). */
    public double perplexity() {
        return Math.exp(nll);
    }

    /** Puts losses of tokens together, NaN for the last of each sequence. */
    static Losses of(List<int[]> sequences, List<double[]> batches, Logits logits) {
        List<Double> means = new ArrayList<>();
        double all = 0;
        long count = 0;
        int batch = 0;
        int at = 0;
        for (int[] sequence : sequences) {
            if (at == batches.get(batch).length) {
                batch++;
                at = 0;
            }
            double sum = 0;
            for (int i = 0; i < sequence.length - 1; i++) {
                sum += batches.get(batch)[at + i];
            }
            at += sequence.length;
            means.add(sequence.length < 2 ? Double.NaN : sum / (sequence.length - 1));
            all += sum;
            count += sequence.length - 1;
        }
        return new Losses(count == 0 ? Double.NaN : all / count, count, means, logits);
    }
}
