package org.lowrank.trainer.theory.stationary;

import java.util.Arrays;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.spectral.SingularValues;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Vectors;

/** Alignment of θ and −∇L. */
final class Lemma1 extends Check {
    /** Below this predicted drop of the objective its rounding error decides. */
    private static final double RESOLVED = 1e-9;

    private static final double ETA = 0.05;

    private static final Claim ALIGNED = Claim.finallyAtMost(
            "printed", "the limit, at the last step, to one part in a million", "‖λθ + ∇L(θ)‖/(λ‖θ‖) ≤ 10⁻⁶");
    private static final Claim COSINE =
            Claim.finallyAtMost("cosine", "the same limit as an angle", "1 − cos(θ, −∇L(θ)) ≤ 10⁻⁹");
    private static final Claim DESCENT_PRINTED = Claim.atMost(
                    "proof, printed",
                    "the proof's first line, which needs η = 1/H and is stated for η ≤ 1/H; one layer, where H is known:"
                            + " λ + σ_1(X)²/(4n)",
                    "‖∇L_λ(θ_t)‖²/(2H) ≤ L_λ(θ_t) − L_λ(θ_{t+1})")
            .aside();
    private static final Claim DESCENT = Claim.atMost(
                    "proof, with η",
                    "what the descent lemma gives for every η ≤ 1/H; it suffices for the proof",
                    "(η/2)‖∇L_λ(θ_t)‖² ≤ L_λ(θ_t) − L_λ(θ_{t+1})")
            .ours();

    Lemma1() {
        super(new Statement(
                "lemma-1",
                "Lemma 1 (alignment)",
                "With weight decay, gradient descent with a step of at most 1/H ends where the parameters point along the"
                        + " negative gradient of the unregularised loss.",
                "λθ = −∇L(θ) at the limit θ = θ_∞",
                List.of("L_λ is differentiable and H-smooth", "η ≤ 1/H", "θ_∞ ≠ 0, else the statement is empty"),
                1,
                List.of(ALIGNED, COSINE, DESCENT_PRINTED, DESCENT)));
    }

    /** The sign turned by a mutation is that of ∇L. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        double smoothest = 0;
        int width = settings.widthOr(Descent.WIDTH);
        for (double lambda : settings.lambdasOr(0.01, 0.03)) {
            for (int draw = 0; draw < settings.draws(); draw++) {
                for (int depth : settings.depthsOr(3)) {
                    Descent linear = Descent.Plan.of(Activation.IDENTITY, depth, width, ETA, 1.2)
                            .run(lambda, draw, settings);
                    smoothest = Math.max(
                            smoothest, record(linear, evidence.run("linear K=" + depth, draw, lambda), evidence));
                }
                Descent squared = Descent.Plan.of(Activation.RELU_SQUARED, 2, width, ETA, 1.5)
                        .run(lambda, draw, settings);
                smoothest = Math.max(smoothest, record(squared, evidence.run("ReLU² K=2", draw, lambda), evidence));
                oneLayer(lambda, draw, settings, evidence);
            }
        }
        return List.of(
                "The largest curvature met on any path is H = " + NumberText.of(smoothest) + ", so η = " + ETA
                        + " is at most 1/H on all of them.",
                "A step η gives about η‖∇L_λ‖² of descent, and 1/(2H) asks for more where η is less than 1/(2H).");
    }

    /** The proof's line where L_λ has a global H, the least there is: ℓ″ ≤ 1/4, with equality at θ = 0. */
    private static void oneLayer(double lambda, int draw, TheorySettings settings, Evidence evidence) {
        Descent descent = Descent.Plan.of(Activation.IDENTITY, 1, 1, ETA, 1.2).run(lambda, draw, settings);
        double[][] x = descent.sample().inputs();
        double[] flat = Arrays.stream(x).flatMapToDouble(Arrays::stream).toArray();
        double largest = SingularValues.of(flat, x.length, x[0].length)[0];
        double smoothness = lambda + largest * largest / (4 * x.length);
        Evidence.Run run = evidence.run("one layer", draw, lambda);
        run.assumeAtMost("η ≤ 1/H: ηH", descent.eta() * smoothness, 1);
        for (int i = 0; i < descent.path().length; i++) {
            double[] theta = descent.path()[i];
            double[] regularised = Vectors.plus(Vectors.times(evidence.sign(), descent.gradient(theta)), lambda, theta);
            double square = Vectors.dot(regularised, regularised);
            if (descent.eta() * square > RESOLVED) {
                run.sides(
                        DESCENT_PRINTED,
                        descent.steps()[i],
                        square / (2 * smoothness),
                        drop(descent, theta, regularised));
            }
        }
    }

    /** L_λ(θ_t) − L_λ(θ_{t+1}). */
    private static double drop(Descent descent, double[] theta, double[] direction) {
        return descent.objective(theta) - descent.objective(Vectors.plus(theta, -descent.eta(), direction));
    }

    private static double record(Descent descent, Evidence.Run run, Evidence evidence) {
        double smoothness = descent.smoothness();
        descent.assumeNotCollapsed(run);
        run.assumeAtMost("η ≤ 1/H: ηH", descent.eta() * smoothness, 1);
        for (int i = 0; i < descent.path().length; i++) {
            double[] theta = descent.path()[i];
            double[] gradient = Vectors.times(evidence.sign(), descent.gradient(theta));
            double[] regularised = Vectors.plus(gradient, descent.lambda(), theta);
            long step = descent.steps()[i];
            run.sides(ALIGNED, step, Vectors.norm(regularised) / (descent.lambda() * Vectors.norm(theta)), 1e-6);
            double cosine = -Vectors.dot(theta, gradient) / (Vectors.norm(theta) * Vectors.norm(gradient));
            run.sides(COSINE, step, 1 - cosine, 1e-9);
            double square = Vectors.dot(regularised, regularised);
            if (descent.eta() * square > RESOLVED) {
                run.sides(DESCENT, step, descent.eta() / 2 * square, drop(descent, theta, regularised));
            }
        }
        return smoothness;
    }
}
