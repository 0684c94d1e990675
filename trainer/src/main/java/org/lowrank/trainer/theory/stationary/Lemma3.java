package org.lowrank.trainer.theory.stationary;

import java.util.List;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Network;

/** Equal Frobenius norms. */
final class Lemma3 extends Check {
    private static final double TOLERANCE = 1e-5;

    private static final Claim DEGREE_ONE = Claim.finallyEqual(
            "degree one",
            "linear and ReLU networks, homogeneous of degree one in every layer",
            "λ‖W_k‖_F² = −(1/n) Σ ℓ′(y_i f(x_i)) y_i f(x_i)",
            TOLERANCE);
    private static final Claim NORMS =
            Claim.finallyEqual("equal norms", "linear and ReLU networks", "max_k ‖W_k‖_F = min_k ‖W_k‖_F", TOLERANCE);
    private static final Claim SQUARED_PRINTED = Claim.finallyEqual(
            "ReLU²",
            "the statement asks only that f be positively homogeneous, and Section 4 names powers of ReLU; the proof"
                    + " uses ⟨W_k, ∇_{W_k} f⟩ = f, which needs degree one in each layer",
            "λ‖W_k‖_F² = −(1/n) Σ ℓ′(y_i f(x_i)) y_i f(x_i)",
            TOLERANCE);
    private static final Claim SQUARED = Claim.finallyEqual(
                    "ReLU², with degrees",
                    "with σ of degree p, f has degree p^{K−k} in W_k, and that is Euler's factor",
                    "λ‖W_k‖_F² = −p^{K−k} (1/n) Σ ℓ′(y_i f(x_i)) y_i f(x_i)",
                    TOLERANCE)
            .ours();

    Lemma3() {
        super(new Statement(
                "lemma-3",
                "Lemma 3 (norm preservation)",
                "At an aligned point of a homogeneous network all weight matrices have the same Frobenius norm.",
                "λ‖W_k‖_F² = −(1/n) Σ ℓ′(y_i f(x_i)) y_i f(x_i) for every k",
                List.of("θ satisfies the alignment of Lemma 1", "f is locally Lipschitz and positively homogeneous"),
                1,
                List.of(DEGREE_ONE, NORMS, SQUARED_PRINTED, SQUARED)));
    }

    /** The sign turned by a mutation is that of the sum over the sample. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        int width = settings.widthOr(Descent.WIDTH);
        for (double lambda : settings.lambdasOr(0.01, 0.03)) {
            for (int draw = 0; draw < settings.draws(); draw++) {
                for (int depth : settings.depthsOr(3)) {
                    record(
                            Descent.Plan.of(Activation.IDENTITY, depth, width, 0.05, 1.2)
                                    .run(lambda, draw, settings),
                            evidence.run("linear K=" + depth, draw, lambda),
                            evidence.sign());
                    record(
                            Descent.Plan.onCones(depth, width, 0.05, 1.8).run(lambda, draw, settings),
                            evidence.run("ReLU K=" + depth, draw, lambda),
                            evidence.sign());
                }
                record(
                        Descent.Plan.of(Activation.RELU_SQUARED, 2, width, 0.05, 1.5)
                                .run(lambda, draw, settings),
                        evidence.run("ReLU² K=2", draw, lambda),
                        evidence.sign());
            }
        }
        return List.of(
                "The paper names powers of ReLU among the networks its Section 4 is about. With ReLU² and K = 2 Euler's"
                        + " identity makes the first layer's squared norm twice the second's; the lemma is right for networks of degree"
                        + " one in every layer.");
    }

    private static void record(Descent descent, Evidence.Run run, double sign) {
        descent.assumeStationary(run);
        Network network = descent.network();
        boolean squared = network.activation() == Activation.RELU_SQUARED;
        for (int i = 0; i < descent.path().length; i++) {
            double[] theta = descent.path()[i];
            long step = descent.steps()[i];
            double margin = sign * network.averageMargin(theta, descent.sample());
            if (squared) {
                sides(SQUARED_PRINTED, descent, theta, margin, 1, run, step);
                sides(SQUARED, descent, theta, margin, network.activation().degree(), run, step);
            } else {
                sides(DEGREE_ONE, descent, theta, margin, 1, run, step);
                double largest = 0;
                double smallest = Double.POSITIVE_INFINITY;
                for (int k = 1; k <= network.layers(); k++) {
                    largest = Math.max(largest, network.layerNorm(theta, k));
                    smallest = Math.min(smallest, network.layerNorm(theta, k));
                }
                if (network.layers() > 1) {
                    run.sides(NORMS, step, largest, smallest);
                }
            }
        }
    }

    /** Both sides for the layer where they differ most. */
    private static void sides(
            Claim claim, Descent descent, double[] theta, double margin, int degree, Evidence.Run run, long step) {
        Network network = descent.network();
        double worst = -1;
        double left = Double.NaN;
        double right = Double.NaN;
        for (int k = 1; k <= network.layers(); k++) {
            double norm = network.layerNorm(theta, k);
            double here = descent.lambda() * norm * norm;
            double expected = Math.pow(degree, network.layers() - k) * margin;
            double deviation = Math.abs(here - expected) / Math.max(Math.abs(here), Math.abs(expected));
            if (deviation > worst + 1e-12) { // not from layer to layer by rounding
                worst = deviation;
                left = here;
                right = expected;
            }
        }
        run.sides(claim, step, left, right);
    }
}
