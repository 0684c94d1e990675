package org.lowrank.trainer.theory.merging;

import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Recorder;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Vectors;

/** Merging of deep ReLU networks in the limit. */
final class Theorem2 extends Check {
    private static final double MATCHED_HORIZON = 250;
    private static final double RANDOM_HORIZON = 30;
    private static final double CONVERGED = 1e-3;

    private static final Claim PRINTED = Claim.finallyAtMost(
            "printed",
            "hidden layers k ≥ 2 and the output, the worst of them, at the last step to one part in a million",
            "‖h_k(x; θ+θ′) − h_k(x; θ)‖/‖h_k(x; θ)‖ ≤ 10⁻⁶");
    private static final Claim FIRST_LAYER = Claim.finallyAtMost(
            "first layer",
            "k = 1, where the rows of W′_1 lie in the span of inputs orthogonal to x",
            "‖h_1(x; θ+θ′) − h_1(x; θ)‖/‖h_1(x; θ)‖ ≤ 10⁻⁶");
    private static final Claim SEPARATE = Claim.finallyAtMost(
            "separate neurons",
            "ours: two networks that use no neuron in common, so that activations are orthogonal throughout",
            "‖h_k(x; θ+θ′) − h_k(x; θ)‖/‖h_k(x; θ)‖ ≤ 10⁻⁶ for every k, and the output");

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
                List.of(PRINTED, FIRST_LAYER, SEPARATE)));
    }

    /** A mutation of the sign subtracts θ′ instead of adding it, and doubles θ. */
    @Override
    protected List<String> measure(TheorySettings settings, Recorder recorder) {
        double least = Double.POSITIVE_INFINITY;
        double random = Double.NaN;
        for (int depth : settings.depthsOr(3)) {
            for (double lambda : settings.lambdasOr(0.05, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    for (ReluPair.Start start : ReluPair.Start.values()) {
                        double horizon = (start == ReluPair.Start.RANDOM ? RANDOM_HORIZON : MATCHED_HORIZON) / lambda;
                        ReluPair pair = ReluPair.of(
                                start, depth, lambda, horizon, settings.seed() + draw, settings.tolerance());
                        Recorder.Run run = recorder.run(start.label() + " K=" + depth, draw, lambda);
                        if (draw == 0) {
                            pair.assumeIntegrated(run, settings.tolerance());
                        }
                        double gap = record(pair, start, run, recorder.sign());
                        if (start == ReluPair.Start.SHARED) {
                            least = Math.min(least, gap);
                        } else if (start == ReluPair.Start.RANDOM) {
                            random = Double.isNaN(random) ? gap : Math.max(random, gap);
                        }
                    }
                }
            }
        }
        return List.of("With shared neurons the merged network differs by at least " + NumberText.of(least)
                + " (relative) at the end. From random starts the largest difference is " + NumberText.of(random)
                + ".");
    }

    private static double record(ReluPair pair, ReluPair.Start start, Recorder.Run run, double sign) {
        pair.assumeMarginAndOrthogonality(run);
        assumeActivationsConverge(pair, run);
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
                run.sides(PRINTED, step, deeper, 1e-6);
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

    private static void assumeActivationsConverge(ReluPair pair, Recorder.Run run) {
        double gamma = Double.POSITIVE_INFINITY;
        double change = 0;
        for (int k = 1; k < pair.network().layers(); k++) {
            double before = pair.smallestActivation(pair.last() - 1, k);
            double after = pair.smallestActivation(pair.last(), k);
            change = Math.max(change, Math.abs(after / before - 1));
            gamma = Math.min(gamma, pair.smallestActivationUntil(pair.last(), k));
        }
        run.assumePositive("Assumption 2: γ_k", gamma);
        run.assumeAtMost("Assumption 2: relative change of γ_k between the last two steps", change, CONVERGED);
        double least = Math.sqrt(pair.startLoss() / pair.time(pair.last())) / gamma;
        run.assume("λ above √(C/t)/γ_k: their ratio", "> 1", pair.lambda() / least, pair.lambda() > least);
    }
}
