package org.lowrank.trainer.theory.claim;

/**
 * A deliberate mistake in a check's formulas, for tests only: no check is worth anything if wrong formulas pass it.
 *
 * @param factor multiplies every right side
 * @param sign multiplies the term that each check's {@code measure} names; −1 turns its sign around
 */
record Mutation(double factor, double sign) {
    /** The formulas as they are. */
    static final Mutation NONE = new Mutation(1, 1);
}
