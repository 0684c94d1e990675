package org.lowrank.trainer.theory.stationary;

import java.util.List;
import java.util.Locale;
import org.lowrank.spectral.SpectralNorm;
import org.lowrank.trainer.network.RankBound;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Vectors;

/** The mean inverse stable rank is bounded below by powers of λ. */
final class Lemma4 extends Check {
    private static final Claim EQUATION_2 =
            Claim.finallyAtLeast("equation (2)", "as printed", "(1/K) Σ ‖W_k‖₂/‖W_k‖_F ≥ (λ/L(θ)^{1/2−1/K})^{1/2}");
    private static final Claim EQUATION_3 = Claim.finallyAtLeast(
            "equation (3)",
            "as printed; it comes from B ≤ 1/(eλ)",
            "(1/K) Σ ‖W_k‖₂/‖W_k‖_F ≥ λe/((λe)^{1/K} e^{1/K}) = λ^{1−1/K} e^{1−2/K}");
    private static final Claim SHARPER = Claim.finallyAtLeast(
                    "equation (3), sharper",
                    "from B² ≤ 1/(eλ), which is what max z e^{−z} = 1/e gives for λB²",
                    "(1/K) Σ ‖W_k‖₂/‖W_k‖_F ≥ (λ e^{1−2/K})^{1/2}")
            .ours();
    private static final Claim NORM_PRINTED = Claim.finallyAtMost(
                    "norm, printed", "the proof's last line", "B = max_k ‖W_k‖_F ≤ 1/(eλ)")
            .aside();
    private static final Claim NORM_SQUARED = Claim.finallyAtMost(
                    "norm, squared", "the sharper reading of it", "B² = max_k ‖W_k‖_F² ≤ 1/(eλ)")
            .ours();
    private static final Claim PRODUCT = Claim.finallyAtMost(
                    "proof, product", "the proof's first line", "λ‖W_{k′}‖_F² ≤ Π_k ‖W_k‖₂ for every k′")
            .aside();

    Lemma4() {
        super(new Statement(
                "lemma-4",
                "Lemma 4 (low-rank structure)",
                "At a stationary point the mean inverse stable rank is at least a power of λ: stronger weight decay forces"
                        + " lower stable ranks.",
                "(1/K) Σ ‖W_k‖₂/‖W_k‖_F ≥ (λ/L(θ)^{1/2−1/K})^{1/2} and ≥ λe/((λe)^{1/K} e^{1/K})",
                List.of(
                        "θ is a stationary point of L_λ",
                        "λ > 0, inputs of norm at most 1, f homogeneous of degree one in each layer",
                        "θ ≠ 0, else stable ranks are undefined"),
                1,
                List.of(EQUATION_2, EQUATION_3, SHARPER, NORM_PRINTED, NORM_SQUARED, PRODUCT)));
    }

    /** The sign turned by a mutation is that of the exponents of λ in the bounds on the mean. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        double lowest = Double.POSITIVE_INFINITY;
        int width = settings.widthOr(Descent.WIDTH);
        for (int depth : settings.depthsOr(3, 5, 8)) {
            // At K = 8 there are points of rest other than 0 up to λ = 0.27, and only there the bounds pass the floor.
            Double[] own =
                    depth >= 8 ? new Double[] {0.005, 0.01, 0.03, 0.1, 0.2, 0.25} : new Double[] {0.005, 0.01, 0.03};
            for (double lambda : settings.lambdasOr(own)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    double scale = lambda >= 0.1 ? 3 : 2;
                    Descent linear = Descent.Plan.of(Activation.IDENTITY, depth, width, 0.1, 1.4)
                            .run(lambda, draw, settings);
                    record(linear, evidence.run("linear K=" + depth, draw, lambda), evidence.sign(), false);
                    Descent cones =
                            Descent.Plan.onCones(depth, width, 0.1, scale).run(lambda, draw, settings);
                    record(cones, evidence.run("ReLU on cones K=" + depth, draw, lambda), evidence.sign(), false);
                    Descent relu = Descent.Plan.of(Activation.RELU, depth, width, 0.1, scale)
                            .run(lambda, draw, settings);
                    double mean =
                            record(relu, evidence.run("ReLU at kinks K=" + depth, draw, lambda), evidence.sign(), true);
                    lowest = Math.min(lowest, mean);
                }
            }
        }
        return Double.isInfinite(lowest)
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "The lowest mean inverse stable rank at the end of a ReLU run that is not collapsed is %.3f. Any"
                                + " weights have at least (1 + (K−1)/√width)/K, since w_K is a row.",
                        lowest));
    }

    /** The mean inverse stable rank at the end; infinite where the run does not count. */
    private static double record(Descent descent, Evidence.Run run, double sign, boolean hovers) {
        if (hovers) {
            descent.assumeBalanced(run);
        } else {
            descent.assumeStationary(run);
        }
        Network network = descent.network();
        int layers = network.layers();
        double share = 1.0 / layers;
        double lambda = Math.pow(descent.lambda(), sign);
        double mean = Double.POSITIVE_INFINITY;
        double floor = floor(network);
        for (int i = 0; i < descent.path().length; i++) {
            double[] theta = descent.path()[i];
            long step = descent.steps()[i];
            mean = 0;
            double product = 1;
            double largest = 0;
            for (int k = 1; k <= layers; k++) {
                double spectral = SpectralNorm.of(network.layer(theta, k), network.width(k), network.width(k - 1));
                double frobenius = network.layerNorm(theta, k);
                mean += spectral / frobenius / layers;
                product *= spectral;
                largest = Math.max(largest, frobenius);
            }
            double loss = network.loss(theta, descent.sample());
            run.metric("loss", step, loss);
            run.sides(EQUATION_2, step, mean, Math.sqrt(lambda / Math.pow(loss, 0.5 - share)), floor);
            run.sides(EQUATION_3, step, mean, RankBound.equation3(lambda, layers), floor);
            run.sides(SHARPER, step, mean, RankBound.sharper(lambda, layers), floor);
            run.sides(NORM_PRINTED, step, largest, 1 / (Math.E * descent.lambda()));
            run.sides(NORM_SQUARED, step, largest * largest, 1 / (Math.E * descent.lambda()));
            run.sides(PRODUCT, step, descent.lambda() * largest * largest, product);
        }
        return Vectors.norm(descent.last()) >= Descent.COLLAPSED ? mean : Double.POSITIVE_INFINITY;
    }

    /** (1/K) Σ 1/√min(rows, columns): the mean inverse stable rank is at least that for any weights. */
    private static double floor(Network network) {
        double floor = 0;
        for (int k = 1; k <= network.layers(); k++) {
            floor += 1 / Math.sqrt(Math.min(network.width(k), network.width(k - 1))) / network.layers();
        }
        return floor;
    }
}
