package org.lowrank.trainer.theory.stationary;

import java.util.Random;
import org.lowrank.trainer.theory.claim.Recorder;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientDescent;
import org.lowrank.trainer.theory.flow.Initialisation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Vectors;

/**
 * Gradient descent run to a stationary point of L + (λ/2)‖θ‖²: 8 points in 6 dimensions, width 6, η·steps = 35/λ, so
 * that what decays like e^{−λt} has fallen to e^{−35}.
 *
 * @param steps recorded, from 0
 * @param path θ at each
 */
record Descent(Network network, Sample sample, double lambda, double eta, long[] steps, double[][] path) {
    private static final int WIDTH = 6;
    private static final double DECAY_TIMES = 35;
    private static final double STATIONARY = 1e-6;
    private static final double HOVERING = 0.1;
    private static final double COLLAPSED = 1e-3;

    /** On linearly separable points of the sphere. */
    static Descent run(Activation activation, int layers, double lambda, double eta, double scale, long seed) {
        return run(activation, layers, lambda, eta, scale, seed, false);
    }

    /**
     * On two narrow cones, where ReLU descent ends away from the kinks: on general points it hovers around some of them,
     * stationary only in Clarke's sense, and no single gradient is aligned.
     */
    static Descent onCones(int layers, double lambda, double eta, double scale, long seed) {
        return run(Activation.RELU, layers, lambda, eta, scale, seed, true);
    }

    private static Descent run(
            Activation activation, int layers, double lambda, double eta, double scale, long seed, boolean cones) {
        Random random = new Random(seed);
        Sample sample =
                cones ? Samples.cones(8, WIDTH, 0, WIDTH, 0.4, random) : Samples.separable(8, WIDTH, 0, WIDTH, random);
        Network network = Network.of(activation, layers, WIDTH, WIDTH);
        double[] start = Initialisation.gaussian(network, scale, random);
        long[] steps = Steps.logarithmic(Math.round(DECAY_TIMES / (lambda * eta)), 24);
        GradientDescent descent = new GradientDescent(network, sample, eta, lambda, layers, start);
        double[][] path = new double[steps.length][];
        for (int i = 0; i < steps.length; i++) {
            path[i] = descent.until(steps[i]);
        }
        return new Descent(network, sample, lambda, eta, steps, path);
    }

    double[] last() {
        return path[path.length - 1];
    }

    /** ∇L(θ). */
    double[] gradient(double[] theta) {
        double[] gradient = new double[theta.length];
        network.gradient(theta, sample, gradient);
        return gradient;
    }

    /** ‖λθ + ∇L‖/(λ‖θ‖), 0 at a stationary point other than 0. */
    double misalignment(double[] theta) {
        return Vectors.norm(Vectors.plus(gradient(theta), lambda, theta)) / (lambda * Vectors.norm(theta));
    }

    /** L_λ(θ) = L(θ) + (λ/2)‖θ‖². */
    double objective(double[] theta) {
        return network.loss(theta, sample) + lambda / 2 * Vectors.dot(theta, theta);
    }

    /** θ ≠ 0 at the end: at 0 alignment is empty and stable ranks are undefined. */
    void assumeNotCollapsed(Recorder.Run run) {
        double norm = Vectors.norm(last());
        run.assume("not collapsed: ‖θ‖", "≥ " + COLLAPSED, norm, norm >= COLLAPSED);
    }

    /** The alignment condition of Lemma 1 holds at the end, so that what follows from it can be judged. */
    void assumeStationary(Recorder.Run run) {
        assumeNotCollapsed(run);
        run.assumeAtMost("alignment: ‖λθ + ∇L‖/(λ‖θ‖)", misalignment(last()), STATIONARY);
    }

    /**
     * What Lemma 4's proof uses of stationarity, for ReLU descent that hovers around kinks: Lemma 3's identity to 10 %. It
     * follows from Euler's identity with any subgradient.
     */
    void assumeBalanced(Recorder.Run run) {
        assumeNotCollapsed(run);
        double margin = network.averageMargin(last(), sample);
        double worst = 0;
        for (int k = 1; k <= network.layers(); k++) {
            double norm = network.layerNorm(last(), k);
            worst = Math.max(worst, Math.abs(lambda * norm * norm / margin - 1));
        }
        run.assumeAtMost("Lemma 3: |λ‖W_k‖²/margin − 1|", worst, HOVERING);
    }

    /**
     * The largest curvature |v·∇²L_λ v| met along the recorded path, by 60 power steps on central differences of the
     * gradient: the H of Lemma 1 as far as this path sees it (a deep network has no global one).
     */
    double smoothness() {
        double largest = 0;
        for (double[] theta : path) {
            double[] v = Initialisation.unit(theta.length, new Random(0));
            double curvature = 0;
            for (int i = 0; i < 60; i++) {
                double h = 1e-5;
                double[] up = gradient(Vectors.plus(theta, h, v));
                double[] down = gradient(Vectors.plus(theta, -h, v));
                double[] product = Vectors.plus(Vectors.times(1 / (2 * h), Vectors.plus(up, -1, down)), lambda, v);
                curvature = Vectors.norm(product);
                if (curvature == 0) {
                    break;
                }
                v = Vectors.times(1 / curvature, product);
            }
            largest = Math.max(largest, curvature);
        }
        return largest;
    }
}
