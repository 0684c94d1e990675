package org.lowrank.trainer.theory.flow;

/**
 * How much work a run may take.
 *
 * @param tolerance relative, of the integrator of gradient flow
 * @param mostSteps of descent, or evaluations of the integrator, in one run; what is not reached then is not known
 */
public record Effort(double tolerance, int mostSteps) {
    /** The same with half the tolerance. */
    public Effort halved() {
        return new Effort(tolerance / 2, mostSteps);
    }
}
