package org.lowrank.trainer.theory.claim;

/**
 * What the recorded points say about a claim.
 *
 * @param margin for inequalities the smallest slack: (larger − smaller)/max(|lhs|, |rhs|) with the sign of the
 *     relation, 0 where the sides meet and negative where it is violated, or, on the logarithmic scale, the difference
 *     of the logarithms; for equalities minus the largest relative deviation. Where every step counts, the first
 *     point of a run, which often is an equality by construction, is judged but not counted here. NaN without points
 * @param condition of the decisive run: the first violating one, else the tightest
 * @param draw of the decisive run
 * @param lambda of the decisive run
 * @param step first violating step, else the tightest
 * @param runs how many runs were judged
 * @param excluded how many were left out because an assumption was not met
 */
public record Verdict(
        Outcome outcome, double margin, String condition, int draw, double lambda, long step, int runs, int excluded) {
    /** The three answers. */
    public enum Outcome {
        HOLDS,
        VIOLATED,
        /** No run met the assumptions, so nothing was judged. */
        ASSUMPTION_NOT_MET
    }
}
