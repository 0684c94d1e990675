package org.lowrank.machine.memory;

/** Without the Vector API, element by element. */
final class PlainWeightedFloats implements WeightedFloats {
    @Override
    public boolean of(float[][] x, double[] weights, int count, float[] out) {
        return of(x, weights, 0, count, out);
    }

    /** The elements from, …, count − 1. */
    static boolean of(float[][] x, double[] weights, int from, int count, float[] out) {
        float zero = 0;
        for (int i = from; i < count; i++) {
            double sum = weights[0] * x[0][i];
            for (int m = 1; m < weights.length; m++) {
                sum += weights[m] * x[m][i];
            }
            out[i] = (float) sum;
            zero += out[i] * 0;
        }
        return zero == 0;
    }

    @Override
    public boolean ofDifferences(float[] base, float[][] x, double[] weights, double factor, int count, float[] out) {
        return ofDifferences(base, x, weights, factor, 0, count, out);
    }

    /** The elements from, …, count − 1. */
    static boolean ofDifferences(
            float[] base, float[][] x, double[] weights, double factor, int from, int count, float[] out) {
        float zero = 0;
        for (int i = from; i < count; i++) {
            double b = base[i];
            double sum = weights[0] * (x[0][i] - b);
            for (int m = 1; m < weights.length; m++) {
                sum += weights[m] * (x[m][i] - b);
            }
            out[i] = (float) (b + factor * sum);
            zero += out[i] * 0;
        }
        return zero == 0;
    }
}
