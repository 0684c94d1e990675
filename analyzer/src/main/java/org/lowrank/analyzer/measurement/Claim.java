package org.lowrank.analyzer.measurement;

import org.lowrank.reports.finding.Verdict;

/**
 * A claim as thresholds on the distance of a value from what is claimed, judged against what a null model gives as well.
 *
 * @param holds largest distance at which it holds
 * @param roughly largest at which it holds roughly
 * @param tolerance distances this close to the null's are not told apart from it; never less than four of its standard deviations
 */
public record Claim(double holds, double roughly, double tolerance) {
    /**
     * The verdict is about the difference from the null: a value beyond both thresholds is an exception; else one that the null
     * gives too is indistinguishable; else it holds (or roughly) where the null does not reach that, or where it is at most half
     * as far from the claim as the null; where the null is nearer to the claim by a threshold it is an exception.
     *
     * @param distance of the value from the claim
     * @param none the null's distance and its standard deviation
     */
    public Verdict judge(double distance, NullModel.Value none) {
        Verdict own = level(distance);
        Verdict nulls = level(none.value());
        if (own == Verdict.EXCEPTION) {
            return own;
        }
        if (Math.abs(distance - none.value()) <= Math.max(tolerance, 4 * none.sd())) {
            return Verdict.INDISTINGUISHABLE;
        }
        if (own.compareTo(nulls) < 0 || distance <= none.value() / 2) {
            return own;
        }
        return own == nulls ? Verdict.INDISTINGUISHABLE : Verdict.EXCEPTION;
    }

    private Verdict level(double distance) {
        return distance <= holds ? Verdict.HOLDS : distance <= roughly ? Verdict.ROUGHLY : Verdict.EXCEPTION;
    }
}
