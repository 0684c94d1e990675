package org.lowrank.trainer.theory.merging;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.OneNeuron;

/** Inner products of two networks' activations. */
final class Lemma8 extends Check {
    private static final double MATCHED_HORIZON = 250;
    private static final double RANDOM_HORIZON = 20;
    private static final double SETTLED = 1e-3;

    private static final Claim PRINTED = Claim.atMost(
                    "printed",
                    "logarithms, with the smallest γ_k and the C measured",
                    "⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ ≤ ⟨h_k(x; θ(0)), h_k(x′; θ′(0))⟩ exp(−2λt + 2√(Ct)/γ_k)")
            .inLogarithms();
    private static final Claim FIRST_LAYER = Claim.atMost(
                    "Grönwall, first layer",
                    "the proof's inequality before Lemma 7 is used, with the integrals measured; k = 1",
                    "⟨h_1, h′_1⟩(t) ≤ ⟨h_1, h′_1⟩(0) exp(−2λt + (1/γ_1)∫(‖∇_{W_1}L‖ + ‖∇_{W_1}L′‖))")
            .inLogarithms()
            .aside();
    private static final Claim DEEPER = Claim.atMost(
                    "Grönwall, deeper layers",
                    "the same for k ≥ 2, where the proof leaves out that h_{k−1} moves too",
                    "⟨h_k, h′_k⟩(t) ≤ ⟨h_k, h′_k⟩(0) exp(−2λt + (1/γ_k)∫(‖∇_{W_k}L‖ + ‖∇_{W_k}L′‖))")
            .inLogarithms()
            .aside();
    private static final Claim TWICE = Claim.atMost(
                    "one network twice",
                    "the lemma lets both networks and both inputs be the same: θ = θ′ at rest, one neuron a layer, x = x′, where"
                            + " the left side is ‖h_k‖² for ever",
                    "‖h_k(x; θ)‖² ≤ ‖h_k(x; θ)‖² exp(−2λt + 2√(Ct)/γ_k)")
            .inLogarithms();
    private static final Claim SHARED_NEURON = Claim.atLeast(
                    "a shared neuron",
                    "of two networks with a neuron of the first layer active in both, whatever the training: such an inner product does"
                            + " not vanish while γ_1 is bounded below",
                    "⟨h_1(x; θ), h_1(x′; θ′)⟩ ≥ γ_1² ‖x‖‖x′‖")
            .ours();

    Lemma8() {
        super(new Statement(
                "lemma-8",
                "Lemma 8 (activations of two networks)",
                "Once margins are positive on average and positive activations stay away from 0, the inner product of two"
                        + " ReLU networks' activations, each on an input of its own task, decays exponentially.",
                "⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ ≤ ⟨h_k(x; θ(t₀)), h_k(x′; θ′(t₀))⟩ exp(−2λ(t−t₀) + 2√(C(t−t₀))/γ_k)",
                List.of(
                        "gradient flow, equation (1)",
                        "Assumption 1 at t₀ for both networks; t₀ is the first recorded time where it holds",
                        "γ_k ≤ the smallest positive normalised activation of both networks for all t ≥ t₀, γ_k > 0: the run is"
                                + " followed until it has settled"),
                Steps.FLOW,
                List.of(PRINTED, TWICE, FIRST_LAYER, DEEPER, SHARED_NEURON)));
    }

    /** The sign turned by a mutation is that of the terms with 1/γ_k. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        List<String> ends = new ArrayList<>();
        for (int depth : settings.depthsOr(2, 3)) {
            for (double lambda : settings.lambdasOr(0.1)) {
                atRest(depth, lambda, evidence);
                for (int draw = 0; draw < settings.draws(); draw++) {
                    for (ReluPair.Start start : List.of(ReluPair.Start.SHARED, ReluPair.Start.RANDOM)) {
                        double horizon = (start == ReluPair.Start.SHARED ? MATCHED_HORIZON : RANDOM_HORIZON) / lambda;
                        ReluPair pair = ReluPair.of(start, depth, lambda, horizon, draw, settings);
                        for (int k = 1; k < depth; k++) {
                            String condition = start.label() + " K=" + depth + " k=" + k;
                            Evidence.Run run = evidence.run(condition, draw, lambda);
                            if (draw == 0 && k == 1) {
                                pair.assumeIntegrated(run, settings.effort());
                            }
                            record(pair, k, run, evidence.sign());
                            if (draw == 0 && start == ReluPair.Start.SHARED && rests(pair, k)) {
                                ends.add("K = " + depth + ", k = " + k + ": " + NumberText.of(pair.innerProduct(0, k))
                                        + " → " + NumberText.of(pair.innerProduct(pair.last(), k)) + " with γ_k = "
                                        + NumberText.significant(pair.smallestActivationUntil(pair.last(), k), 2));
                            }
                        }
                    }
                }
            }
        }
        return ends.isEmpty()
                ? List.of()
                : List.of(
                        "With shared neurons the inner product settles at a positive value: " + String.join("; ", ends)
                                + ". Vectors with nonnegative entries are orthogonal only where their supports are disjoint.");
    }

    /** Positive activations are still there at the end, so that there is something that settles. */
    private static boolean rests(ReluPair pair, int k) {
        return pair.smallestActivationUntil(pair.last(), k) > 1e-3;
    }

    /** One neuron a layer at rest: the pair of two tasks, x = e_1 and x′ = e_2, and one network and input twice have the same sides. */
    private static void atRest(int depth, double lambda, Evidence evidence) {
        Optional<OneNeuron> found = depth < 2 ? Optional.empty() : OneNeuron.at(lambda, depth);
        if (found.isEmpty()) {
            return;
        }
        OneNeuron rest = found.get();
        Network network = OneNeuron.network(Activation.RELU, depth);
        double c = network.loss(rest.theta(0), OneNeuron.sample(0));
        double horizon = 4 * c / Math.pow(lambda * rest.r(), 2) + 1;
        for (int k = 1; k < depth; k++) {
            for (int axis : new int[] {0, 1}) {
                Claim claim = axis == 0 ? TWICE : PRINTED;
                String condition = axis == 0 ? "one network twice" : "one neuron, two tasks";
                Evidence.Run run = evidence.run(condition + " K=" + depth + " k=" + k, 0, lambda);
                run.assumeAtMost(
                        "at rest: ‖λθ + ∇L‖/(λ‖θ‖)",
                        Math.max(rest.misalignment(Activation.RELU, 0), rest.misalignment(Activation.RELU, axis)),
                        1e-9);
                double constant = Math.log(network.activations(
                                        rest.theta(0), OneNeuron.sample(0).inputs()[0])[k][0]
                        * network.activations(
                                        rest.theta(axis), OneNeuron.sample(axis).inputs()[0])[k][0]);
                for (long step : RecordedSteps.logarithmic(Math.round(horizon / Steps.FLOW), 28)) {
                    double time = step * Steps.FLOW;
                    double exponent = -2 * lambda * time + evidence.sign() * 2 * Math.sqrt(c * time) / rest.r();
                    run.sides(claim, step, constant, constant + exponent, constant);
                }
            }
        }
    }

    private static void record(ReluPair pair, int k, Evidence.Run run, double sign) {
        pair.assumeMarginAndOrthogonality(run);
        double gamma = pair.smallestActivationUntil(pair.last(), k);
        run.assumePositive("smallest positive normalised activation γ_k", gamma);
        run.assumeAtMost("γ_k settled: relative change between the last records", pair.activationChange(k), SETTLED);
        run.assumeAtMost("at rest at the end: ‖λθ + ∇L‖/(λ‖θ‖)", pair.misalignment(), SETTLED);
        run.assume(
                "integrated to a tolerance (Euler's method, which follows kinks, is not)",
                "yes",
                pair.start() == ReluPair.Start.RANDOM ? 0 : 1,
                pair.start() != ReluPair.Start.RANDOM);
        double c = pair.startLoss();
        double first = Math.log(pair.innerProduct(pair.t0(), k));
        for (int i = pair.t0(); i <= pair.last(); i++) {
            double time = pair.time(i) - pair.time(pair.t0());
            double left = Math.log(pair.innerProduct(i, k));
            double decayed = first - 2 * pair.lambda() * time;
            long step = pair.steps()[i];
            run.metric("γ_k", step, pair.smallestActivation(i, k));
            double any = Math.log(pair.normProduct(i, k));
            run.sides(PRINTED, step, left, decayed + sign * 2 * Math.sqrt(c * time) / gamma, any);
            if (k == 1 && pair.sharesNeuron(i, 1)) {
                double smallest = pair.smallestActivation(i, 1);
                run.sides(SHARED_NEURON, step, pair.innerProduct(i, 1), smallest * smallest);
            }
            run.sides(
                    k == 1 ? FIRST_LAYER : DEEPER,
                    step,
                    left,
                    decayed + sign * (pair.gradientIntegral(i, k) - pair.gradientIntegral(pair.t0(), k)) / gamma,
                    any);
        }
    }
}
