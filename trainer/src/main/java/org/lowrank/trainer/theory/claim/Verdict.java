package org.lowrank.trainer.theory.claim;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * What the recorded points say about a claim.
 *
 * @param margin for inequalities the smallest slack: (larger − smaller)/max(|lhs|, |rhs|) with the sign of the
 *     relation, 0 where the sides meet and negative where it is violated, or, on the logarithmic scale, the difference
 *     of the logarithms; for equalities minus the largest relative deviation. Where every step counts, the first
 *     point of a run, which often is an equality by construction, is judged but not counted here. NaN without points
 * @param at the decisive point: the first violating one, else of an undecided run, else the tightest
 * @param runs how they were judged
 * @param power what the bound says beyond what any weights satisfy
 */
public record Verdict(Outcome outcome, double margin, At at, Runs runs, Power power) {
    /** The four answers. */
    public enum Outcome {
        HOLDS,
        VIOLATED,
        /** A limit that is not reached yet, or a side that is not defined: neither for nor against the claim. */
        UNDECIDED,
        /** No run met the assumptions, so nothing was judged. */
        ASSUMPTION_NOT_MET
    }

    /** A point of a run; λ is NaN where the run covers several. */
    public record At(String condition, int draw, double lambda, long step) {
        static final At NOWHERE = new At("", 0, Double.NaN, 0);
    }

    /**
     * Counts.
     *
     * @param judged those that met the assumptions
     * @param undecided of these, those in which the claim is neither true nor false
     * @param excluded those that did not meet them
     */
    public record Runs(int judged, int undecided, int excluded) {}

    /**
     * How far a bound is from what any weights satisfy.
     *
     * @param sharpness of an inequality whose trivial side was recorded: the bound in units of it where it is sharpest, over
     *     the judged points; on the logarithmic scale the difference of the logarithms. NaN where there is none
     * @param vacuousRuns runs in which the bound is nowhere sharper than the trivial one
     * @param start of a limit: the left side where the decisive run starts, the value of untrained weights; else NaN
     */
    public record Power(double sharpness, int vacuousRuns, double start) {
        static final Power NONE = new Power(Double.NaN, 0, Double.NaN);
    }

    /** In every run that was judged, any weights of these norms satisfy at least as much. */
    @JsonIgnore
    public boolean isVacuous() {
        return runs.judged > 0 && power.vacuousRuns == runs.judged;
    }

    /** It holds and says something. */
    @JsonIgnore
    public boolean holdsWithPower() {
        return outcome == Outcome.HOLDS && !isVacuous();
    }
}
