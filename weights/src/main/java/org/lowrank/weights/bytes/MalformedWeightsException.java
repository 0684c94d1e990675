package org.lowrank.weights.bytes;

import java.io.IOException;
import org.lowrank.machine.text.ForeignText;

/** The weights are malformed, incomplete or of an unknown kind (exit code 4). */
public final class MalformedWeightsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public MalformedWeightsException(String message) {
        super(ForeignText.line(message));
    }

    /** The same with its cause, shown only with {@code --debug}. */
    public MalformedWeightsException(String message, Throwable cause) {
        super(ForeignText.line(message), cause);
    }
}
