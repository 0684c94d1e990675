package org.lowrank.trainer.theory.linear;

import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Recorder;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Vectors;

/** Merging of deep linear networks. */
final class Theorem1 extends Check {
    private static final String BOUND = " A₁ e^{−λKt} + A₂ ε";
    private static final Claim PRINTED = Claim.atMost(
                    "printed",
                    "as printed: weights added layer by layer; the right side has θ(0)",
                    "|f_{θ+θ′}(x) − f_θ(x)| ≤ |f_{θ(0)}(x)|" + BOUND)
            .inLogarithms();
    private static final Claim PRIMED = Claim.atMost(
                    "with θ′(0)",
                    "the introduction and Theorem 3 have the other network's start there",
                    "|f_{θ+θ′}(x) − f_θ(x)| ≤ |f_{θ′(0)}(x)|" + BOUND)
            .inLogarithms();
    private static final Claim END_TO_END = Claim.atMost(
                    "end-to-end sum",
                    "what Theorem 3 bounds: the end-to-end vectors are added, w + w′, not the layers",
                    "|⟨w + w′, x⟩ − ⟨w, x⟩| ≤ |⟨w′(0), x⟩|" + BOUND)
            .inLogarithms();
    private static final Claim CORRECTED = Claim.atMost(
                    "end-to-end sum, corrected",
                    "ours, see Theorem 3",
                    "|⟨w′, x⟩| ≤ |⟨w′(0), x⟩| (D/‖w′(0)‖)^{1−1/K} e^{−λt} + ε C D^{2−2/K}(1 − e^{−λt})/λ")
            .inLogarithms();
    private static final Claim SEPARATE = Claim.atMost(
                    "separate hidden directions",
                    "ours: layers are added, and the two starts use orthogonal directions in every hidden layer",
                    "|f_{θ+θ′}(x) − f_θ(x)| ≤ the corrected bound")
            .inLogarithms();

    Theorem1() {
        super(new Statement(
                "theorem-1",
                "Theorem 1 (merging deep linear networks)",
                "Two deep linear networks trained by gradient flow on nearly orthogonal tasks can be merged by adding their"
                        + " weights: on a point of one task the sum predicts what its own network predicts.",
                "|f_{θ(t)+θ′(t)}(x) − f_{θ(t)}(x)| ≤ |f_{θ(0)}(x)| A₁ e^{−λKt} + A₂ ε",
                List.of("gradient flow from balanced starts", "max_i |⟨x′_i, x⟩| ≤ ε"),
                Steps.FLOW,
                List.of(PRINTED, PRIMED, END_TO_END, CORRECTED, SEPARATE)));
    }

    /** The sign turned by a mutation is that of the exponents of A₁ and of D/‖w(0)‖. */
    @Override
    protected List<String> measure(TheorySettings settings, Recorder recorder) {
        double overlapping = Double.POSITIVE_INFINITY;
        double separate = 0;
        for (int depth : settings.depthsOr(2, 3)) {
            for (double lambda : settings.lambdasOr(0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    overlapping = Math.min(overlapping, record(depth, lambda, draw, false, settings, recorder));
                    separate = Math.max(separate, record(depth, lambda, draw, true, settings, recorder));
                }
            }
        }
        return List.of("At the smallest ε the gap of the layerwise sum ends at " + NumberText.of(overlapping)
                + " of |f_θ(x)| or more where the hidden directions overlap: the terms that mix layers of both networks do"
                + " not decay. With orthogonal hidden directions it ends at " + NumberText.of(separate) + " or less.");
    }

    /** The gap relative to |f_θ(x)| at the end, at the smallest ε. */
    private static double record(
            int depth, double lambda, int draw, boolean orthogonal, TheorySettings settings, Recorder recorder) {
        long seed = settings.seed() + draw;
        Network network = LinearRun.network(depth);
        Sample first = LinearRun.sample(0, seed);
        Sample second = LinearRun.sample(1, seed);
        double[] start = LinearRun.balancedStart(network, 0, seed);
        double[] otherStart = LinearRun.balancedStart(network, 1, seed);
        if (orthogonal) {
            start = HiddenDirections.moveTo(network, start, 0);
            otherStart = HiddenDirections.moveTo(network, otherStart, 1);
        }
        double loss = Math.max(network.loss(start, first), network.loss(otherStart, second));
        double enough = (new Constants(depth, lambda, 1, loss, 1).logA1() + 20) / (depth - 1);
        double horizon = Math.min(300, Math.max(30, enough)) / lambda;
        LinearRun own = LinearRun.of(network, first, lambda, start, horizon, settings.tolerance());
        LinearRun other = LinearRun.of(network, second, lambda, otherStart, horizon, settings.tolerance());
        double c = Math.max(own.largestLoss(), other.largestLoss());
        Constants constants = new Constants(depth, lambda, 1, c, recorder.sign());
        double relative = Double.NaN;
        double smallest = Double.POSITIVE_INFINITY;
        for (double epsilon : settings.epsilons()) {
            String kind = orthogonal ? "separate" : "overlapping";
            Recorder.Run to = recorder.run(kind + " K=" + depth + " ε=" + epsilon, draw, lambda);
            double[] x = Samples.withInnerProducts(second, epsilon, first.inputs()[0]);
            own.assumeBalanced(to);
            other.assumeBalanced(to);
            to.assumeAtMost("ε", second.largestInnerProduct(x), epsilon * (1 + 1e-9));
            if (draw == 0 && epsilon == settings.epsilons().get(0)) {
                own.assumeIntegrated(to, settings);
            }
            double gap = sides(own, other, x, epsilon, orthogonal, constants, to);
            if (epsilon < smallest) {
                smallest = epsilon;
                relative = gap;
            }
        }
        return relative;
    }

    private static double sides(
            LinearRun own,
            LinearRun other,
            double[] x,
            double epsilon,
            boolean orthogonal,
            Constants constants,
            Recorder.Run to) {
        Network network = own.network();
        double projection = Math.abs(network.output(own.path()[0], x));
        double primed = Math.abs(network.output(other.path()[0], x));
        double rate = own.lambda() * constants.layers();
        double relative = Double.NaN;
        for (int i = 0; i < own.steps().length; i++) {
            long step = own.steps()[i];
            double time = own.time(i);
            double output = network.output(own.path()[i], x);
            double merged = network.output(Vectors.plus(own.path()[i], 1, other.path()[i]), x);
            double gap = Math.log(Math.abs(merged - output));
            relative = Math.abs(merged - output) / Math.abs(output);
            if (orthogonal) {
                to.sides(SEPARATE, step, gap, rounded(constants.logCorrected(primed, epsilon, time), output));
                continue;
            }
            double projected = Math.log(Math.abs(network.output(other.path()[i], x)));
            to.sides(PRINTED, step, gap, constants.logBound(projection, epsilon, rate, time));
            to.sides(PRIMED, step, gap, constants.logBound(primed, epsilon, rate, time));
            to.sides(END_TO_END, step, projected, constants.logBound(primed, epsilon, rate, time));
            to.sides(CORRECTED, step, projected, constants.logCorrected(primed, epsilon, time));
        }
        return relative;
    }

    /** A gap formed by subtracting outputs is not resolved below their rounding error. */
    private static double rounded(double logBound, double output) {
        return Constants.logSum(logBound, Math.log(Math.abs(output) * 1e-12));
    }
}
