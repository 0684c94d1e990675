package org.lowrank.merge.method;

/** Σ_m w_m x_m over the models of a chunk, in their order. */
final class WeightedSum {
    private WeightedSum() {}

    /** out = Σ_m w_m x_m. */
    static void of(double[] weights, double[][] x, int count, double[] out) {
        for (int m = 0; m < weights.length; m++) {
            double w = weights[m];
            double[] values = x[m];
            if (m == 0) {
                for (int i = 0; i < count; i++) {
                    out[i] = w * values[i];
                }
            } else {
                for (int i = 0; i < count; i++) {
                    out[i] += w * values[i];
                }
            }
        }
    }

    /** x_m −= base. */
    static void subtract(double[] base, double[][] x, int count) {
        for (double[] values : x) {
            for (int i = 0; i < count; i++) {
                values[i] -= base[i];
            }
        }
    }

    /** out = Σ_m w_m (x_m − base). */
    static void ofDifferences(double[] weights, double[] base, double[][] x, int count, double[] out) {
        for (int m = 0; m < weights.length; m++) {
            double w = weights[m];
            double[] values = x[m];
            if (m == 0) {
                for (int i = 0; i < count; i++) {
                    out[i] = w * (values[i] - base[i]);
                }
            } else {
                for (int i = 0; i < count; i++) {
                    out[i] += w * (values[i] - base[i]);
                }
            }
        }
    }

    /** out = base + factor · out. */
    static void addToBase(double[] base, double factor, int count, double[] out) {
        for (int i = 0; i < count; i++) {
            out[i] = base[i] + factor * out[i];
        }
    }
}
