package org.lowrank.trainer.theory.stationary;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientDescent;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Starts;
import org.lowrank.trainer.theory.flow.Vectors;

/**
 * Gradient descent run to a stationary point of L + (λ/2)‖θ‖²: 8 points in 6 dimensions, width 6, η·steps = 35/λ, so
 * that what decays like e^{−λt} has fallen to e^{−35}. Where it is not stationary then, it goes on, up to sixteen times as long
 * within the steps allowed; not where it hovers around kinks, which is no matter of time.
 *
 * @param steps recorded, from 0
 * @param path θ at each
 * @param complete false where descent leaves the finite numbers and the path ends before
 */
record Descent(
        Network network, Sample sample, double lambda, double eta, long[] steps, double[][] path, boolean complete) {
    static final int WIDTH = 6;
    private static final int POINTS = 8;
    private static final int DIMENSION = 6;
    private static final int LONGER = 16;
    private static final double DECAY_TIMES = 35;
    private static final double STATIONARY = 1e-6;
    private static final double HOVERING = 0.1;
    static final double COLLAPSED = 1e-3;

    /** What is trained: a network from a Gaussian start of some scale. */
    record Plan(Activation activation, int layers, int width, double eta, double scale, boolean cones) {
        /** On linearly separable points of the sphere. */
        static Plan of(Activation activation, int layers, int width, double eta, double scale) {
            return new Plan(activation, layers, width, eta, scale, false);
        }

        /**
         * On two narrow cones, where ReLU descent ends away from the kinks: on general points it hovers around some of them,
         * stationary only in Clarke's sense, and no single gradient is aligned.
         */
        static Plan onCones(int layers, int width, double eta, double scale) {
            return new Plan(Activation.RELU, layers, width, eta, scale, true);
        }

        Descent run(double lambda, int draw, TheorySettings settings) {
            Random random = new Random(settings.seed() + draw);
            Sample sample = cones
                    ? Samples.cones(POINTS, DIMENSION, 0, DIMENSION, 0.4, random)
                    : Samples.separable(POINTS, DIMENSION, 0, DIMENSION, random);
            Network network = Network.of(activation, layers, DIMENSION, width);
            double[] start = Starts.gaussian(network, scale, random);
            boolean hovers = activation == Activation.RELU && !cones;
            GradientDescent descent = new GradientDescent(network, sample, eta, lambda, layers, start);
            long horizon = Math.round(DECAY_TIMES / (lambda * eta));
            long most = Math.min(settings.mostSteps(), hovers ? horizon : LONGER * horizon);
            return follow(descent, network, sample, lambda, eta, Math.min(horizon, most), most);
        }
    }

    private static Descent follow(
            GradientDescent descent,
            Network network,
            Sample sample,
            double lambda,
            double eta,
            long horizon,
            long most) {
        List<Long> steps = new ArrayList<>();
        List<double[]> path = new ArrayList<>();
        long[] next = RecordedSteps.logarithmic(horizon, 24);
        while (true) {
            for (long step : next) {
                double[] theta = descent.until(step);
                if (!Vectors.finite(theta)) {
                    break;
                }
                steps.add(step);
                path.add(theta);
            }
            Descent here = new Descent(
                    network,
                    sample,
                    lambda,
                    eta,
                    steps.stream().mapToLong(Long::longValue).toArray(),
                    path.toArray(double[][]::new),
                    steps.get(steps.size() - 1) == next[next.length - 1]);
            long last = next[next.length - 1];
            boolean goesOn = here.complete
                    && last < most
                    && Vectors.norm(here.last()) >= COLLAPSED
                    && here.misalignment(here.last()) > STATIONARY;
            if (!goesOn) {
                return here;
            }
            next = RecordedSteps.between(last, Math.min(2 * last, most), 3);
        }
    }

    long lastStep() {
        return steps[steps.length - 1];
    }

    /** Records how much θ still changes at the end. */
    void recordMoving(Evidence.Run run) {
        int last = path.length - 1;
        double change = last == 0 ? 1 : Vectors.distance(path[last], path[last - 1]) / Vectors.norm(path[last]);
        run.moving(lastStep(), change);
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
    void assumeNotCollapsed(Evidence.Run run) {
        recordMoving(run);
        double norm = Vectors.norm(last());
        run.assume("not collapsed: ‖θ‖", "≥ " + COLLAPSED, norm, norm >= COLLAPSED);
        run.assume("descent stays finite: steps", "all", lastStep(), complete);
    }

    /** The alignment condition of Lemma 1 holds at the end, so that what follows from it can be judged. */
    void assumeStationary(Evidence.Run run) {
        assumeNotCollapsed(run);
        run.assumeAtMost("alignment: ‖λθ + ∇L‖/(λ‖θ‖)", misalignment(last()), STATIONARY);
    }

    /**
     * What Lemma 4's proof uses of stationarity, for ReLU descent that hovers around kinks: Lemma 3's identity to 10 %. It
     * follows from Euler's identity with any subgradient.
     */
    void assumeBalanced(Evidence.Run run) {
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
     * The largest curvature |v·∇²L_λ v| met along the recorded path and one step on from each of its points, by 60 power steps on central differences of the
     * gradient: the H of Lemma 1 as far as this path sees it (a deep network has no global one).
     */
    double smoothness() {
        double largest = 0;
        for (double[] theta : path) {
            double[] step = Vectors.plus(gradient(theta), lambda, theta);
            largest = Math.max(largest, curvature(theta));
            largest = Math.max(largest, curvature(Vectors.plus(theta, -eta, step)));
        }
        return largest;
    }

    private double curvature(double[] theta) {
        double[] v = Starts.unit(theta.length, new Random(0));
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
        return curvature;
    }
}
