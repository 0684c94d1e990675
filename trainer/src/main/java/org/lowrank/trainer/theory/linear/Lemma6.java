package org.lowrank.trainer.theory.linear;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Effort;
import org.lowrank.trainer.theory.flow.GradientFlow;
import org.lowrank.trainer.theory.flow.OneNeuron;
import org.lowrank.trainer.theory.flow.Vectors;

/** A bound on an integral along the end-to-end path. */
final class Lemma6 extends Check {
    private static final String INTEGRAL = "(K−1)∫₀ᵗ ‖w‖^{1−1/K} |⟨∇L¹, w⟩| dr ≤ √((K−1)(1+λK) L¹(w(0)) t)";
    private static final Claim PRINTED = Claim.atMost("printed", "along equation (4) as printed, from s = 0", INTEGRAL);
    private static final Claim TRUE_FLOW =
            Claim.atMost("along the flow", "along the corrected equation (4), which the networks follow", INTEGRAL);
    private static final Claim ENERGY_PRINTED = Claim.equal(
                    "proof, printed",
                    "the proof's chain rule writes ⟨∇L¹, ẇ⟩ where equation (4) gives ⟨∇L¹, w⟩",
                    "(K−1)∫‖w‖^{2−2/K}⟨∇L¹, w⟩² + ∫‖w‖^{2−2/K}‖∇L¹‖² = (1+λK)(L¹(w(0)) − L¹(w(t)))",
                    1e-6)
            .aside();
    private static final Claim ENERGY = Claim.equal(
                    "proof, with w",
                    "with ⟨∇L¹, w⟩; its integral grows like t, so no bound of order √t follows",
                    "(K−1)∫‖w‖^{2−2/K}⟨∇L¹, w⟩² + ∫‖w‖^{2−2/K}‖∇L¹‖² = L¹(w(0)) − L¹(w(t)) − λK∫⟨∇L¹, w⟩",
                    1e-6)
            .ours();
    private static final Claim GROWTH = Claim.equal(
                    "growth",
                    "ours: what the corrected equation gives exactly for the integral that Theorem 3 needs",
                    "−K∫‖w‖^{−2/K}⟨∇L¹, w⟩ = ln(‖w(t)‖/‖w(0)‖) + λKt",
                    1e-6)
            .ours();

    Lemma6() {
        super(new Statement(
                "lemma-6",
                "Lemma 6 (stationary point convergence)",
                "Along equation (4) the integral of the loss's slope along w grows no faster than the square root of time.",
                INTEGRAL,
                List.of("w follows equation (4)", "K at least 2: else both sides are 0"),
                Steps.FLOW,
                List.of(PRINTED, TRUE_FLOW, ENERGY_PRINTED, ENERGY, GROWTH)));
    }

    /** The sign turned by a mutation is that of λ in the identities. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        for (int depth : settings.depthsOr(2, 3, 4)) {
            if (depth > 1) {
                atRest(depth, evidence);
            }
            for (double lambda : settings.lambdasOr(0.03, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    EndToEnd vector = new EndToEnd(LinearRun.sample(0, settings.seed() + draw), depth, lambda);
                    double[] start = LinearRun.network(depth, settings)
                            .endToEnd(LinearRun.balancedStart(
                                    LinearRun.network(depth, settings), 0, settings.seed() + draw));
                    Evidence.Run run = evidence.run("K=" + depth, draw, lambda);
                    new Path(vector, depth, lambda, start, settings).record(run, evidence.sign());
                }
            }
        }
        return List.of("At a stationary point other than 0 the integrand tends to a positive constant, so the integral"
                + " grows like t and passes any multiple of √t.");
    }

    /** One neuron a layer, all weights 1, λ = 1/(1 + e): as ‖w‖ = 1 both equations agree and rest, with the integrand 1/(1 + e). */
    private static void atRest(int depth, Evidence evidence) {
        OneNeuron rest = new OneNeuron(1, depth);
        double lambda = rest.lambda();
        EndToEnd vector = new EndToEnd(OneNeuron.sample(0), depth, lambda);
        double[] w = OneNeuron.network(Activation.IDENTITY, depth).endToEnd(rest.theta(0));
        Evidence.Run run = evidence.run("one neuron K=" + depth, 0, lambda);
        run.assumeAtMost(
                "at rest by both equations: ‖dw/dt‖/(λK)",
                Math.max(Vectors.norm(vector.equation4(w)), Vectors.norm(vector.corrected(w))) / (lambda * depth),
                1e-12);
        double square = (depth - 1) * (1 + lambda * depth) * vector.loss(w);
        double rate = (depth - 1) * Math.abs(Vectors.dot(vector.gradient(w), w));
        double crossing = square / (rate * rate);
        for (long step : RecordedSteps.logarithmic(Math.round(4 * crossing / Steps.FLOW), 28)) {
            double time = step * Steps.FLOW;
            run.sides(PRINTED, step, rate * time, Math.sqrt(square * time), (depth - 1) * time);
            run.sides(TRUE_FLOW, step, rate * time, Math.sqrt(square * time), (depth - 1) * time);
        }
    }

    /** w followed by six integrals, at each recorded time. */
    private record Path(EndToEnd vector, int layers, double lambda, double[] start, TheorySettings settings) {
        private static final int INTEGRALS = 6;
        private static final double HORIZON = 300;

        double[][] solve(UnaryOperator<double[]> equation, double[] times, Effort effort) {
            int d = start.length;
            GradientFlow.Field field = (y, rate) -> {
                double[] w = Arrays.copyOf(y, d);
                System.arraycopy(equation.apply(w), 0, rate, 0, d);
                double[] gradient = vector.gradient(w);
                double norm = Vectors.norm(w);
                double along = Vectors.dot(gradient, w);
                double power = Math.pow(norm, 2 - 2.0 / layers);
                rate[d] = Math.sqrt(power) * Math.abs(along);
                rate[d + 1] = power * along * along;
                rate[d + 2] = power * Vectors.dot(gradient, gradient);
                rate[d + 3] = along;
                rate[d + 4] = along * power / (norm * norm);
                rate[d + 5] = Math.sqrt(power) * norm; // since ‖∇L¹‖ ≤ 1
            };
            return GradientFlow.solve(field, Arrays.copyOf(start, d + INTEGRALS), times, effort);
        }

        private boolean resolved(double[] y) {
            return Vectors.norm(Arrays.copyOf(y, start.length)) >= LinearRun.RESOLVED;
        }

        void record(Evidence.Run run, double sign) {
            long[] steps = RecordedSteps.logarithmic(Math.round(HORIZON / lambda / Steps.FLOW), 28);
            double[] times = Steps.times(steps);
            double[][] printed = solve(vector::equation4, times, settings.effort());
            double[][] corrected = solve(vector::corrected, times, settings.effort());
            double[][] finer = solve(vector::equation4, times, settings.effort().halved());
            int last = 0;
            int reached = Math.min(finer.length, Math.min(printed.length, corrected.length));
            while (last + 1 < reached && resolved(printed[last + 1]) && resolved(corrected[last + 1])) {
                last++;
            }
            run.assumeAtMost(
                    "integration: relative change with half the tolerance",
                    Vectors.distance(printed[last], finer[last]) / Vectors.norm(printed[last]),
                    1e-6);
            int d = start.length;
            double first = vector.loss(start);
            for (int i = 0; i <= last; i++) {
                double right = Math.sqrt((layers - 1) * (1 + lambda * layers) * first * times[i]);
                double[] y = printed[i];
                double[] c = corrected[i];
                if (layers > 1) { // else both sides are 0
                    run.sides(PRINTED, steps[i], (layers - 1) * y[d], right, (layers - 1) * y[d + 5]);
                    run.sides(TRUE_FLOW, steps[i], (layers - 1) * c[d], right, (layers - 1) * c[d + 5]);
                }
                double drop = first - vector.loss(Arrays.copyOf(y, d));
                double energy = (layers - 1) * y[d + 1] + y[d + 2];
                run.sides(ENERGY_PRINTED, steps[i], energy, (1 + lambda * layers) * drop);
                double decay = lambda * layers * y[d + 3];
                run.sides(ENERGY, steps[i], energy, drop - sign * decay, energy + Math.abs(drop) + Math.abs(decay));
                double growth = Math.log(Vectors.norm(Arrays.copyOf(c, d)) / Vectors.norm(start));
                double time = lambda * layers * times[i];
                run.sides(GROWTH, steps[i], -layers * c[d + 4], growth + sign * time, Math.abs(growth) + time);
            }
        }
    }
}
