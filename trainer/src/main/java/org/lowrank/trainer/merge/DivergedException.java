package org.lowrank.trainer.merge;

/** Descent left the finite numbers: the step size is too large for the problem. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says where, and what to do. */
    public DivergedException(String message) {
        super(message);
    }
}
