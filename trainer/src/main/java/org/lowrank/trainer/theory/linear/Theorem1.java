package org.lowrank.trainer.theory.linear;

import java.util.ArrayList;
import java.util.List;
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
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;
import org.lowrank.trainer.theory.flow.Vectors;

/** Merging of deep linear networks. */
final class Theorem1 extends Check {
    private static final String BOUND = " A₁ e^{−λKt} + A₂ ε";
    private static final Claim PRINTED = Claim.atMost(
                    "printed",
                    "as printed: x is nearly orthogonal to the inputs x_i of θ itself, and f_θ is subtracted",
                    "max_i |⟨x_i, x⟩| ≤ ε: |f_{θ+θ′}(x) − f_θ(x)| ≤ |f_{θ(0)}(x)|" + BOUND)
            .inLogarithms();
    private static final Claim SUBTRACTED = Claim.atMost(
                    "subtracting f_θ′",
                    "the same premise with f_θ′ subtracted: the slip may be there, since x then is an input of the other task",
                    "max_i |⟨x_i, x⟩| ≤ ε: |f_{θ+θ′}(x) − f_θ′(x)| ≤ |f_{θ(0)}(x)|" + BOUND)
            .inLogarithms();
    private static final Claim OTHER_PREMISE = Claim.atMost(
                    "premise ⟨x′_i, x⟩",
                    "or the slip is in the premise: x nearly orthogonal to the other task's inputs, as in Corollary 1, and, as in"
                            + " the introduction and Theorem 3, the other network's start on the right",
                    "max_i |⟨x′_i, x⟩| ≤ ε: |f_{θ+θ′}(x) − f_θ(x)| ≤ |f_{θ′(0)}(x)|" + BOUND)
            .inLogarithms();
    private static final Claim ONE_NEURON = Claim.atMost(
                    "one neuron",
                    "K = 2, one neuron, one point a task, both networks at rest: the gap is w′_2 a and does not decay, for every"
                            + " λ < 1/2; the largest right side of those above",
                    "|f_{θ+θ′}(x) − f_θ(x)| ≤ |f_{θ(0)}(x)|" + BOUND)
            .inLogarithms();
    private static final Claim END_TO_END = Claim.atMost(
                    "end-to-end sum",
                    "what Theorem 3 bounds: the end-to-end vectors are added, w + w′, not the layers",
                    "|⟨w + w′, x⟩ − ⟨w, x⟩| ≤ |⟨w′(0), x⟩|" + BOUND)
            .inLogarithms()
            .ours();
    private static final Claim CORRECTED = Claim.atMost(
                    "end-to-end sum, corrected",
                    "ours, see Theorem 3",
                    "|⟨w′, x⟩| ≤ |⟨w′(0), x⟩| (D/‖w′(0)‖)^{1−1/K} e^{−λt} + ε C D^{2−2/K}(1 − e^{−λt})/λ")
            .inLogarithms()
            .ours();
    private static final Claim SEPARATE = Claim.atMost(
                    "separate hidden directions",
                    "ours: layers are added, and the two starts use orthogonal directions in every hidden layer",
                    "|f_{θ+θ′}(x) − f_θ(x)| ≤ the corrected bound")
            .inLogarithms()
            .ours();

    Theorem1() {
        super(new Statement(
                "theorem-1",
                "Theorem 1 (merging deep linear networks)",
                "Two deep linear networks trained by gradient flow on nearly orthogonal tasks can be merged by adding their"
                        + " weights: on a point of one task the sum predicts what its own network predicts.",
                "|f_{θ(t)+θ′(t)}(x) − f_{θ(t)}(x)| ≤ |f_{θ(0)}(x)| A₁ e^{−λKt} + A₂ ε",
                List.of("gradient flow from balanced starts", "max_i |⟨x_i, x⟩| ≤ ε, or |⟨x′_i, x⟩| (both measured)"),
                Steps.FLOW,
                List.of(PRINTED, SUBTRACTED, OTHER_PREMISE, ONE_NEURON, END_TO_END, CORRECTED, SEPARATE)));
    }

    /** The sign turned by a mutation is that of the exponents of A₁ and of D/‖w(0)‖. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        double overlapping = Double.NaN;
        double separate = Double.NaN;
        for (int depth : settings.depthsOr(2, 3)) {
            for (double lambda : settings.lambdasOr(0.1)) {
                if (depth == 2 && lambda < 0.5) {
                    oneNeuron(lambda, evidence);
                }
                for (int draw = 0; draw < settings.draws(); draw++) {
                    overlapping = least(overlapping, record(depth, lambda, draw, false, settings, evidence));
                    if (settings.widthOr(2) > 1) {
                        separate = most(separate, record(depth, lambda, draw, true, settings, evidence));
                    }
                }
            }
        }
        List<String> findings = new ArrayList<>();
        if (Double.isFinite(overlapping)) {
            findings.add("At the smallest ε the gap of the layerwise sum ends at " + NumberText.of(overlapping)
                    + " of |f_θ(x)| or more where the hidden directions overlap: the terms that mix layers of both networks do"
                    + " not decay.");
        }
        if (Double.isFinite(separate)) {
            findings.add("With orthogonal hidden directions it ends at " + NumberText.of(separate) + " or less.");
        }
        return findings;
    }

    private static double least(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
    }

    private static double most(double a, double b) {
        return Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
    }

    /** Both networks at rest from the start: λ = 1/(1 + e^{r²}), outputs r² on the own point, 0 on the other's. */
    private static void oneNeuron(double lambda, Evidence evidence) {
        OneNeuron rest = new OneNeuron(Math.sqrt(Math.log(1 / lambda - 1)), 2);
        Evidence.Run run = evidence.run("one neuron K=2 ε=0", 0, lambda);
        run.assumeAtMost(
                "at rest: ‖λθ + ∇L‖/(λ‖θ‖)",
                Math.max(rest.misalignment(Activation.IDENTITY, 0), rest.misalignment(Activation.IDENTITY, 1)),
                1e-9);
        Network network = OneNeuron.network(Activation.IDENTITY, 2);
        double[] x = OneNeuron.sample(0).inputs()[0];
        double own = network.output(rest.theta(0), x);
        double merged = network.output(Vectors.plus(rest.theta(0), 1, rest.theta(1)), x);
        Constants constants =
                new Constants(2, lambda, own, network.loss(rest.theta(0), OneNeuron.sample(0)), evidence.sign());
        long last = Math.round(Math.max(10, 2 * (constants.logA1() + 10)) / (2 * lambda) / Steps.FLOW);
        for (long step : RecordedSteps.logarithmic(Math.max(1, last), 28)) {
            double bound = constants.logBound(own, 0, 2 * lambda, step * Steps.FLOW);
            run.sides(ONE_NEURON, step, Math.log(Math.abs(merged - own)), bound);
        }
    }

    /** The gap relative to |f_θ(x)| at the end, at the smallest ε. */
    private static double record(
            int depth, double lambda, int draw, boolean orthogonal, TheorySettings settings, Evidence evidence) {
        long seed = settings.seed() + draw;
        Network network = LinearRun.network(depth, settings);
        Sample first = LinearRun.sample(0, seed);
        Sample second = LinearRun.sample(1, seed);
        double[] start = LinearRun.balancedStart(network, 0, seed);
        double[] otherStart = LinearRun.balancedStart(network, 1, seed);
        if (orthogonal) {
            start = HiddenDirections.moveTo(network, start, 0);
            otherStart = HiddenDirections.moveTo(network, otherStart, 1);
        }
        double loss = Math.max(network.loss(start, first), network.loss(otherStart, second));
        double enough = (new Constants(depth, lambda, 1, loss, 1).logA1() + 20) / Math.max(1, depth - 1);
        double horizon = Math.min(300, Math.max(30, enough)) / lambda;
        LinearRun reached = LinearRun.of(network, first, lambda, start, horizon, settings.effort());
        LinearRun other = LinearRun.of(network, second, lambda, otherStart, horizon, settings.effort());
        Pair pair = new Pair(reached.upTo(other), other.upTo(reached), evidence.sign());
        double relative = Double.NaN;
        double smallest = Double.POSITIVE_INFINITY;
        for (double epsilon : settings.epsilons()) {
            String kind = orthogonal ? "separate" : "overlapping";
            Evidence.Run to = evidence.run(kind + " K=" + depth + " ε=" + epsilon, draw, lambda);
            pair.own.assumeBalanced(to);
            pair.other.assumeBalanced(to);
            if (draw == 0 && epsilon == settings.epsilons().get(0)) {
                pair.own.assumeIntegrated(to, settings);
            }
            double gap = orthogonal ? pair.separate(epsilon, to) : pair.overlapping(epsilon, to);
            if (epsilon < smallest) {
                smallest = epsilon;
                relative = gap;
            }
        }
        return relative;
    }

    /** Two networks at common steps. */
    private record Pair(LinearRun own, LinearRun other, double sign) {
        private Network network() {
            return own.network();
        }

        private Constants constants() {
            double c = Math.max(own.largestLoss(), other.largestLoss());
            return new Constants(network().layers(), own.lambda(), 1, c, sign);
        }

        /** A point of the first task, with inner products ε to the second's inputs. */
        private double[] ofFirst(double epsilon, Evidence.Run to) {
            double[] x = Samples.withInnerProducts(
                    other.sample(), epsilon, own.sample().inputs()[0]);
            to.assumeAtMost("ε", other.sample().largestInnerProduct(x), epsilon * (1 + 1e-9));
            return x;
        }

        private double[] merged(int i) {
            return Vectors.plus(own.path()[i], 1, other.path()[i]);
        }

        /** ln of a product of norms that bounds |f_{θ+θ′}(x)| + |f_θ(x)| for any weights of these norms. */
        private double anyWeights(int i, boolean firstSubtracted) {
            double sum = 0;
            double single = 0;
            for (int k = 1; k <= network().layers(); k++) {
                double a = network().layerNorm(own.path()[i], k);
                double b = network().layerNorm(other.path()[i], k);
                sum += Math.log(a + b);
                single += Math.log(firstSubtracted ? a : b);
            }
            return Constants.logSum(sum, single);
        }

        double separate(double epsilon, Evidence.Run to) {
            double[] x = ofFirst(epsilon, to);
            double primed = Math.abs(network().output(other.path()[0], x));
            double relative = Double.NaN;
            for (int i = 0; i < own.steps().length; i++) {
                double output = network().output(own.path()[i], x);
                double gap = Math.abs(network().output(merged(i), x) - output);
                relative = gap / Math.abs(output);
                double bound = constants().logCorrected(primed, epsilon, own.time(i));
                to.sides(SEPARATE, own.steps()[i], Math.log(gap), rounded(bound, output), anyWeights(i, true));
            }
            return relative;
        }

        double overlapping(double epsilon, Evidence.Run to) {
            double[] x = ofFirst(epsilon, to);
            double[] z = Samples.withInnerProducts(
                    own.sample(), epsilon, other.sample().inputs()[0]);
            Constants constants = constants();
            double rate = own.lambda() * constants.layers();
            double primed = Math.abs(network().output(other.path()[0], x));
            double start = Math.abs(network().output(own.path()[0], z));
            double relative = Double.NaN;
            for (int i = 0; i < own.steps().length; i++) {
                long step = own.steps()[i];
                double time = own.time(i);
                double any = anyWeights(i, true);
                double output = network().output(own.path()[i], x);
                double gap = Math.abs(network().output(merged(i), x) - output);
                relative = gap / Math.abs(output);
                double atPrinted = constants.logBound(start, epsilon, rate, time);
                double sum = network().output(merged(i), z);
                to.sides(PRINTED, step, logGap(sum, network().output(own.path()[i], z)), atPrinted, any);
                double subtracted = network().output(other.path()[i], z);
                to.sides(
                        SUBTRACTED,
                        step,
                        logGap(sum, subtracted),
                        rounded(atPrinted, subtracted),
                        anyWeights(i, false));
                double primedBound = constants.logBound(primed, epsilon, rate, time);
                to.sides(OTHER_PREMISE, step, Math.log(gap), rounded(primedBound, output), any);
                double[] w = network().endToEnd(other.path()[i]);
                double projected = Math.log(Math.abs(Vectors.dot(w, x)));
                double norm = Math.log(Vectors.norm(w) * Vectors.norm(x));
                to.sides(END_TO_END, step, projected, primedBound, norm);
                to.sides(CORRECTED, step, projected, constants.logCorrected(primed, epsilon, time), norm);
            }
            return relative;
        }

        private static double logGap(double a, double b) {
            return Math.log(Math.abs(a - b));
        }
    }

    /** A gap formed by subtracting outputs is not resolved below their rounding error. */
    private static double rounded(double logBound, double output) {
        return Constants.logSum(logBound, Math.log(Math.abs(output) * 1e-12));
    }
}
