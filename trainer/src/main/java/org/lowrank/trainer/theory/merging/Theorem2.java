package org.lowrank.trainer.theory.merging;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.OneNeuron;
import org.lowrank.trainer.theory.flow.Vectors;

/** Merging of deep ReLU networks in the limit. */
final class Theorem2 extends Check {
    private static final double MATCHED_HORIZON = 250;
    private static final double RANDOM_HORIZON = 30;
    private static final double CONVERGED = 1e-3;

    private static final Claim EVERY_LAMBDA = Claim.finallyAtMost(
            "one neuron, every λ",
            "K = 3, one neuron a layer, one point a task, x = e_1, x′ = e_2: at every point of rest other than 0, and so for every"
                    + " tuning of λ without collapse, the merged h_2 is (b + b′)a and the own one ba",
            "‖h_2(x; θ+θ′) − h_2(x; θ)‖/‖h_2(x; θ)‖ ≤ 10⁻⁶");
    private static final Claim AT_THESE = Claim.finallyAtMost(
                    "at these λ",
                    "hidden layers k ≥ 2 and the output, the worst of them, shared neurons or a random start; a few λ cannot refute that a"
                            + " tuning exists, they show what these give",
                    "‖h_k(x; θ+θ′) − h_k(x; θ)‖/‖h_k(x; θ)‖ ≤ 10⁻⁶")
            .ours();
    private static final Claim FIRST_LAYER = Claim.finallyAtMost(
            "first layer",
            "k = 1, where the rows of W′_1 lie in the span of inputs orthogonal to x",
            "‖h_1(x; θ+θ′) − h_1(x; θ)‖/‖h_1(x; θ)‖ ≤ 10⁻⁶");
    private static final Claim SEPARATE = Claim.finallyAtMost(
                    "separate neurons",
                    "ours: two networks that use no neuron in common, so that activations are orthogonal throughout",
                    "‖h_k(x; θ+θ′) − h_k(x; θ)‖/‖h_k(x; θ)‖ ≤ 10⁻⁶ for every k, and the output")
            .ours();

    Theorem2() {
        super(new Statement(
                "theorem-2",
                "Theorem 2 (merging deep ReLU networks)",
                "At stationary points of gradient flow on tasks with orthogonal inputs, and with a suitable weight decay,"
                        + " the sum of two ReLU networks has the same activations on a task's inputs as that task's own"
                        + " network.",
                "h_k(x; θ+θ′) = h_k(x; θ), λ_t = Ω(1/(γ_k√t))",
                List.of(
                        "both networks at a limit of gradient flow",
                        "Assumption 1 at some t₀ for both (the first recorded time where it holds)",
                        "Assumption 2: γ_k(x; θ(t)) and γ_k(x′; θ′(t)) converge to a positive number",
                        "⟨x_i, x′⟩ = 0 and ⟨x′_i, x⟩ = 0",
                        "λ > √(C/t)/γ_k at the end"),
                Steps.FLOW,
                List.of(EVERY_LAMBDA, FIRST_LAYER, AT_THESE, SEPARATE)));
    }

    /** A mutation of the sign subtracts θ′ instead of adding it, and doubles θ. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        double least = Double.NaN;
        double random = Double.NaN;
        for (int depth : settings.depthsOr(3)) {
            if (depth < 2) {
                continue; // no hidden layer
            }
            if (depth >= 3) {
                everyLambda(depth, evidence);
            }
            for (double lambda : settings.lambdasOr(0.05, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    for (ReluPair.Start start : ReluPair.Start.values()) {
                        double horizon = (start == ReluPair.Start.RANDOM ? RANDOM_HORIZON : MATCHED_HORIZON) / lambda;
                        ReluPair pair = ReluPair.of(start, depth, lambda, horizon, draw, settings);
                        Evidence.Run run = evidence.run(start.label() + " K=" + depth, draw, lambda);
                        if (draw == 0) {
                            pair.assumeIntegrated(run, settings.effort());
                        }
                        double gap = record(pair, start, run, evidence.sign());
                        if (start == ReluPair.Start.SHARED) {
                            least = Double.isNaN(least) ? gap : Math.min(least, gap);
                        } else if (start == ReluPair.Start.RANDOM) {
                            random = Double.isNaN(random) ? gap : Math.max(random, gap);
                        }
                    }
                }
            }
        }
        List<String> findings = new ArrayList<>();
        if (Double.isFinite(least)) {
            findings.add("With shared neurons the merged network differs by at least " + NumberText.of(least)
                    + " (relative) at the end of these runs.");
        }
        if (Double.isFinite(random)) {
            findings.add("From random starts the largest difference is " + NumberText.of(random) + ".");
        }
        return findings;
    }

    /** r from 0.05 to 2.5 passes all λ up to the largest that has a point of rest other than 0, twice. */
    private static void everyLambda(int depth, Evidence evidence) {
        Network network = OneNeuron.network(Activation.RELU, depth);
        double[] x = OneNeuron.sample(0).inputs()[0];
        for (int i = 0; i <= 24; i++) {
            OneNeuron rest = new OneNeuron(0.05 * Math.pow(50, i / 24.0), depth);
            Evidence.Run run = evidence.run("one neuron K=" + depth, 0, rest.lambda());
            run.assumeAtMost(
                    "at rest: ‖λθ + ∇L‖/(λ‖θ‖)",
                    Math.max(rest.misalignment(Activation.RELU, 0), rest.misalignment(Activation.RELU, 1)),
                    1e-9);
            run.moving(0, 0);
            double[] own = rest.theta(0);
            double[] merged =
                    Vectors.plus(evidence.sign() > 0 ? own : Vectors.times(2, own), evidence.sign(), rest.theta(1));
            double h = network.activations(own, x)[2][0];
            run.sides(EVERY_LAMBDA, 0, Math.abs(network.activations(merged, x)[2][0] - h) / h, 1e-6);
        }
    }

    private static double record(ReluPair pair, ReluPair.Start start, Evidence.Run run, double sign) {
        pair.assumeMarginAndOrthogonality(run);
        assumeActivationsConverge(pair, run);
        pair.recordMoving(run);
        double deeper = Double.NaN;
        for (int i = 0; i <= pair.last(); i++) {
            double[] own = pair.theta(i);
            double[] merged = Vectors.plus(sign > 0 ? own : Vectors.times(2, own), sign, pair.primed(i));
            long step = pair.steps()[i];
            double firstLayer = gap(pair, own, merged, 1);
            deeper = gap(pair, own, merged, pair.network().layers());
            for (int k = 2; k < pair.network().layers(); k++) {
                deeper = Math.max(deeper, gap(pair, own, merged, k));
            }
            if (start == ReluPair.Start.SEPARATE) {
                run.sides(SEPARATE, step, Math.max(firstLayer, deeper), 1e-6);
            } else {
                run.sides(AT_THESE, step, deeper, 1e-6);
                run.sides(FIRST_LAYER, step, firstLayer, 1e-6);
            }
        }
        return deeper;
    }

    /** ‖h_k(x; merged) − h_k(x; own)‖/‖h_k(x; own)‖; of the output for k = K. */
    private static double gap(ReluPair pair, double[] own, double[] merged, int k) {
        Network network = pair.network();
        if (k == network.layers()) {
            double output = network.output(own, pair.x());
            return Math.abs(network.output(merged, pair.x()) - output) / Math.abs(output);
        }
        double[] h = network.activations(own, pair.x())[k];
        return Vectors.distance(network.activations(merged, pair.x())[k], h) / Vectors.norm(h);
    }

    private static void assumeActivationsConverge(ReluPair pair, Evidence.Run run) {
        double gamma = Double.POSITIVE_INFINITY;
        double change = 0;
        for (int k = 1; k < pair.network().layers(); k++) {
            change = Math.max(change, pair.activationChange(k));
            gamma = Math.min(gamma, pair.smallestActivationUntil(pair.last(), k));
        }
        run.assumePositive("Assumption 2: γ_k", gamma);
        run.assumeAtMost("Assumption 2: relative change of γ_k between the last two steps", change, CONVERGED);
        double least = Math.sqrt(pair.startLoss() / pair.time(pair.last())) / gamma;
        run.assume("λ above √(C/t)/γ_k: their ratio", "> 1", pair.lambda() / least, pair.lambda() > least);
    }
}
