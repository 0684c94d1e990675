package org.lowrank.trainer.theory.linear;

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
 * A deep linear network under gradient flow from a balanced start with ‖w(0)‖ = 1: 4 points on coordinates
 * first … first + 5 of {@value #DIMENSION}, so that a point on other coordinates is exactly orthogonal to them.
 *
 * @param steps recorded, hundredths of time; they end early where the network collapses
 * @param path θ at each
 */
record LinearRun(Network network, Sample sample, double lambda, long[] steps, double[][] path) {
    static final int DIMENSION = 14;
    private static final int WIDTH = 5;
    private static final int USED = 6;
    /** ‖w‖ below which a network that collapses to 0 is no longer followed: there the absolute tolerance shows. */
    static final double RESOLVED = 1e-4;

    private static final double INTEGRATED = 1e-5;

    /** Where the inputs of a task lie: coordinates 0 … 5 or 6 … 11; 12 and 13 belong to none. */
    static Sample sample(int task, long seed) {
        return Samples.separable(4, DIMENSION, task * USED, USED, new Random(31 * seed + task));
    }

    static Network network(int layers, TheorySettings settings) {
        return Network.of(Activation.IDENTITY, layers, DIMENSION, settings.widthOr(WIDTH));
    }

    static double[] balancedStart(Network network, int task, long seed) {
        return Starts.balanced(network, 1, new Random(977 * seed + task));
    }

    static LinearRun of(Network network, Sample sample, double lambda, double[] start, double horizon, Effort effort) {
        long[] steps = RecordedSteps.logarithmic(Math.round(horizon / Steps.FLOW), 28);
        double[][] path = GradientFlow.solve(network, sample, lambda, start, Steps.times(steps), effort);
        int resolved = 1;
        while (resolved < path.length && Vectors.norm(network.endToEnd(path[resolved])) >= RESOLVED) {
            resolved++;
        }
        return new LinearRun(network, sample, lambda, Arrays.copyOf(steps, resolved), Arrays.copyOf(path, resolved));
    }

    double time(int i) {
        return steps[i] * Steps.FLOW;
    }

    double[] last() {
        return path[path.length - 1];
    }

    /** The same run up to the step that another one of the same grid reaches too. */
    LinearRun upTo(LinearRun other) {
        int common = Math.min(steps.length, other.steps.length);
        return new LinearRun(network, sample, lambda, Arrays.copyOf(steps, common), Arrays.copyOf(path, common));
    }

    /** sup L over the recorded path, a C that satisfies both L(θ(0)) ≤ C and the proof's sup_t L¹(w(t)) ≤ C. */
    double largestLoss() {
        double largest = 0;
        for (double[] theta : path) {
            largest = Math.max(largest, network.loss(theta, sample));
        }
        return largest;
    }

    /** Theorem 4's condition on the start. */
    void assumeBalanced(Evidence.Run run) {
        run.assumeAtMost(
                "balanced start: ‖W_{k+1}ᵀW_{k+1} − W_k W_kᵀ‖/‖W_k W_kᵀ‖", Starts.imbalance(network, path[0]), 1e-12);
    }

    /** Integrates once more with half the tolerance and compares the end-to-end vectors at all recorded times. */
    void assumeIntegrated(Evidence.Run run, TheorySettings settings) {
        double[][] finer = GradientFlow.solve(
                network,
                sample,
                lambda,
                path[0],
                Steps.times(steps),
                settings.effort().halved());
        double worst = 0;
        for (int i = 0; i < Math.min(path.length, finer.length); i++) {
            double[] w = network.endToEnd(path[i]);
            worst = Math.max(worst, Vectors.distance(w, network.endToEnd(finer[i])) / Vectors.norm(w));
        }
        run.assumeAtMost("integration: relative change with half the tolerance", worst, INTEGRATED);
    }
}
