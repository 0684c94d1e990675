package org.lowrank.trainer.theory.claim;

/**
 * An assumption of a statement, measured on one run.
 *
 * @param name short
 * @param text what has to be true of the measured number
 * @param condition of the run
 * @param draw of the run
 * @param lambda of the run
 * @param measured the number
 * @param satisfied whether it is true; a run with an unmet assumption is recorded but not judged
 */
public record Assumption(
        String name, String text, String condition, int draw, double lambda, double measured, boolean satisfied) {}
