package org.lowrank.spectral.kernel;

/** Powers of two that bring entries near 1, so that squares neither over- nor underflow. */
public final class Scaling {
    private Scaling() {}

    /**
     * The power of two at the largest entry's magnitude; 0 for all zeros.
     *
     * @throws IllegalArgumentException if an entry is NaN or infinite
     */
    public static double powerOfTwoNear(double[] entries) {
        double largest = 0;
        for (int i = 0; i < entries.length; i++) {
            double magnitude = Math.abs(entries[i]);
            if (!(magnitude <= Double.MAX_VALUE)) {
                throw new IllegalArgumentException("entry " + i + " is " + entries[i]);
            }
            largest = Math.max(largest, magnitude);
        }
        return largest == 0 ? 0 : Math.scalb(1.0, Math.max(-1021, Math.min(1022, Math.getExponent(largest))));
    }
}
