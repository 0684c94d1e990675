package org.lowrank.trainer.theory.merging;

import java.util.List;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.GradientDescent;

/** ‖W_t x′‖ of a shallow ReLU network on a nearly orthogonal input. */
final class Lemma5 extends Check {
    private static final Claim PRINTED =
            Claim.atMost("printed", "at every recorded step", "‖W_t x′‖ ≤ ‖W_0 x′‖(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ");

    Lemma5() {
        super(new Statement(
                "lemma-5",
                "Lemma 5 (shallow ReLU networks)",
                "A shallow ReLU network trained by gradient descent with weight decay sends inputs that are nearly"
                        + " orthogonal to its training inputs nearly to 0.",
                "‖W_t x′‖ ≤ ‖W_0 x′‖(1−ηλ)^t + ε(1−(1−ηλ)^t)/λ",
                List.of("u fixed, ‖u‖ ≤ 1", "max_i |⟨x_i, x′⟩| ≤ ε", "ηλ ≤ 1"),
                1,
                List.of(PRINTED)));
    }

    /** The sign turned by a mutation is that of the ε-term. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        Shallow shallow = Shallow.of(settings);
        for (double epsilon : settings.epsilons()) {
            for (double lambda : settings.lambdasOr(0.01, 0.1)) {
                for (int draw = 0; draw < settings.draws(); draw++) {
                    TwoTasks tasks = TwoTasks.of(epsilon, settings.seed() + draw);
                    double[] start = shallow.start(settings.seed() + draw + 100);
                    Evidence.Run run = evidence.run("ReLU ε=" + epsilon, draw, lambda);
                    double[] x = tasks.second().inputs()[0];
                    run.assumeAtMost("ε", tasks.first().largestInnerProduct(x), epsilon * (1 + 1e-9));
                    run.assumeAtMost("‖u‖", shallow.outputNorm(start), 1 + 1e-12);
                    run.assumeAtMost("ηλ", Shallow.ETA * lambda, 1);
                    GradientDescent descent = shallow.descent(tasks.first(), lambda, start);
                    Decay decay = new Decay(Shallow.ETA, lambda, epsilon);
                    double projection = shallow.projection(start, x);
                    for (long step : RecordedSteps.logarithmic(
                            Math.round(Math.min(10 / (Shallow.ETA * lambda), settings.mostSteps())), 28)) {
                        double[] theta = descent.until(step);
                        run.sides(
                                PRINTED,
                                step,
                                shallow.projection(theta, x),
                                decay.bound(projection, step, evidence.sign()),
                                shallow.norm(theta));
                    }
                }
            }
        }
        return List.of(
                "With ε = 0 both sides are equal: W_t x′ = (1−ηλ)^t W_0 x′ exactly. The statement's \"for any j ∈"
                        + " [m]\" refers to nothing, and its proof writes ℓ for ℓ′.");
    }
}
