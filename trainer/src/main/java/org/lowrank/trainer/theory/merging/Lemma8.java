package org.lowrank.trainer.theory.merging;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Recorder;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;

/** Inner products of two networks' activations. */
final class Lemma8 extends Check {
    private static final double MATCHED_HORIZON = 250;
    private static final double RANDOM_HORIZON = 20;

    private static final Claim PRINTED = Claim.atMost(
                    "printed",
                    "logarithms, with the smallest γ_k and the C measured",
                    "⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ ≤ ⟨h_k(x; θ(0)), h_k(x′; θ′(0))⟩ exp(−2λt + 2√(Ct)/γ_k)")
            .inLogarithms();
    private static final Claim FIRST_LAYER = Claim.atMost(
                    "Grönwall, first layer",
                    "the proof's inequality before Lemma 7 is used, with the integrals measured; k = 1",
                    "⟨h_1, h′_1⟩(t) ≤ ⟨h_1, h′_1⟩(0) exp(−2λt + (1/γ_1)∫(‖∇_{W_1}L‖ + ‖∇_{W_1}L′‖))")
            .inLogarithms();
    private static final Claim DEEPER = Claim.atMost(
                    "Grönwall, deeper layers",
                    "the same for k ≥ 2, where the proof leaves out that h_{k−1} moves too",
                    "⟨h_k, h′_k⟩(t) ≤ ⟨h_k, h′_k⟩(0) exp(−2λt + (1/γ_k)∫(‖∇_{W_k}L‖ + ‖∇_{W_k}L′‖))")
            .inLogarithms();

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
                        "γ_k ≤ the smallest positive normalised activation of both networks for t ≥ t₀, γ_k > 0"),
                Steps.FLOW,
                List.of(PRINTED, FIRST_LAYER, DEEPER)));
    }

    /** The sign turned by a mutation is that of the terms with 1/γ_k. */
    @Override
    protected List<String> measure(TheorySettings settings, Recorder recorder) {
        List<String> ends = new ArrayList<>();
        for (int depth : settings.depthsOr(2, 3)) {
            for (double lambda : settings.lambdasOr(0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    for (ReluPair.Start start : List.of(ReluPair.Start.SHARED, ReluPair.Start.RANDOM)) {
                        double horizon = (start == ReluPair.Start.SHARED ? MATCHED_HORIZON : RANDOM_HORIZON) / lambda;
                        ReluPair pair = ReluPair.of(
                                start, depth, lambda, horizon, settings.seed() + draw, settings.tolerance());
                        for (int k = 1; k < depth; k++) {
                            String condition = start.label() + " K=" + depth + " k=" + k;
                            Recorder.Run run = recorder.run(condition, draw, lambda);
                            if (draw == 0 && k == 1) {
                                pair.assumeIntegrated(run, settings.tolerance());
                            }
                            record(pair, k, run, recorder.sign());
                            if (draw == 0 && start == ReluPair.Start.SHARED) {
                                ends.add("K = " + depth + ", k = " + k + ": " + NumberText.of(pair.innerProduct(0, k))
                                        + " → " + NumberText.of(pair.innerProduct(pair.last(), k)) + " with γ_k = "
                                        + NumberText.significant(pair.smallestActivationUntil(pair.last(), k), 2));
                            }
                        }
                    }
                }
            }
        }
        return List.of("With shared neurons the inner product settles at a positive value: " + String.join("; ", ends)
                + ". Vectors with nonnegative entries are orthogonal only where their supports are disjoint.");
    }

    private static void record(ReluPair pair, int k, Recorder.Run run, double sign) {
        pair.assumeMarginAndOrthogonality(run);
        double gamma = pair.smallestActivationUntil(pair.last(), k);
        run.assumePositive("smallest positive normalised activation γ_k", gamma);
        double c = pair.startLoss();
        double first = Math.log(pair.innerProduct(pair.t0(), k));
        for (int i = pair.t0(); i <= pair.last(); i++) {
            double time = pair.time(i) - pair.time(pair.t0());
            double left = Math.log(pair.innerProduct(i, k));
            double decayed = first - 2 * pair.lambda() * time;
            long step = pair.steps()[i];
            run.metric("γ_k", step, pair.smallestActivation(i, k));
            run.sides(PRINTED, step, left, decayed + sign * 2 * Math.sqrt(c * time) / gamma);
            run.sides(
                    k == 1 ? FIRST_LAYER : DEEPER,
                    step,
                    left,
                    decayed + sign * (pair.gradientIntegral(i, k) - pair.gradientIntegral(pair.t0(), k)) / gamma);
        }
    }
}
