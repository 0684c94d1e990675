package org.lowrank.analyzer.layer;

import java.io.IOException;

/** A selection of layers and matrices that no matrix of the model fits: the user's mistake, not the model's. */
public final class NothingSelectedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: what, where, values; what to do. */
    public NothingSelectedException(String message) {
        super(message);
    }
}
