package org.lowrank.analyzer.overlap;

import java.util.function.DoubleUnaryOperator;
import org.lowrank.analyzer.measurement.NullModel;

/**
 * |⟨u, v⟩| of independent directions, uniform on the unit sphere of R^d: P(|⟨u, v⟩| &gt; t) = ∫_{arcsin t}^{π/2} cos^{d−2} θ dθ /
 * ∫_0^{π/2} cos^{d−2} θ dθ. What two texts would show whose tokens the model placed at random.
 *
 * @param dimension d ≥ 2
 */
public record RandomDirections(long dimension) {
    /** Steps of Simpson's rule. */
    private static final int STEPS = 400;

    /** ln of the share of the integrand that is left out. */
    private static final double NEGLIGIBLE = -40;

    private static final int BISECTIONS = 40;

    public RandomDirections {
        if (dimension < 1) {
            throw new IllegalArgumentException(dimension + " dimensions");
        }
    }

    /** P(|⟨u, v⟩| > t), 1 for t ≤ 0 and 0 for t ≥ 1. */
    public double above(double t) {
        if (t <= 0 || dimension == 1) {
            return t < 1 ? 1 : 0;
        }
        return t >= 1 ? 0 : integral(Math.asin(t)) / integral(0);
    }

    /** ∫_from^{π/2} cos^{d−2} θ dθ, up to where the integrand has fallen by {@link #NEGLIGIBLE}. */
    private double integral(double from) {
        double exponent = dimension - 2.0;
        double to = exponent == 0 ? Math.PI / 2 : Math.acos(Math.cos(from) * Math.exp(NEGLIGIBLE / exponent));
        DoubleUnaryOperator power =
                theta -> Math.exp(exponent * Math.log(Math.max(Double.MIN_NORMAL, Math.cos(theta))));
        double step = (to - from) / STEPS;
        double sum = power.applyAsDouble(from) + power.applyAsDouble(to);
        for (int i = 1; i < STEPS; i++) {
            sum += (i % 2 == 1 ? 4 : 2) * power.applyAsDouble(from + i * step);
        }
        return sum * step / 3;
    }

    /** The value that a share {@code level} of pairs does not exceed. */
    public double quantile(double level) {
        return exceededBy(1 - level);
    }

    private double exceededBy(double share) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (above(middle) > share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * The same with its standard deviation over draws, √(p(1 − p)/n)/f(q) for n independent values of density f.
     *
     * @param pairs of rows; n is their root, because use weighs some of them far more than others
     */
    NullModel.Value quantile(double level, long pairs) {
        double at = quantile(level);
        double h = Math.min(0.02 / Math.sqrt(dimension), at / 2);
        double density = (above(at - h) - above(at + h)) / (2 * h);
        double sd = Math.sqrt(level * (1 - level) / Math.sqrt(Math.max(1, pairs))) / density;
        return new NullModel.Value(at, Math.min(1, sd));
    }

    /** The largest of so many independent pairs: its median and half the distance of its 16 % and 84 % quantiles. */
    NullModel.Value largest(long pairs) {
        double n = Math.max(1, pairs);
        double half = (atLargest(0.84, n) - atLargest(0.16, n)) / 2;
        return new NullModel.Value(atLargest(0.5, n), half);
    }

    /** P(largest ≤ t) = (1 − P(one > t))^n. */
    private double atLargest(double level, double n) {
        return exceededBy(-Math.expm1(Math.log(level) / n));
    }
}
