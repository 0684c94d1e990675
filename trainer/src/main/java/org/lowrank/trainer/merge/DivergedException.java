package org.lowrank.trainer.merge;

/** Descent left the finite numbers: the step size is too large for the problem. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(String message) {
        super(message);
    }
}
