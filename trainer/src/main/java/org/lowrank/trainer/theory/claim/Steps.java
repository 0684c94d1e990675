package org.lowrank.trainer.theory.claim;

import java.util.TreeSet;

/** When to record. */
public final class Steps {
    /** Gradient-flow time of one recorded step: steps are whole numbers, so flow counts hundredths of its time. */
    public static final double FLOW = 0.01;

    private Steps() {}

    /** 0 and at most {@code count} about log-spaced whole numbers from 1 to {@code last}. */
    public static long[] logarithmic(long last, int count) {
        TreeSet<Long> steps = new TreeSet<>();
        steps.add(0L);
        for (int i = 0; i < count; i++) {
            steps.add(Math.round(Math.pow(last, (double) i / (count - 1))));
        }
        return steps.stream().mapToLong(Long::longValue).toArray();
    }

    /** Times of flow at recorded steps. */
    public static double[] times(long[] steps) {
        double[] times = new double[steps.length];
        for (int i = 0; i < steps.length; i++) {
            times[i] = steps[i] * FLOW;
        }
        return times;
    }
}
