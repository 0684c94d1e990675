package org.lowrank.trainer.theory.flow;

/** Vectors of a few dozen doubles. */
public final class Vectors {
    private Vectors() {}

    /** ⟨a, b⟩. */
    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** ‖a‖. */
    public static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    /** a + s b, a new vector. */
    public static double[] plus(double[] a, double s, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + s * b[i];
        }
        return sum;
    }

    /** s a, a new vector. */
    public static double[] times(double s, double[] a) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = s * a[i];
        }
        return product;
    }

    /** ‖a − b‖. */
    public static double distance(double[] a, double[] b) {
        return norm(plus(a, -1, b));
    }

    /** a/‖a‖. */
    public static double[] unit(double[] a) {
        return times(1 / norm(a), a);
    }

    /** Whether no entry is NaN or infinite. */
    public static boolean finite(double[] a) {
        return Double.isFinite(dot(a, a));
    }
}
