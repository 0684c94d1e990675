package org.lowrank.analyzer.overlap;

import java.util.ArrayList;
import java.util.List;

/**
 * What Corollary 1 allows for shallow ReLU networks trained by gradient descent with step η and weight decay λ on inputs
 * that overlap by at most ε: |f_{θ+θ'}(x) − f_θ(x)| ≤ ‖W'_t x‖ ≤ ‖W'_0 x‖(1 − ηλ)^t + ε(1 − (1 − ηλ)^t)/λ.
 *
 * @param set which inner products ε is taken over: {@code all} or {@code distinct}
 * @param statistic {@code max}, the ε of the paper, or the quantile of |⟨x_i, x'_j⟩| taken instead
 * @param epsilon ε
 * @param lambda λ
 * @param limit ε/λ, the bound as t → ∞
 * @param bounds after each of {@link #STEPS} steps
 */
public record MergeBound(
        String set, String statistic, double epsilon, double lambda, double limit, List<Double> bounds) {
    /** Steps t at which the bound is given. */
    public static final List<Integer> STEPS = List.of(100, 1_000, 10_000, 100_000, 1_000_000);

    /**
     * For one ε and λ.
     *
     * @param learningRate η with ηλ in (0, 1)
     * @param initialNorm ‖W'_0 x‖
     */
    static MergeBound of(
            String set, String statistic, double epsilon, double lambda, double learningRate, double initialNorm) {
        List<Double> bounds = new ArrayList<>();
        for (int t : STEPS) {
            bounds.add(after(epsilon, lambda, learningRate, initialNorm, t));
        }
        return new MergeBound(set, statistic, epsilon, lambda, epsilon / lambda, bounds);
    }

    /** The right side after t steps. */
    public static double after(double epsilon, double lambda, double learningRate, double initialNorm, double t) {
        // (1 − ηλ)^t and 1 − (1 − ηλ)^t without cancellation for small ηλ.
        double exponent = t * Math.log1p(-learningRate * lambda);
        return initialNorm * Math.exp(exponent) - epsilon * Math.expm1(exponent) / lambda;
    }
}
