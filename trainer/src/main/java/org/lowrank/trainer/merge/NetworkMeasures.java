package org.lowrank.trainer.merge;

import java.util.Arrays;
import org.lowrank.spectral.FrobeniusNorm;
import org.lowrank.spectral.SpectralNorm;
import org.lowrank.spectral.StableRank;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/** What is measured of a network, all in double. */
public final class NetworkMeasures {
    private NetworkMeasures() {}

    /**
     * How a network does on a task.
     *
     * @param loss (1/n) Σ ln(1 + e^{−y f})
     * @param error share of samples with sign(f) ≠ y, sign(0) = +1
     * @param marginError share of samples with y f &lt; 1
     */
    public record Fit(double loss, double error, double marginError) {}

    /**
     * Fails where descent has diverged.
     *
     * @param where which network at which step, for the message
     * @throws DivergedException if a weight is NaN or infinite
     */
    public static void requireFinite(ReluNetwork network, String where) {
        for (double[] w : network.weights()) {
            for (double weight : w) {
                if (!(Math.abs(weight) <= Double.MAX_VALUE)) {
                    throw new DivergedException(
                            "diverged: " + where + ": the weights are no longer finite; take a smaller --step-size");
                }
            }
        }
    }

    /** Loss and errors. */
    public static Fit fit(ReluNetwork network, Task task) {
        double[] f = network.outputs(task);
        double loss = 0;
        int errors = 0;
        int small = 0;
        for (int i = 0; i < f.length; i++) {
            double margin = task.labels()[i] * f[i];
            loss += LogisticLoss.of(margin);
            errors += (f[i] >= 0 ? 1 : -1) == task.labels()[i] ? 0 : 1;
            small += margin < 1 ? 1 : 0;
        }
        double n = f.length;
        return new Fit(loss / n, errors / n, small / n);
    }

    /** ‖W_k‖_F of every layer. */
    public static double[] frobeniusNorms(ReluNetwork network) {
        return Arrays.stream(network.weights()).mapToDouble(FrobeniusNorm::of).toArray();
    }

    /**
     * ‖W_k‖_F / ‖W_k‖_2 of every layer; NaN for a zero matrix. Both norms scale by a power of two first, so that a
     * collapsed network's is right as long as its entries are not all zero.
     */
    public static double[] stableRanks(ReluNetwork network) {
        double[] ranks = new double[network.depth()];
        for (int k = 0; k < ranks.length; k++) {
            double[] w = network.weights()[k];
            int cols = network.widths()[k];
            int rows = network.widths()[k + 1];
            double spectral = rows == 1 || cols == 1 ? FrobeniusNorm.of(w) : SpectralNorm.of(w, rows, cols);
            ranks[k] = StableRank.of(FrobeniusNorm.of(w), spectral).orElse(Double.NaN);
        }
        return ranks;
    }

    /**
     * How far a network is from a stationary point of L + (λ/2)‖θ‖².
     *
     * @param alignment the paper's cos(θ, −∇L) in [−1, 1] (Lemma 1); NaN where either vanishes
     * @param residual ‖λθ + ∇L‖/(λ‖θ‖) with φ′(0) = 0; 0 at a stationary point away from kinks, at a kink one subgradient of
     *     many; NaN without decay or with θ = 0
     * @param balance Lemma 3's identity, which kinks do not touch: max_k |λ‖W_k‖² + (1/n) Σ ℓ′(y f) y f|/(λ‖W_k‖²), 0 at every
     *     stationary point; NaN likewise
     */
    public record Stationarity(double alignment, double residual, double balance) {}

    /** The paper's alignment cos(θ, −∇L) in [−1, 1] (Lemma 1); NaN where either vanishes. */
    public static double alignment(ReluNetwork network, Task task) {
        return stationarity(network, task, 0).alignment();
    }

    /** All measures of it. */
    public static Stationarity stationarity(ReluNetwork network, Task task, double lambda) {
        double[][] gradient =
                Arrays.stream(network.weights()).map(w -> new double[w.length]).toArray(double[][]::new);
        network.gradient(task, gradient);
        double product = 0;
        double squares = 0;
        double gradientSquares = 0;
        double residualSquares = 0;
        for (int k = 0; k < gradient.length; k++) {
            for (int i = 0; i < gradient[k].length; i++) {
                double w = network.weights()[k][i];
                double g = gradient[k][i];
                product -= w * g;
                squares += w * w;
                gradientSquares += g * g;
                residualSquares += (lambda * w + g) * (lambda * w + g);
            }
        }
        double alignment = product / Math.sqrt(squares * gradientSquares);
        return lambda > 0 && squares > 0
                ? new Stationarity(
                        alignment, Math.sqrt(residualSquares / squares) / lambda, balance(network, task, lambda))
                : new Stationarity(alignment, Double.NaN, Double.NaN);
    }

    private static double balance(ReluNetwork network, Task task, double lambda) {
        double[] f = network.outputs(task);
        double gain = 0;
        for (int i = 0; i < f.length; i++) {
            double margin = task.labels()[i] * f[i];
            gain -= LogisticLoss.derivative(margin) * margin / f.length;
        }
        double worst = 0;
        for (double norm : frobeniusNorms(network)) {
            double decay = lambda * norm * norm;
            worst = Math.max(worst, Math.abs(decay - gain) / decay);
        }
        return worst;
    }
}
