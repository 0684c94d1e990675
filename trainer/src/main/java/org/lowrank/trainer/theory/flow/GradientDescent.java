package org.lowrank.trainer.theory.flow;

import java.util.Arrays;

/** Algorithm 1: W ← (1 − ηλ) W − η ∇L, full batch. */
public final class GradientDescent {
    private final Network network;
    private final Sample sample;
    private final double eta;
    private final double lambda;
    private final int trained;
    private final double[] theta;
    private final double[] gradient;
    private long step;

    /**
     * @param trained layers 1 … trained move; later ones are fixed (Lemma 5 fixes the last)
     */
    public GradientDescent(Network network, Sample sample, double eta, double lambda, int trained, double[] initial) {
        this.network = network;
        this.sample = sample;
        this.eta = eta;
        this.lambda = lambda;
        this.trained = trained;
        this.theta = initial.clone();
        this.gradient = new double[initial.length];
    }

    /** Steps until {@code target} steps are done in all, and gives θ, a copy. */
    public double[] until(long target) {
        int moving = network.offset(trained + 1);
        double keep = 1 - eta * lambda;
        while (step < target) {
            network.gradient(theta, sample, gradient);
            for (int i = 0; i < moving; i++) {
                theta[i] = keep * theta[i] - eta * gradient[i];
            }
            step++;
        }
        return Arrays.copyOf(theta, theta.length);
    }
}
