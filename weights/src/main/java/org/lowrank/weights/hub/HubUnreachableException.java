package org.lowrank.weights.hub;

import org.jspecify.annotations.Nullable;
import org.lowrank.weights.files.ModelNotFoundException;

/** The Hub gave no answer, or none was allowed, and the model is not cached: another copy may serve (exit code 3). */
public final class HubUnreachableException extends ModelNotFoundException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    HubUnreachableException(String message, String reason, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why, in a few words that fit in parentheses. */
    public String reason() {
        return reason;
    }
}
