package org.lowrank.inference.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * What a model loses on sequences, −ln p(target), in nats.
 *
 * @param nll mean over all predictions of all sequences; NaN where nothing is predicted
 * @param predictions how many there are
 * @param perSequence mean over the predictions of each; NaN where it has none
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

    /** Puts losses of tokens together, NaN where nothing is predicted; batches are the sequences in their order. */
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
            int own = 0;
            for (int i = 0; i < sequence.length; i++) {
                double loss = batches.get(batch)[at + i];
                if (!Double.isNaN(loss)) {
                    sum += loss;
                    own++;
                }
            }
            at += sequence.length;
            means.add(own == 0 ? Double.NaN : sum / own);
            all += sum;
            count += own;
        }
        return new Losses(count == 0 ? Double.NaN : all / count, count, means, logits);
    }
}
