package org.lowrank.trainer.theory.linear;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Vectors;

/** The projection of w(t) on a nearly orthogonal point, with the constants A₁, A₂ and B. */
final class Theorem3 extends Check {
    private static final Claim PRINTED = Claim.atMost(
                    "printed", "as printed, logarithms of both sides", "|⟨w(t), x′⟩| ≤ |⟨w(0), x′⟩| A₁ e^{−λKt} + A₂ ε")
            .inLogarithms();
    private static final Claim HALF_RATE = Claim.atMost(
                    "proof's rate",
                    "the proof ends with half the rate: e^{−at+b√t} ≤ e^{b²/2a} e^{−at/2}, a = λK",
                    "|⟨w(t), x′⟩| ≤ |⟨w(0), x′⟩| A₁ e^{−λKt/2} + A₂ ε")
            .inLogarithms()
            .aside();
    private static final Claim CORRECTED = Claim.atMost(
                    "corrected",
                    "ours, from the corrected equation (4): rate λ and D instead of B",
                    "|⟨w(t), x′⟩| ≤ |⟨w(0), x′⟩| (D/‖w(0)‖)^{1−1/K} e^{−λt} + ε C D^{2−2/K} (1 − e^{−λt})/λ")
            .inLogarithms()
            .ours();
    private static final Claim NORM = Claim.atMost("B", "as the proof uses it", "‖w(t)‖ ≤ B = ‖w(0)‖² + C/λ")
            .aside();
    private static final Claim NORM_SQUARED = Claim.atMost(
                    "B, squared", "as the expression for B suggests, and its derivation", "‖w(t)‖² ≤ B")
            .aside();
    private static final Claim NORM_CORRECTED = Claim.atMost(
                    "D",
                    "ours: what does not increase is L + (λ/2)Σ‖W_k‖², and Σ‖W_k‖² = K‖w‖^{2/K}",
                    "‖w(t)‖^{2/K} ≤ D^{2/K} = ‖w(0)‖^{2/K} + 2C/(λK)")
            .ours();
    private static final Claim PROPOSITION_1 = Claim.atMost(
                    "Proposition 1",
                    "true, by 2√(pt) ≤ p + t with weights; here at the a = λK and b of the proof, p from 10⁻³ to 10³ times t",
                    "−at + b√t ≤ (−a + b/(2√p))t + (b/2)√p")
            .aside();

    Theorem3() {
        super(new Statement(
                "theorem-3",
                "Theorem 3 (deep linear networks, constants)",
                "From a balanced start, the end-to-end vector's projection on a point nearly orthogonal to the inputs"
                        + " decays exponentially up to a term proportional to ε.",
                "|⟨w(t), x′⟩| ≤ |⟨w(0), x′⟩| A₁ e^{−λKt} + A₂ ε",
                List.of(
                        "gradient flow from a balanced start",
                        "logistic loss, L(θ(t)) ≤ C (C is the largest measured)",
                        "max_i |⟨x_i, x′⟩| ≤ ε"),
                Steps.FLOW,
                List.of(PRINTED, HALF_RATE, CORRECTED, NORM, NORM_SQUARED, NORM_CORRECTED, PROPOSITION_1)));
    }

    /** The sign turned by a mutation is that of the exponents of A₁ and of D/‖w(0)‖. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        List<String> rates = new ArrayList<>();
        for (int depth : settings.depthsOr(2, 3, 4)) {
            for (double lambda : settings.lambdasOr(0.03, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    LinearRun run = train(depth, lambda, settings.seed() + draw, settings);
                    record(run, depth, draw, settings, evidence);
                    double rate = rate(run);
                    if (draw == 0 && Double.isFinite(rate)) {
                        rates.add("K = " + depth + ", λ = " + NumberText.significant(lambda, 3) + ": "
                                + NumberText.decimals(rate, 3));
                    }
                }
            }
        }
        List<String> findings = new ArrayList<>();
        if (!rates.isEmpty()) {
            findings.add(
                    "With ε = 0 and a network that does not collapse, the projection decays at the end like e^{−rλt}, not"
                            + " e^{−Kλt}; measured r: " + String.join("; ", rates) + ".");
        }
        findings.add(
                "The introduction prints the right rate, e^{−λt}; the theorem has e^{−λKt} and its proof e^{−λKt/2}.");
        return findings;
    }

    private static LinearRun train(int depth, double lambda, long seed, TheorySettings settings) {
        Network network = LinearRun.network(depth, settings);
        Sample sample = LinearRun.sample(0, seed);
        double[] start = LinearRun.balancedStart(network, 0, seed);
        Constants expected = new Constants(depth, lambda, 1, network.loss(start, sample), 1);
        double enough = (expected.logA1() + 10) / Math.max(0.5, depth / 2.0 - 1);
        double horizon = Math.min(300, Math.max(30, enough)) / lambda;
        return LinearRun.of(network, sample, lambda, start, horizon, settings.effort());
    }

    private static void record(LinearRun run, int depth, int draw, TheorySettings settings, Evidence evidence) {
        Network network = run.network();
        double start = Vectors.norm(network.endToEnd(run.path()[0]));
        Constants constants = new Constants(depth, run.lambda(), start, run.largestLoss(), evidence.sign());
        boolean first = true;
        for (double epsilon : settings.epsilons()) {
            Evidence.Run to = evidence.run("K=" + depth + " ε=" + epsilon, draw, run.lambda());
            double[] x = Samples.withInnerProducts(run.sample(), epsilon, axis());
            run.assumeBalanced(to);
            to.assumeAtMost("ε", run.sample().largestInnerProduct(x), epsilon * (1 + 1e-9));
            if (first && draw == 0) {
                run.assumeIntegrated(to, settings);
            }
            for (int i = 0; i < run.steps().length; i++) {
                double[] w = network.endToEnd(run.path()[i]);
                sides(run, i, w, x, epsilon, constants, to);
                if (first) {
                    norms(run.steps()[i], Vectors.norm(w), constants, to);
                }
            }
            first = false;
        }
    }

    private static void sides(
            LinearRun run, int i, double[] w, double[] x, double epsilon, Constants constants, Evidence.Run to) {
        double projection = Math.abs(Vectors.dot(run.network().endToEnd(run.path()[0]), x));
        double left = Math.log(Math.abs(Vectors.dot(w, x)));
        double time = run.time(i);
        long step = run.steps()[i];
        double rate = run.lambda() * constants.layers();
        double any = Math.log(Vectors.norm(w) * Vectors.norm(x));
        to.sides(PRINTED, step, left, constants.logBound(projection, epsilon, rate, time), any);
        to.sides(HALF_RATE, step, left, constants.logBound(projection, epsilon, rate / 2, time), any);
        to.sides(CORRECTED, step, left, constants.logCorrected(projection, epsilon, time), any);
        if (time > 0) {
            proposition1(rate, time, step, to);
        }
    }

    /** With b = a, for the p where the sides are closest. */
    private static void proposition1(double a, double t, long step, Evidence.Run to) {
        double left = -a * t + a * Math.sqrt(t);
        double closest = Double.POSITIVE_INFINITY;
        for (int i = -30; i <= 30; i++) {
            double p = t * Math.pow(10, i / 10.0);
            closest = Math.min(closest, (-a + a / (2 * Math.sqrt(p))) * t + a / 2 * Math.sqrt(p));
        }
        to.sides(PROPOSITION_1, step, left, closest + 1e-12 * (Math.abs(left) + a * t));
    }

    private static void norms(long step, double norm, Constants constants, Evidence.Run to) {
        double power = 2.0 / constants.layers();
        to.sides(NORM, step, norm, constants.bound());
        to.sides(NORM_SQUARED, step, norm * norm, constants.bound());
        to.sides(NORM_CORRECTED, step, Math.pow(norm, power), Math.pow(constants.correctedNormBound(), power));
    }

    /**
     * −d ln|⟨w, e⟩|/dt over λ between the last two recorded times, e the coordinate that no input uses; NaN where the network
     * collapses, or the integrator stops, before.
     */
    private static double rate(LinearRun run) {
        int last = run.steps().length - 1;
        if (last < 2 || run.time(last) * run.lambda() < 10) {
            return Double.NaN;
        }
        double before = Vectors.dot(run.network().endToEnd(run.path()[last - 1]), axis());
        double after = Vectors.dot(run.network().endToEnd(run.path()[last]), axis());
        return -Math.log(after / before) / (run.time(last) - run.time(last - 1)) / run.lambda();
    }

    private static double[] axis() {
        double[] axis = new double[LinearRun.DIMENSION];
        axis[LinearRun.DIMENSION - 1] = 1;
        return axis;
    }
}
