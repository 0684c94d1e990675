package org.lowrank.trainer.theory.claim;

import java.util.List;
import org.lowrank.trainer.theory.flow.Effort;

/**
 * What the checks run over.
 *
 * @param depths numbers of layers K ≥ 1; empty for each check's own
 * @param width of the hidden layers; 0 for each check's own
 * @param lambdas weight decays λ > 0; empty for each check's own
 * @param epsilons largest inner products ε between the inputs of two tasks, in [0, 0.3]
 * @param draws of data and initialisation, at least 1
 * @param seed of draw 0; draw i has seed + i
 * @param tolerance relative tolerance of the integrator of gradient flow, in [1e-12, 1e-6]
 * @param mostSteps of descent, or evaluations of the integrator, in one run, at least 100
 */
public record TheorySettings(
        List<Integer> depths,
        int width,
        List<Double> lambdas,
        List<Double> epsilons,
        int draws,
        long seed,
        double tolerance,
        int mostSteps) {
    public TheorySettings {
        depths = List.copyOf(depths);
        lambdas = List.copyOf(lambdas);
        epsilons = List.copyOf(epsilons);
        require(depths.stream().allMatch(k -> k >= 1 && k <= 20), "depths " + depths, "give integers from 1 to 20");
        require(width >= 0 && width <= 100, "width " + width, "give an integer from 1 to 100");
        require(
                lambdas.stream().allMatch(l -> l > 0 && l <= 1),
                "weight decays " + lambdas,
                "give numbers above 0 and at most 1");
        require(
                !epsilons.isEmpty() && epsilons.stream().allMatch(e -> e >= 0 && e <= 0.3),
                "inner products " + epsilons,
                "give numbers from 0 to 0.3");
        require(draws >= 1, "draws " + draws, "give at least 1");
        require(mostSteps >= 100, "steps of one run " + mostSteps, "give at least 100");
        require(tolerance >= 1e-12 && tolerance <= 1e-6, "tolerance " + tolerance, "give one from 1e-12 to 1e-6");
    }

    private static void require(boolean valid, String what, String remedy) {
        if (!valid) {
            throw new IllegalArgumentException("theory: " + what + ": out of range; " + remedy);
        }
    }

    /** Each check's own depths and λ, ε in {0, 1e-3, 1e-2, 1e-1}, 3 draws, tolerance 1e-9. */
    public static TheorySettings defaults() {
        return new TheorySettings(List.of(), 0, List.of(), List.of(0.0, 1e-3, 1e-2, 1e-1), 3, 1, 1e-9, 1_000_000);
    }

    /** Of the integrator. */
    public Effort effort() {
        return new Effort(tolerance, mostSteps);
    }

    /** The given depths, or a check's own. */
    public List<Integer> depthsOr(Integer... own) {
        return depths.isEmpty() ? List.of(own) : depths;
    }

    /** The given width, or a check's own. */
    public int widthOr(int own) {
        return width == 0 ? own : width;
    }

    /** The given λ, or a check's own. */
    public List<Double> lambdasOr(Double... own) {
        return lambdas.isEmpty() ? List.of(own) : lambdas;
    }
}
