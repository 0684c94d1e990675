package org.lowrank.trainer.theory.claim;

import java.util.List;

/**
 * A claim with what was found.
 *
 * @param verdict over all runs
 * @param byCondition over the runs of each condition alone, in the order in which they ran
 */
public record Reading(Claim claim, Verdict verdict, List<OfCondition> byCondition) {
    /** The verdict over the runs of one condition. */
    public record OfCondition(String condition, Verdict verdict) {}
}
