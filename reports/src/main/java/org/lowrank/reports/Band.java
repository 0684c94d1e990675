package org.lowrank.reports;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds a line.
 *
 * @param low ordinates of its lower edge, NaN where there is none; −∞ reaches to the end of the axis
 * @param high likewise of its upper edge
 * @param deviation half width where the band is of one standard deviation and readers are told so, else null
 */
public record Band(double[] low, double[] high, double @Nullable [] deviation) {
    static Band around(double[] y, double[] sd) {
        double[] low = new double[y.length];
        double[] high = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            low[i] = y[i] - sd[i];
            high[i] = y[i] + sd[i];
        }
        return new Band(low, high, sd);
    }

    /** From these ordinates to the end of the axis. */
    static Band beyond(double[] y, boolean above) {
        double[] far = new double[y.length];
        Arrays.fill(far, above ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
        return above ? new Band(y, far, null) : new Band(far, y, null);
    }

    boolean has(int i) {
        return !Double.isNaN(low[i]) && !Double.isNaN(high[i]);
    }
}
