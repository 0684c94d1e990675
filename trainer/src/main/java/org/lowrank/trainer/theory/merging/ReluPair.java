package org.lowrank.trainer.theory.merging;

import java.util.Arrays;
import java.util.Random;
import org.lowrank.trainer.theory.claim.Recorder;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientFlow;
import org.lowrank.trainer.theory.flow.Initialisation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Vectors;

/**
 * Two deep ReLU networks under gradient flow on two tasks with orthogonal inputs (cones of 4 points on coordinates
 * 0 … 5 and 6 … 11). From random starts the flow comes to rest on kinks and is followed by Euler's method.
 *
 * @param start where they start
 * @param steps recorded, hundredths of time
 * @param own θ followed by ∫‖∇_{W_k}L‖ for each k, at each step
 * @param other the same of θ′
 */
record ReluPair(
        Start start,
        Network network,
        Sample first,
        Sample second,
        double lambda,
        long[] steps,
        double[][] own,
        double[][] other) {
    private static final int USED = 6;
    private static final int POINTS = 4;
    private static final double EULER_STEP = 0.005;
    private static final int NEURONS = 4;

    /** Where the two networks start. */
    enum Start {
        /** Matched starts in the same four neurons of each layer. */
        SHARED("shared neurons", NEURONS),
        /** Matched starts in four neurons each, none in common. */
        SEPARATE("separate neurons", 2 * NEURONS),
        /** Independent Gaussian starts of width 10. */
        RANDOM("random start", 10);

        private final String label;
        private final int width;

        Start(String label, int width) {
            this.label = label;
            this.width = width;
        }

        String label() {
            return label;
        }
    }

    static ReluPair of(Start start, int layers, double lambda, double horizon, long seed, double tolerance) {
        Random random = new Random(seed);
        Sample first = Samples.cones(POINTS, 2 * USED, 0, USED, 0.4, random);
        Sample second = Samples.cones(POINTS, 2 * USED, USED, USED, 0.4, random);
        Network network = Network.of(Activation.RELU, layers, 2 * USED, start.width);
        double[] theta = start(start, network, first, 0, seed + 100);
        double[] primed = start(start, network, second, start == Start.SEPARATE ? NEURONS : 0, seed + 200);
        long[] steps = Steps.logarithmic(Math.round(horizon / Steps.FLOW), 28);
        return new ReluPair(
                start,
                network,
                first,
                second,
                lambda,
                steps,
                flow(start, network, first, lambda, theta, steps, tolerance),
                flow(start, network, second, lambda, primed, steps, tolerance));
    }

    private static double[] start(Start start, Network network, Sample sample, int neuron, long seed) {
        if (start != Start.RANDOM) {
            return MatchedStart.of(network, sample, neuron, NEURONS, seed);
        }
        double[] theta = Initialisation.gaussian(network, 2, new Random(seed));
        if (network.averageMargin(theta, sample) < 0) {
            for (int i = network.offset(network.layers()); i < theta.length; i++) {
                theta[i] = -theta[i]; // f → −f, so that Assumption 1 can hold at the start
            }
        }
        return theta;
    }

    private static double[][] flow(
            Start start,
            Network network,
            Sample sample,
            double lambda,
            double[] theta,
            long[] steps,
            double tolerance) {
        GradientFlow.Integrands norms = (at, loss, gradient) -> {
            double[] rates = new double[network.layers()];
            for (int k = 1; k <= rates.length; k++) {
                rates[k - 1] = network.layerNorm(gradient, k);
            }
            return rates;
        };
        double[] times = Steps.times(steps);
        if (start == Start.RANDOM) {
            return GradientFlow.euler(network, sample, lambda, theta, network.layers(), norms, times, EULER_STEP);
        }
        return GradientFlow.solve(network, sample, lambda, theta, network.layers(), norms, times, tolerance);
    }

    /** x: an input of the first task, orthogonal to all of the second. */
    double[] x() {
        return first.inputs()[0];
    }

    /** x′: an input of the second task with the same label. */
    double[] primedX() {
        return second.inputs()[0];
    }

    double[] theta(int i) {
        return Arrays.copyOf(own[i], network.parameters());
    }

    double[] primed(int i) {
        return Arrays.copyOf(other[i], network.parameters());
    }

    double time(int i) {
        return steps[i] * Steps.FLOW;
    }

    int last() {
        return steps.length - 1;
    }

    /** ∫‖∇_{W_k}L(θ)‖ + ∫‖∇_{W_k}L′(θ′)‖ up to step i. */
    double gradientIntegral(int i, int k) {
        int at = network.parameters() + k - 1;
        return own[i][at] + other[i][at];
    }

    /** Index of t₀: the first recorded step at which both margins are positive on average; the last one without any. */
    int t0() {
        int i = 0;
        while (i < last() && !(margin(i) > 0)) {
            i++;
        }
        return i;
    }

    private double margin(int i) {
        return Math.min(network.averageMargin(theta(i), first), network.averageMargin(primed(i), second));
    }

    /** C: the larger of both losses at t₀. */
    double startLoss() {
        return Math.max(network.loss(theta(t0()), first), network.loss(primed(t0()), second));
    }

    /** ⟨h_k(x; θ), h_k(x′; θ′)⟩ at step i. */
    double innerProduct(int i, int k) {
        return Vectors.dot(network.activations(theta(i), x())[k], network.activations(primed(i), primedX())[k]);
    }

    /** γ_k of both networks at step i, the smaller one. */
    double smallestActivation(int i, int k) {
        return Math.min(smallest(theta(i), x(), k), smallest(primed(i), primedX(), k));
    }

    /** Its minimum over the recorded steps from t₀ to i. */
    double smallestActivationUntil(int i, int k) {
        double smallest = Double.POSITIVE_INFINITY;
        for (int j = t0(); j <= i; j++) {
            smallest = Math.min(smallest, smallestActivation(j, k));
        }
        return smallest;
    }

    /** Definition 1: min over j with ⟨e_j, W_k h_{k−1}⟩ > 0 of ⟨e_j, W_k h_{k−1}⟩/‖h_{k−1}‖; 0 where there is none. */
    private double smallest(double[] theta, double[] x, int k) {
        double[] below = network.activations(theta, x)[k - 1];
        double smallest = Double.POSITIVE_INFINITY;
        for (double value : network.product(theta, k, below)) {
            if (value > 0) {
                smallest = Math.min(smallest, value / Vectors.norm(below));
            }
        }
        return smallest == Double.POSITIVE_INFINITY ? 0 : smallest;
    }

    /** Assumption 1 at t₀ = 0 for both networks, and orthogonality of x and x′ to the other task's inputs. */
    void assumeMarginAndOrthogonality(Recorder.Run run) {
        run.assumePositive("Assumption 1 at t₀: margin", margin(t0()));
        run.assumeAtMost(
                "⟨x_i, x′⟩ = ⟨x′_i, x⟩ = 0",
                Math.max(first.largestInnerProduct(primedX()), second.largestInnerProduct(x())),
                0);
    }

    /** Where adaptive steps were used: integrates again with half the tolerance and compares both networks at all recorded times. */
    void assumeIntegrated(Recorder.Run run, double tolerance) {
        if (start == Start.RANDOM) {
            return;
        }
        double[][] finer = flow(start, network, first, lambda, theta(0), steps, tolerance / 2);
        double[][] finerOther = flow(start, network, second, lambda, primed(0), steps, tolerance / 2);
        double change = 0;
        for (int i = 0; i <= last(); i++) {
            change = Math.max(change, Vectors.distance(own[i], finer[i]) / Vectors.norm(own[i]));
            change = Math.max(change, Vectors.distance(other[i], finerOther[i]) / Vectors.norm(other[i]));
        }
        run.assumeAtMost("integration: relative change with half the tolerance", change, 1e-5);
    }
}
