package org.lowrank.trainer.theory.merging;

import java.util.Arrays;
import java.util.Random;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Effort;
import org.lowrank.trainer.theory.flow.GradientFlow;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Starts;
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
        SHARED("shared neurons"),
        /** Matched starts in four neurons each, none in common. */
        SEPARATE("separate neurons"),
        /** Independent Gaussian starts of width 10. */
        RANDOM("random start");

        private final String label;

        Start(String label) {
            this.label = label;
        }

        private int width(int neurons, TheorySettings settings) {
            return switch (this) {
                case SHARED -> neurons;
                case SEPARATE -> 2 * neurons;
                case RANDOM -> settings.widthOr(10);
            };
        }

        String label() {
            return label;
        }
    }

    static ReluPair of(Start start, int layers, double lambda, double horizon, int draw, TheorySettings settings) {
        long seed = settings.seed() + draw;
        int neurons = settings.widthOr(NEURONS);
        Random random = new Random(seed);
        Sample first = Samples.cones(POINTS, 2 * USED, 0, USED, 0.4, random);
        Sample second = Samples.cones(POINTS, 2 * USED, USED, USED, 0.4, random);
        Network network = Network.of(Activation.RELU, layers, 2 * USED, start.width(neurons, settings));
        double[] theta = start(start, network, first, 0, neurons, seed + 100);
        double[] primed = start(start, network, second, start == Start.SEPARATE ? neurons : 0, neurons, seed + 200);
        long[] steps = RecordedSteps.logarithmic(Math.max(1, Math.round(horizon / Steps.FLOW)), 28);
        double[][] own = flow(start, network, first, lambda, theta, steps, settings.effort());
        double[][] other = flow(start, network, second, lambda, primed, steps, settings.effort());
        long[] reached = Arrays.copyOf(steps, Math.min(own.length, other.length));
        return new ReluPair(start, network, first, second, lambda, reached, own, other);
    }

    private static double[] start(Start start, Network network, Sample sample, int neuron, int neurons, long seed) {
        if (start != Start.RANDOM) {
            return MatchedStart.of(network, sample, neuron, neurons, seed);
        }
        double[] theta = Starts.gaussian(network, 2, new Random(seed));
        if (network.averageMargin(theta, sample) < 0) {
            for (int i = network.offset(network.layers()); i < theta.length; i++) {
                theta[i] = -theta[i]; // f → −f, so that Assumption 1 can hold at the start
            }
        }
        return theta;
    }

    private static double[][] flow(
            Start start, Network network, Sample sample, double lambda, double[] theta, long[] steps, Effort effort) {
        GradientFlow.Integrands norms = (at, loss, gradient) -> {
            double[] rates = new double[network.layers()];
            for (int k = 1; k <= rates.length; k++) {
                rates[k - 1] = network.layerNorm(gradient, k);
            }
            return rates;
        };
        double[] times = Steps.times(steps);
        if (start == Start.RANDOM) {
            return GradientFlow.euler(
                    network, sample, lambda, theta, network.layers(), norms, times, EULER_STEP, effort.mostSteps());
        }
        return GradientFlow.solve(network, sample, lambda, theta, network.layers(), norms, times, effort);
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

    /**
     * Its minimum over the recorded steps from t₀ to i; 0 where a neuron becomes active or inactive between two of them, since it
     * then passes 0 unseen.
     */
    double smallestActivationUntil(int i, int k) {
        double smallest = Double.POSITIVE_INFINITY;
        for (int j = t0(); j <= i; j++) {
            smallest = Math.min(smallest, smallestActivation(j, k));
            if (j > t0() && !sameNeurons(j - 1, j, k)) {
                return 0;
            }
        }
        return smallest;
    }

    /** |γ_k/γ_k′ − 1| between the last two records; infinite where there is one. */
    double activationChange(int k) {
        return last() == 0
                ? Double.POSITIVE_INFINITY
                : Math.abs(smallestActivation(last(), k) / smallestActivation(last() - 1, k) - 1);
    }

    private boolean sameNeurons(int i, int j, int k) {
        return Arrays.equals(active(theta(i), x(), k), active(theta(j), x(), k))
                && Arrays.equals(active(primed(i), primedX(), k), active(primed(j), primedX(), k));
    }

    private boolean[] active(double[] theta, double[] x, int k) {
        double[] h = network.activations(theta, x)[k];
        boolean[] active = new boolean[h.length];
        for (int j = 0; j < h.length; j++) {
            active[j] = h[j] > 0;
        }
        return active;
    }

    /** Whether both networks have a neuron of layer k active, each on its own input. */
    boolean sharesNeuron(int i, int k) {
        return innerProduct(i, k) > 0;
    }

    /** ‖h_k(x; θ)‖‖h_k(x′; θ′)‖ at step i, which the inner product cannot pass. */
    double normProduct(int i, int k) {
        return Vectors.norm(network.activations(theta(i), x())[k])
                * Vectors.norm(network.activations(primed(i), primedX())[k]);
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
    void assumeMarginAndOrthogonality(Evidence.Run run) {
        run.assumePositive("Assumption 1 at t₀: margin", margin(t0()));
        run.assumeAtMost(
                "⟨x_i, x′⟩ = ⟨x′_i, x⟩ = 0",
                Math.max(first.largestInnerProduct(primedX()), second.largestInnerProduct(x())),
                0);
    }

    /** Records how much both networks still change at the end: between records, and in units of what decay alone would do. */
    void recordMoving(Evidence.Run run) {
        double change = 1;
        if (last() > 0) {
            change = Math.max(
                    Vectors.distance(theta(last()), theta(last() - 1)) / Vectors.norm(theta(last())),
                    Vectors.distance(primed(last()), primed(last() - 1)) / Vectors.norm(primed(last())));
        }
        run.moving(steps[last()], Math.max(change, misalignment()));
    }

    /** ‖λθ + ∇L‖/(λ‖θ‖) of both networks at the end, the larger one: 0 at rest, however short the run was. */
    double misalignment() {
        return Math.max(misalignment(theta(last()), first), misalignment(primed(last()), second));
    }

    private double misalignment(double[] theta, Sample sample) {
        double[] gradient = new double[theta.length];
        network.gradient(theta, sample, gradient);
        return Vectors.norm(Vectors.plus(gradient, lambda, theta)) / (lambda * Vectors.norm(theta));
    }

    /** Where adaptive steps were used: integrates again with half the tolerance and compares both networks at all recorded times. */
    void assumeIntegrated(Evidence.Run run, Effort effort) {
        if (start == Start.RANDOM) {
            return;
        }
        double[][] finer = flow(start, network, first, lambda, theta(0), steps, effort.halved());
        double[][] finerOther = flow(start, network, second, lambda, primed(0), steps, effort.halved());
        double change = 0;
        for (int i = 0; i <= Math.min(last(), Math.min(finer.length, finerOther.length) - 1); i++) {
            change = Math.max(change, Vectors.distance(own[i], finer[i]) / Vectors.norm(own[i]));
            change = Math.max(change, Vectors.distance(other[i], finerOther[i]) / Vectors.norm(other[i]));
        }
        run.assumeAtMost("integration: relative change with half the tolerance", change, 1e-5);
    }
}
