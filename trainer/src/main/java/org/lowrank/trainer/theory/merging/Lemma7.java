package org.lowrank.trainer.theory.merging;

import java.util.List;
import java.util.Random;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientFlow;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Vectors;

/** Integrals of the gradient along gradient flow. */
final class Lemma7 extends Check {
    private static final double IDENTITY = 1e-6;
    private static final Claim PRINTED = Claim.equal(
            "printed",
            "for each layer alone, the layer where the sides differ most",
            "∫‖∇_{W_k}L‖² + λ∫⟨∇_{W_k}L, W_k⟩ = L(θ(t₀)) − L(θ(t))",
            IDENTITY);
    private static final Claim SUMMED = Claim.equal(
                    "summed",
                    "summed over the layers: dL/dt is the sum of all layers' parts, which the proof attributes to one",
                    "Σ_k [∫‖∇_{W_k}L‖² + λ∫⟨∇_{W_k}L, W_k⟩] = L(θ(t₀)) − L(θ(t))",
                    IDENTITY)
            .ours();
    private static final Claim SECOND =
            Claim.atMost("second, printed", "the layer where it is closest", "∫‖∇_{W_k}L‖² ≤ L(θ(t₀)) − L(θ(t))");
    private static final Claim SIGN = new Claim(
            Claim.Part.SIDE,
            "second, sign",
            "the proof's reason for it; by Euler's identity ⟨∇_{W_k}L, W_k⟩ is minus the margin of Assumption 1",
            "⟨∇_{W_k}L, W_k⟩ ≥ 0 under Assumption 1",
            Claim.Relation.AT_LEAST,
            Claim.Moment.EVERY_STEP,
            Claim.Scale.LINEAR,
            1e-9);
    private static final Claim PROPOSITION_2 = Claim.equal(
                    "Proposition 2", "for the regularised objective", "∫‖∇L_λ(θ)‖² = L_λ(θ(t₀)) − L_λ(θ(t))", IDENTITY)
            .aside();
    private static final Claim DECREASING = new Claim(
            Claim.Part.SIDE,
            "Proposition 2, decreasing",
            "from one recorded time to the next",
            "L_λ(θ(t_{i+1})) ≤ L_λ(θ(t_i))",
            Claim.Relation.AT_MOST,
            Claim.Moment.EVERY_STEP,
            Claim.Scale.LINEAR,
            IDENTITY);
    private static final Claim GRADIENT = Claim.finallyAtMost(
                    "Proposition 2, gradient", "the limit, to one part in a million of its start", "‖∇L_λ(θ(t))‖ → 0")
            .aside();
    private static final Claim REGULARISED = new Claim(
            Claim.Part.OURS,
            "second, regularised",
            "what Proposition 2 does give for one layer",
            "∫‖∇_{W_k}L + λW_k‖² ≤ L_λ(θ(t₀)) − L_λ(θ(t))",
            Claim.Relation.AT_MOST,
            Claim.Moment.EVERY_STEP,
            Claim.Scale.LINEAR,
            IDENTITY);

    Lemma7() {
        super(new Statement(
                "lemma-7",
                "Lemma 7 (stationarity of flow with weight decay)",
                "Along gradient flow with weight decay the squared gradient of each layer has an integral bounded by the"
                        + " decrease of the loss, once the margin is positive on average.",
                "∫‖∇_{W_k}L‖² + λ∫⟨∇_{W_k}L, W_k⟩ = L(θ(t₀)) − L(θ(t)), hence ∫‖∇_{W_k}L‖² ≤ L(θ(t₀)) − L(θ(t))",
                List.of("gradient flow, equation (1)", "second part: f homogeneous, Assumption 1 at t₀"),
                Steps.FLOW,
                List.of(PRINTED, SUMMED, SECOND, SIGN, PROPOSITION_2, DECREASING, GRADIENT, REGULARISED)));
    }

    /** The sign turned by a mutation is that of λ in the identities. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        int width = settings.widthOr(4);
        for (Activation activation : List.of(Activation.IDENTITY, Activation.RELU)) {
            String name = activation == Activation.RELU ? "ReLU" : "linear";
            for (int depth : settings.depthsOr(2, 3)) {
                for (double lambda : settings.lambdasOr(0.03, 0.1)) {
                    for (int draw = 0; draw < settings.draws(); draw++) {
                        Sample sample = Samples.cones(6, 6, 0, 6, 0.4, new Random(settings.seed() + draw));
                        Network network = Network.of(activation, depth, 6, width);
                        double[] start = MatchedStart.of(network, sample, 0, width, settings.seed() + draw);
                        Evidence.Run run = evidence.run(name + " K=" + depth, draw, lambda);
                        record(network, sample, start, lambda, settings, run, evidence.sign());
                    }
                }
            }
        }
        return List.of(
                "At a stationary point other than 0, ∇_{W_k}L = −λW_k is not 0, so ∫‖∇_{W_k}L‖² grows like t while"
                        + " the loss's decrease is bounded.");
    }

    private static void record(
            Network network,
            Sample sample,
            double[] start,
            double lambda,
            TheorySettings settings,
            Evidence.Run run,
            double sign) {
        int layers = network.layers();
        GradientFlow.Integrands integrands = (theta, loss, gradient) -> rates(network, theta, gradient, lambda);
        long[] steps = RecordedSteps.logarithmic(Math.round(20 / lambda / Steps.FLOW), 28);
        double[] times = Steps.times(steps);
        double[][] path =
                GradientFlow.solve(network, sample, lambda, start, 3 * layers, integrands, times, settings.effort());
        double[][] finer = GradientFlow.solve(
                network,
                sample,
                lambda,
                start,
                3 * layers,
                integrands,
                times,
                settings.effort().halved());
        int last = Math.min(path.length, finer.length) - 1;
        run.assumePositive("Assumption 1 at t₀: margin", network.averageMargin(start, sample));
        double change = 0;
        for (int i = 0; i <= last; i++) {
            change = Math.max(change, Vectors.distance(path[i], finer[i]) / Vectors.norm(path[i]));
        }
        run.assumeAtMost("integration: relative change with half the tolerance", change, 1e-6);
        double first = network.loss(start, sample);
        double square = Vectors.dot(start, start);
        double before = first + lambda / 2 * square;
        double slope = Double.NaN;
        for (int i = 0; i <= last; i++) {
            double[] y = path[i];
            double[] theta = java.util.Arrays.copyOf(y, start.length);
            double drop = first - network.loss(theta, sample);
            double regularised = drop + sign * lambda / 2 * (square - Vectors.dot(theta, theta));
            double[] gradient = new double[theta.length];
            network.gradient(theta, sample, gradient);
            Layers sums = new Layers(y, start.length, layers, sign * lambda);
            run.sides(PRINTED, steps[i], sums.furthest(drop), drop, sums.terms());
            run.sides(SUMMED, steps[i], sums.total(), drop, sums.terms());
            run.sides(SECOND, steps[i], sums.largest(0), drop);
            run.sides(PROPOSITION_2, steps[i], sums.sum(2), regularised);
            run.sides(REGULARISED, steps[i], sums.largest(2), regularised);
            double along = Vectors.dot(network.layer(gradient, 1), network.layer(theta, 1));
            run.sides(SIGN, steps[i], along, 0);
            double objective = network.loss(theta, sample) + lambda / 2 * Vectors.dot(theta, theta);
            run.sides(DECREASING, steps[i], objective, before);
            before = objective;
            double size = Vectors.norm(Vectors.plus(gradient, lambda, theta));
            slope = Double.isNaN(slope) ? size : slope;
            run.sides(GRADIENT, steps[i], size, 1e-6 * slope);
        }
    }

    /** Per layer ‖∇_kL‖², ⟨∇_kL, W_k⟩ and ‖∇_kL + λW_k‖². */
    private static double[] rates(Network network, double[] theta, double[] gradient, double lambda) {
        double[] rates = new double[3 * network.layers()];
        for (int k = 1; k <= network.layers(); k++) {
            double[] g = network.layer(gradient, k);
            double[] w = network.layer(theta, k);
            double[] r = Vectors.plus(g, lambda, w);
            rates[3 * k - 3] = Vectors.dot(g, g);
            rates[3 * k - 2] = Vectors.dot(g, w);
            rates[3 * k - 1] = Vectors.dot(r, r);
        }
        return rates;
    }

    /** The integrals behind θ: three for each layer. */
    private record Layers(double[] y, int from, int layers, double lambda) {
        double of(int k, int which) {
            return y[from + 3 * k + which];
        }

        double left(int k) {
            return of(k, 0) + lambda * of(k, 1);
        }

        /** The size of the terms that cancel. */
        double terms() {
            double terms = 0;
            for (int k = 0; k < layers; k++) {
                terms += of(k, 0) + Math.abs(lambda * of(k, 1));
            }
            return terms;
        }

        double furthest(double right) {
            double furthest = left(0);
            for (int k = 1; k < layers; k++) {
                furthest = Math.abs(left(k) - right) > Math.abs(furthest - right) ? left(k) : furthest;
            }
            return furthest;
        }

        double total() {
            double total = 0;
            for (int k = 0; k < layers; k++) {
                total += left(k);
            }
            return total;
        }

        double sum(int which) {
            double sum = 0;
            for (int k = 0; k < layers; k++) {
                sum += of(k, which);
            }
            return sum;
        }

        double largest(int which) {
            double largest = of(0, which);
            for (int k = 1; k < layers; k++) {
                largest = Math.max(largest, of(k, which));
            }
            return largest;
        }
    }
}
