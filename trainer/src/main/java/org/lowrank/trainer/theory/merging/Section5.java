package org.lowrank.trainer.theory.merging;

import java.util.List;
import java.util.Random;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientDescent;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Starts;
import org.lowrank.trainer.theory.flow.Vectors;

/** The linear predictor that opens Section 5. */
final class Section5 extends Check {
    private static final double ETA = 0.1;

    private static final Claim PRINTED = Claim.atMost(
            "printed", "at every step, not only for large t", "|⟨θ_t, x′⟩| ≤ |⟨θ_0, x′⟩|(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ");
    private static final Claim GAP = Claim.atMost(
            "gap",
            "both tasks trained, predictors added",
            "|f_{θ+θ′}(x′) − f_{θ′}(x′)| ≤ |⟨θ_0, x′⟩|(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ");
    private static final Claim SPAN_PRINTED = Claim.atMost(
                    "span, printed",
                    "the unrolled recursion as printed, with +ℓ′ in α_i",
                    "‖θ_t − θ_0(1−ηλ)^t − Σ α_i x_i‖/‖θ_t‖ ≤ 10⁻⁹, α_i = (1/n)Σ_s η(1−ηλ)^{t−s−1} ℓ′(y_i⟨θ_s, x_i⟩) y_i")
            .aside();
    private static final Claim SPAN = Claim.atMost(
                    "span, −ℓ′",
                    "the update subtracts the gradient, so α_i carries −ℓ′ > 0",
                    "‖θ_t − θ_0(1−ηλ)^t + Σ α_i x_i‖/‖θ_t‖ ≤ 10⁻⁹ with the same α_i")
            .ours();

    Section5() {
        super(new Statement(
                "section-5",
                "Section 5 (linear predictor)",
                "A linear predictor trained by gradient descent with weight decay forgets its start and lies in the span of"
                        + " its inputs, so on a nearly orthogonal input it predicts nearly 0.",
                "|⟨θ_t, x′⟩| ≤ |⟨θ_0, x′⟩|(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ",
                List.of("max_i |⟨x_i, x′⟩| ≤ ε", "ηλ ≤ 1"),
                1,
                List.of(PRINTED, GAP, SPAN_PRINTED, SPAN)));
    }

    /** The sign turned by a mutation is that of the ε-term, and of α_i. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        for (double epsilon : settings.epsilons()) {
            for (double lambda : settings.lambdasOr(0.01, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    TwoTasks tasks = TwoTasks.of(epsilon, settings.seed() + draw);
                    Evidence.Run run = evidence.run("linear ε=" + epsilon, draw, lambda);
                    run.assumeAtMost("ε", tasks.largestInnerProduct(), epsilon * (1 + 1e-9));
                    run.assumeAtMost("ηλ", ETA * lambda, 1);
                    record(tasks, new Decay(ETA, lambda, epsilon), draw, settings, run, evidence.sign());
                }
            }
        }
        return List.of("The recursion's α_i is printed with the wrong sign; the bound does not depend on it.");
    }

    private static void record(
            TwoTasks tasks, Decay decay, int draw, TheorySettings settings, Evidence.Run run, double sign) {
        long seed = settings.seed() + draw;
        Network network = new Network(Activation.IDENTITY, TwoTasks.DIMENSION, 1);
        double[] start = Starts.gaussian(network, 1, new Random(seed + 100));
        double[] otherStart = Starts.gaussian(network, 1, new Random(seed + 200));
        GradientDescent own = new GradientDescent(network, tasks.first(), ETA, decay.lambda(), 1, start);
        GradientDescent other = new GradientDescent(network, tasks.second(), ETA, decay.lambda(), 1, otherStart);
        double[] x = tasks.second().inputs()[0];
        double[] alpha = new double[tasks.first().size()];
        long done = 0;
        for (long step : RecordedSteps.logarithmic(
                Math.round(Math.min(10 / (ETA * decay.lambda()), settings.mostSteps())), 28)) {
            for (; done < step; done++) {
                unroll(alpha, tasks.first(), own.until(done), decay);
            }
            double[] theta = own.until(step);
            double[] merged = Vectors.plus(theta, 1, other.until(step));
            double bound = decay.bound(Math.abs(Vectors.dot(start, x)), step, sign);
            double any = Vectors.norm(theta);
            run.sides(PRINTED, step, Math.abs(Vectors.dot(theta, x)), bound, any);
            run.sides(
                    GAP,
                    step,
                    Math.abs(Vectors.dot(merged, x) - Vectors.dot(other.until(step), x)),
                    bound + 1e-14 * Vectors.norm(merged),
                    any);
            double[] kept = Vectors.times(Math.pow(1 - ETA * decay.lambda(), step), start);
            run.sides(SPAN_PRINTED, step, distance(theta, kept, alpha, tasks.first(), 1), 1e-9);
            run.sides(SPAN, step, distance(theta, kept, alpha, tasks.first(), -sign), 1e-9);
        }
    }

    /** α_i ← (1 − ηλ) α_i + (η/n) ℓ′(y_i⟨θ_s, x_i⟩) y_i. */
    private static void unroll(double[] alpha, Sample sample, double[] theta, Decay decay) {
        for (int i = 0; i < alpha.length; i++) {
            double y = sample.labels()[i];
            double slope = LogisticLoss.derivative(y * Vectors.dot(theta, sample.inputs()[i]));
            alpha[i] = (1 - ETA * decay.lambda()) * alpha[i] + ETA / alpha.length * slope * y;
        }
    }

    private static double distance(double[] theta, double[] kept, double[] alpha, Sample sample, double sign) {
        double[] span = kept;
        for (int i = 0; i < alpha.length; i++) {
            span = Vectors.plus(span, sign * alpha[i], sample.inputs()[i]);
        }
        return Vectors.distance(theta, span) / Vectors.norm(theta);
    }
}
