package org.lowrank.trainer.descent;

/**
 * Gradient descent's two numbers.
 *
 * @param stepSize η &gt; 0
 * @param weightDecay λ ≥ 0, with ηλ &lt; 1
 */
public record DescentSettings(double stepSize, double weightDecay) {
    /** Checks the ranges. */
    public DescentSettings {
        if (!(stepSize > 0) || !(weightDecay >= 0) || !(stepSize * weightDecay < 1)) {
            throw new IllegalArgumentException("descent: step size " + stepSize + ", weight decay " + weightDecay
                    + ": need step > 0, decay >= 0 and their product below 1");
        }
    }
}
