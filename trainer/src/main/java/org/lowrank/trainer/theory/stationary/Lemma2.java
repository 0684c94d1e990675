package org.lowrank.trainer.theory.stationary;

import java.util.Arrays;
import java.util.List;
import org.lowrank.spectral.SingularValues;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Vectors;

/** Rank one in deep linear networks. */
final class Lemma2 extends Check {
    /** Below this share of σ1 the second singular value is rounding. */
    private static final double RESOLVED = 1e-5;

    private static final Claim RANK_ONE = Claim.finallyAtMost(
            "printed", "the limit, at the last step, to one part in a million", "max_{k<K} σ_2(W_k)/σ_1(W_k) ≤ 10⁻⁶");
    private static final Claim ON_THE_WAY = Claim.atMost(
                    "on the way",
                    "ours: ∇_{W_k}L has rank one in a linear network, so W_k is within ‖λW_k + ∇_{W_k}L‖₂/λ of rank one; the"
                            + " lemma is the case 0",
                    "σ_2(W_k) ≤ ‖λW_k + ∇_{W_k}L‖₂/λ")
            .ours();

    Lemma2() {
        super(new Statement(
                "lemma-2",
                "Lemma 2 (deep linear networks)",
                "At a point where parameters and gradient are aligned, every weight matrix of a deep linear network has"
                        + " rank one.",
                "λθ = −∇L(θ) ⟹ rank W_k = 1, k < K",
                List.of(
                        "the network is linear",
                        "θ satisfies the alignment of Lemma 1",
                        "θ ≠ 0",
                        "K and the width at least 2: else no W_k, k < K, has another rank"),
                1,
                List.of(RANK_ONE, ON_THE_WAY)));
    }

    /** A mutation of the sign takes σ1 for σ2. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        for (int depth : settings.depthsOr(3, 4)) {
            for (double lambda : settings.lambdasOr(0.01, 0.03)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    Descent descent = Descent.Plan.of(
                                    Activation.IDENTITY, depth, settings.widthOr(Descent.WIDTH), 0.05, 1.2)
                            .run(lambda, draw, settings);
                    record(descent, evidence.run("linear K=" + depth, draw, lambda), evidence.sign() > 0 ? 1 : 0);
                }
            }
        }
        return List.of();
    }

    private static void record(Descent descent, Evidence.Run run, int index) {
        descent.assumeStationary(run);
        Network network = descent.network();
        for (int i = 0; i < descent.steps().length; i++) {
            double[] theta = descent.path()[i];
            double[] residual = Vectors.plus(descent.gradient(theta), descent.lambda(), theta);
            double ratio = 0;
            double left = 0;
            double right = 1;
            for (int k = 1; k < network.layers(); k++) {
                double[] values = values(network, theta, k);
                ratio = Math.max(ratio, values[index] / values[0]);
                double bound = values(network, residual, k)[0] / descent.lambda();
                if (values[1] > RESOLVED * values[0] && values[index] / bound > left / right) {
                    left = values[index];
                    right = bound;
                }
            }
            if (network.layers() > 1 && network.width(1) > 1) {
                run.sides(RANK_ONE, descent.steps()[i], ratio, 1e-6);
            }
            if (left > 0) {
                run.sides(ON_THE_WAY, descent.steps()[i], left, right);
            }
        }
    }

    private static double[] values(Network network, double[] theta, int k) {
        double[] values = SingularValues.of(network.layer(theta, k), network.width(k), network.width(k - 1));
        return Arrays.copyOf(values, Math.max(2, values.length)); // a row or column has σ2 = 0
    }
}
