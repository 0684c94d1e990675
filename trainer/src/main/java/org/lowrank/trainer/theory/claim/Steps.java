package org.lowrank.trainer.theory.claim;

/** Steps of gradient flow, which are whole numbers: they count hundredths of its time. */
public final class Steps {
    /** Gradient-flow time of one recorded step. */
    public static final double FLOW = 0.01;

    private Steps() {}

    /** Times of flow at recorded steps. */
    public static double[] times(long[] steps) {
        double[] times = new double[steps.length];
        for (int i = 0; i < steps.length; i++) {
            times[i] = steps[i] * FLOW;
        }
        return times;
    }
}
