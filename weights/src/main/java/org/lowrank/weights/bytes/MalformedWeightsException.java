package org.lowrank.weights.bytes;

import java.io.IOException;
import org.lowrank.machine.text.ForeignText;

/** The weights are malformed, incomplete or of an unknown kind (exit code 4); {@link #flaw} says which. */
public final class MalformedWeightsException extends IOException {
    private static final long serialVersionUID = 2L;

    private final Flaw flaw;

    /** Malformed. One line: {@code <what>: <where>: <values>; <what to do>}. */
    public MalformedWeightsException(String message) {
        this(Flaw.MALFORMED, message);
    }

    /** The same for another flaw. */
    public MalformedWeightsException(Flaw flaw, String message) {
        super(ForeignText.line(message));
        this.flaw = flaw;
    }

    /** Malformed, with its cause, shown only with {@code --debug}. */
    public MalformedWeightsException(String message, Throwable cause) {
        this(Flaw.MALFORMED, message, cause);
    }

    /** The same for another flaw. */
    public MalformedWeightsException(Flaw flaw, String message, Throwable cause) {
        super(ForeignText.line(message), cause);
        this.flaw = flaw;
    }

    /** What is wrong, without the message. */
    public Flaw flaw() {
        return flaw;
    }
}
