package org.lowrank.trainer.theory.flow;

import java.util.Arrays;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.ode.ODEState;
import org.hipparchus.ode.OrdinaryDifferentialEquation;
import org.hipparchus.ode.nonstiff.DormandPrince853Integrator;

/**
 * Equation (1), dW_k/dt = −λ W_k − ∇_{W_k} L, by Hipparchus's Dormand–Prince 8(5,3) with adaptive steps. The local
 * error of a step is held below tolerance · (floor + |component|). Integrals along the path are integrated with it.
 */
public final class GradientFlow {
    /** Share of the tolerance that is absolute; small so that components decaying to zero keep their digits. */
    private static final double ABSOLUTE = 1e-3;

    private static final double LARGEST_STEP = 20;

    /**
     * Of a step in units of 1/λ: what decays like e^{−λt} below the absolute floor is held by no tolerance; with this step its
     * relative error is below 1e-8 a step.
     */
    private static final double LARGEST_DECAY = 0.5;

    private GradientFlow() {}

    /** y′ of any autonomous system. */
    @FunctionalInterface
    public interface Field {
        /** Writes y′. */
        void rate(double[] y, double[] rate);
    }

    /** Integrands along the path: their rates, given θ, L and ∇L. */
    @FunctionalInterface
    public interface Integrands {
        /** One rate per integral. */
        double[] rates(double[] theta, double loss, double[] gradient);
    }

    /**
     * y at each of the increasing {@code times}, the first of which is the initial time. Fewer states where the tolerance cannot
     * be kept within three million evaluations, or y leaves the finite numbers: what is there is right, the rest is not known.
     */
    public static double[][] solve(Field field, double[] initial, double[] times, Effort effort) {
        return solve(field, initial, times, LARGEST_STEP, effort);
    }

    private static double[][] solve(Field field, double[] initial, double[] times, double largestStep, Effort effort) {
        OrdinaryDifferentialEquation equation = new OrdinaryDifferentialEquation() {
            @Override
            public int getDimension() {
                return initial.length;
            }

            @Override
            public double[] computeDerivatives(double t, double[] y) {
                double[] rate = new double[y.length];
                field.rate(y, rate);
                return rate;
            }
        };
        DormandPrince853Integrator integrator =
                new DormandPrince853Integrator(1e-15, largestStep, ABSOLUTE * effort.tolerance(), effort.tolerance());
        integrator.setMaxEvaluations(effort.mostSteps());
        double[][] states = new double[times.length][];
        states[0] = initial.clone();
        for (int i = 1; i < times.length; i++) {
            try {
                states[i] = integrator
                        .integrate(equation, new ODEState(times[i - 1], states[i - 1]), times[i])
                        .getPrimaryState();
            } catch (MathRuntimeException e) {
                return Arrays.copyOf(states, i);
            }
            if (!Vectors.finite(states[i])) {
                return Arrays.copyOf(states, i);
            }
        }
        return states;
    }

    /**
     * θ followed by the integrals (0 at the first time) at each of the times.
     *
     * @param integrals how many {@code integrands} gives
     */
    public static double[][] solve(
            Network network,
            Sample sample,
            double lambda,
            double[] theta,
            int integrals,
            Integrands integrands,
            double[] times,
            Effort effort) {
        Field field = field(network, sample, lambda, theta.length, integrals, integrands);
        return solve(field, Arrays.copyOf(theta, theta.length + integrals), times, effort);
    }

    /**
     * As {@link #solve}, by Euler's method with a fixed step: for ReLU networks whose flow comes to rest on kinks, where
     * the rate is discontinuous and adaptive steps shrink without end. The kinks are followed to within the step. Fewer states
     * where the steps allowed do not reach the last time.
     */
    public static double[][] euler(
            Network network,
            Sample sample,
            double lambda,
            double[] theta,
            int integrals,
            Integrands integrands,
            double[] times,
            double step,
            int mostSteps) {
        Field field = field(network, sample, lambda, theta.length, integrals, integrands);
        double[] y = Arrays.copyOf(theta, theta.length + integrals);
        double[] rate = new double[y.length];
        double[][] states = new double[times.length][];
        long done = 0;
        for (int i = 0; i < times.length; i++) {
            if (Math.round(times[i] / step) > mostSteps) {
                return Arrays.copyOf(states, i);
            }
            for (; done < Math.round(times[i] / step); done++) {
                field.rate(y, rate);
                for (int j = 0; j < y.length; j++) {
                    y[j] += step * rate[j];
                }
            }
            states[i] = y.clone();
        }
        return states;
    }

    private static Field field(
            Network network, Sample sample, double lambda, int p, int integrals, Integrands integrands) {
        return (y, rate) -> {
            double[] gradient = new double[p];
            double[] at = Arrays.copyOf(y, p);
            double loss = network.gradient(at, sample, gradient);
            for (int i = 0; i < p; i++) {
                rate[i] = -lambda * at[i] - gradient[i];
            }
            double[] rates = integrands.rates(at, loss, gradient);
            System.arraycopy(rates, 0, rate, p, integrals);
        };
    }

    /** θ at each of the times; what decays like e^{−λt} keeps its digits however small it becomes. */
    public static double[][] solve(
            Network network, Sample sample, double lambda, double[] theta, double[] times, Effort effort) {
        Field field = field(network, sample, lambda, theta.length, 0, (at, loss, gradient) -> new double[0]);
        return solve(field, theta, times, Math.min(LARGEST_STEP, LARGEST_DECAY / lambda), effort);
    }
}
