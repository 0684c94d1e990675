package org.lowrank.machine.net;

import java.io.IOException;
import java.util.Optional;

/** Patience ended: no answer, none that could be used, or none that came to its end. */
public final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final transient Optional<String> remedy;

    UnreachableException(String reason, Optional<String> remedy, IOException cause) {
        super(reason, cause);
        this.reason = reason;
        this.remedy = remedy;
    }

    /** Why, in a few words. */
    public String reason() {
        return reason;
    }

    /** What helps, where that follows from the reason. */
    public Optional<String> remedy() {
        return remedy;
    }
}
