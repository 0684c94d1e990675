package org.lowrank.trainer.curve;

/**
 * One measured quantity of one draw over the recorded steps.
 *
 * @param condition what distinguishes its runs besides draw and λ
 * @param draw from 0
 * @param lambda λ
 * @param metric what was measured
 * @param steps of descent, ascending
 * @param values at those steps; NaN where undefined
 */
public record Curve(String condition, int draw, double lambda, String metric, long[] steps, double[] values) {
    /** The value at the last recorded step. */
    public double last() {
        return values[values.length - 1];
    }
}
