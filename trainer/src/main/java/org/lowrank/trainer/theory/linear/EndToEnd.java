package org.lowrank.trainer.theory.linear;

import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Vectors;

/** The end-to-end vector w of a deep linear network, its loss L¹ and what the paper says about its motion. */
final class EndToEnd {
    private final Sample sample;
    private final int layers;
    private final double lambda;

    EndToEnd(Sample sample, int layers, double lambda) {
        this.sample = sample;
        this.layers = layers;
        this.lambda = lambda;
    }

    /** L¹(w) = (1/n) Σ ℓ(y_i⟨w, x_i⟩). */
    double loss(double[] w) {
        double sum = 0;
        for (int i = 0; i < sample.size(); i++) {
            sum += LogisticLoss.of(sample.labels()[i] * Vectors.dot(w, sample.inputs()[i]));
        }
        return sum / sample.size();
    }

    /** ∇L¹(w). */
    double[] gradient(double[] w) {
        double[] gradient = new double[w.length];
        for (int i = 0; i < sample.size(); i++) {
            double y = sample.labels()[i];
            double slope = y * LogisticLoss.derivative(y * Vectors.dot(w, sample.inputs()[i])) / sample.size();
            gradient = Vectors.plus(gradient, slope, sample.inputs()[i]);
        }
        return gradient;
    }

    /**
     * Theorem 4 for one row W = wᵀ: −λK w − Σ_k (WWᵀ)^{(k−1)/K} ∇L¹ (WᵀW)^{(K−k)/K}, where (wwᵀ)^p = ‖w‖^{2p} wwᵀ/‖w‖²
     * for p > 0 and the identity for p = 0.
     *
     * @param sign of ∇L¹; 1
     */
    double[] theorem4(double[] w, double sign) {
        double[] gradient = gradient(w);
        double norm = Vectors.norm(w);
        double along = Vectors.dot(gradient, w) / (norm * norm);
        double[] rate = Vectors.times(-lambda * layers, w);
        for (int k = 1; k <= layers; k++) {
            double left = sign * Math.pow(norm, 2.0 * (k - 1) / layers);
            if (k == layers) {
                rate = Vectors.plus(rate, -left, gradient);
            } else {
                rate = Vectors.plus(rate, -left * Math.pow(norm, 2.0 * (layers - k) / layers) * along, w);
            }
        }
        return rate;
    }

    /** Equation (4) as printed: (−λK − (K−1)‖w‖^{2−2/K}⟨∇L¹, w⟩) w − ‖w‖^{2−2/K} ∇L¹. */
    double[] equation4(double[] w) {
        return rate(w, 1);
    }

    /** Equation (4) with the 1/‖w‖² of the line above it: (−λK − (K−1)‖w‖^{−2/K}⟨∇L¹, w⟩) w − ‖w‖^{2−2/K} ∇L¹. */
    double[] corrected(double[] w) {
        return rate(w, 1 / Vectors.dot(w, w));
    }

    private double[] rate(double[] w, double projection) {
        double[] gradient = gradient(w);
        double power = Math.pow(Vectors.norm(w), 2 - 2.0 / layers);
        double along = -lambda * layers - (layers - 1) * power * projection * Vectors.dot(gradient, w);
        return Vectors.plus(Vectors.times(along, w), -power, gradient);
    }

    /** dw/dt by the product rule, given the layers and their rates. */
    static double[] productRule(Network network, double[] theta, double[] rate) {
        double[] sum = new double[network.width(0)];
        for (int k = 1; k <= network.layers(); k++) {
            double[] replaced = theta.clone();
            int from = network.offset(k);
            System.arraycopy(rate, from, replaced, from, network.offset(k + 1) - from);
            sum = Vectors.plus(sum, 1, network.endToEnd(replaced));
        }
        return sum;
    }
}
