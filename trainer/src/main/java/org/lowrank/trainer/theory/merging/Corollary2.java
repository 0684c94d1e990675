package org.lowrank.trainer.theory.merging;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Recorder;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;

/** Orthogonality of activations in the limit, over admissible weight decays. */
final class Corollary2 extends Check {
    private static final double HORIZON = 4000;
    private static final double VANISHED = 1e-3;

    private static final Claim PRINTED = Claim.finallyAtMost(
            "printed",
            "γ_k is Lemma 8's: for each λ at most the smallest activation measured with that λ",
            "inf_{λ∈Λ(t)} ⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ ≤ 10⁻³ of its start, at the last step");
    private static final Claim FIXED = Claim.finallyAtMost(
            "fixed γ_k",
            "γ_k a constant, that of the smallest λ: then Λ(t) also contains decays under which the networks collapse to"
                    + " 0, and the infimum vanishes for that reason",
            "the same with one γ_k for all λ");

    Corollary2() {
        super(new Statement(
                "corollary-2",
                "Corollary 2 (activations become orthogonal)",
                "Under Lemma 8's conditions and weight decays above √(C/t)/γ_k, the inner product of the two networks'"
                        + " activations vanishes in the limit.",
                "lim_{t→∞} inf_{λ∈Λ(t)} ⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ = 0, Λ(t) = {λ ∈ [0, 1]: λ > √(C/t)/γ_k}",
                List.of("those of Lemma 8", "Λ(t) is not empty"),
                Steps.FLOW,
                List.of(PRINTED, FIXED)));
    }

    /** A mutation of the sign takes the supremum over Λ(t) for the infimum. */
    @Override
    protected List<String> measure(TheorySettings settings, Recorder recorder) {
        List<Double> lambdas = settings.lambdasOr(0.05, 0.1, 0.15, 0.2, 0.5, 1.0);
        List<String> findings = new ArrayList<>();
        for (int depth : settings.depthsOr(2)) {
            for (int draw = 0; draw < settings.draws(); draw++) {
                List<ReluPair> pairs = new ArrayList<>();
                for (double lambda : lambdas) {
                    pairs.add(ReluPair.of(
                            ReluPair.Start.SHARED,
                            depth,
                            lambda,
                            HORIZON,
                            settings.seed() + draw,
                            settings.tolerance()));
                }
                for (int k = 1; k < depth; k++) {
                    Recorder.Run run = recorder.run("shared neurons K=" + depth + " k=" + k, draw, Double.NaN);
                    record(pairs, k, run, recorder.sign());
                    if (draw == 0) {
                        findings.add(ends(pairs, k));
                    }
                }
            }
        }
        return findings;
    }

    private static void record(List<ReluPair> pairs, int k, Recorder.Run run, double sign) {
        ReluPair smallest = pairs.get(0);
        smallest.assumeMarginAndOrthogonality(run);
        double fixed = smallest.smallestActivationUntil(smallest.last(), k);
        run.assumePositive("smallest positive normalised activation γ_k", fixed);
        double limit = VANISHED * smallest.innerProduct(0, k);
        int admitted = 0;
        for (int i = 1; i <= smallest.last(); i++) {
            double own = Double.NaN;
            double constant = Double.NaN;
            for (ReluPair pair : pairs) {
                double product = pair.innerProduct(i, k);
                double threshold = Math.sqrt(pair.startLoss() / pair.time(i));
                double gamma = pair.smallestActivationUntil(i, k);
                if (pair.lambda() > threshold / gamma) {
                    own = extreme(own, product, sign);
                    admitted++;
                }
                if (pair.lambda() > threshold / fixed) {
                    constant = extreme(constant, product, sign);
                }
            }
            if (!Double.isNaN(own)) {
                run.sides(PRINTED, smallest.steps()[i], own, limit);
            }
            if (!Double.isNaN(constant)) {
                run.sides(FIXED, smallest.steps()[i], constant, limit);
            }
        }
        run.assumePositive("Λ(t) not empty: pairs (λ, t) with λ ∈ Λ(t)", admitted);
    }

    private static double extreme(double best, double value, double sign) {
        if (Double.isNaN(best)) {
            return value;
        }
        return sign > 0 ? Math.min(best, value) : Math.max(best, value);
    }

    private static String ends(List<ReluPair> pairs, int k) {
        List<String> parts = new ArrayList<>();
        for (ReluPair pair : pairs) {
            double gamma = pair.smallestActivationUntil(pair.last(), k);
            double least = Math.sqrt(pair.startLoss() / pair.time(pair.last())) / gamma;
            parts.add("λ = " + NumberText.exact(pair.lambda()) + ": "
                    + NumberText.of(pair.innerProduct(pair.last(), k)) + ", γ_k = " + NumberText.significant(gamma, 2)
                    + (pair.lambda() > least ? ", in Λ" : ", not in Λ"));
        }
        return "Inner product of layer " + k + " at the end, draw 0: " + String.join("; ", parts) + ".";
    }
}
