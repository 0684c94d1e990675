package org.lowrank.trainer.theory.merging;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.GradientDescent;
import org.lowrank.trainer.theory.flow.Network;

/** Merging of shallow ReLU networks. */
final class Corollary1 extends Check {
    private static final Claim GAP = Claim.atMost(
            "printed, gap",
            "first inequality, for the input x_i of the first task where the sides are closest",
            "|f_{θ+θ′}(x) − f_θ(x)| ≤ ‖W′_t x‖");
    private static final Claim BOUND = Claim.atMost(
            "printed, bound", "second inequality, likewise", "‖W′_t x‖ ≤ ‖W′_0 x‖(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ");
    private static final Claim LOSS = Claim.atMost(
                    "loss", "what the proof draws from it for the loss", "L(θ+θ′) ≤ L(θ) + (1/n) Σ ‖W′_t x_i‖")
            .aside();

    Corollary1() {
        super(new Statement(
                "corollary-1",
                "Corollary 1 (merging shallow ReLU networks)",
                "The sum of two shallow ReLU networks trained on nearly orthogonal tasks predicts on each task's inputs"
                        + " what that task's own network predicts, up to Lemma 5's bound.",
                "|f_{θ_t+θ′_t}(x) − f_{θ_t}(x)| ≤ ‖W′_t x‖ ≤ ‖W′_0 x‖(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ",
                List.of("the same u fixed in both networks, ‖u‖ ≤ 1", "max_{i,j} |⟨x_i, x′_j⟩| ≤ ε", "ηλ ≤ 1"),
                1,
                List.of(GAP, BOUND, LOSS)));
    }

    /** The sign turned by a mutation is that of the ε-term. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        Shallow shallow = Shallow.of(settings);
        for (double epsilon : settings.epsilons()) {
            for (double lambda : settings.lambdasOr(0.01, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    long seed = settings.seed() + draw;
                    TwoTasks tasks = TwoTasks.of(epsilon, seed);
                    Evidence.Run run = evidence.run("ReLU ε=" + epsilon, draw, lambda);
                    double[] start = shallow.start(seed + 100);
                    double[] otherStart = shallow.start(seed + 200);
                    run.assumeAtMost("ε", tasks.largestInnerProduct(), epsilon * (1 + 1e-9));
                    run.assumeAtMost("‖u‖", shallow.outputNorm(start), 1 + 1e-12);
                    run.assumeAtMost("ηλ", Shallow.ETA * lambda, 1);
                    GradientDescent own = shallow.descent(tasks.first(), lambda, start);
                    GradientDescent other = shallow.descent(tasks.second(), lambda, otherStart);
                    Decay decay = new Decay(Shallow.ETA, lambda, epsilon);
                    for (long step : RecordedSteps.logarithmic(
                            Math.round(Math.min(10 / (Shallow.ETA * lambda), settings.mostSteps())), 28)) {
                        record(
                                shallow,
                                tasks,
                                own.until(step),
                                other.until(step),
                                x -> decay.bound(shallow.projection(otherStart, x), step, evidence.sign()),
                                step,
                                run);
                    }
                }
            }
        }
        return List.of();
    }

    private static void record(
            Shallow shallow,
            TwoTasks tasks,
            double[] own,
            double[] other,
            ToDoubleFunction<double[]> bounded,
            long step,
            Evidence.Run run) {
        Network network = shallow.network();
        double[] merged = shallow.merge(own, other);
        Closest gap = new Closest();
        Closest bound = new Closest();
        double mean = 0;
        for (double[] x : tasks.first().inputs()) {
            double projection = shallow.projection(other, x);
            gap.offer(Math.abs(network.output(merged, x) - network.output(own, x)), projection);
            bound.offer(projection, bounded.applyAsDouble(x));
            mean += projection / tasks.first().size();
        }
        double any = shallow.norm(other);
        double loss = network.loss(own, tasks.first());
        run.sides(GAP, step, gap.left, gap.right, any);
        run.sides(BOUND, step, bound.left, bound.right, any);
        run.sides(LOSS, step, network.loss(merged, tasks.first()), loss + mean, loss + any);
    }

    /** The pair of sides with the largest ratio. */
    private static final class Closest {
        private double left = Double.NaN;
        private double right = Double.NaN;

        void offer(double lhs, double rhs) {
            if (Double.isNaN(left) || rhs <= 0 || lhs / rhs > left / right) {
                left = lhs;
                right = rhs;
            }
        }
    }
}
