package org.lowrank.weights.files;

import org.jspecify.annotations.Nullable;

/** The model does not exist, may not be read, or cannot be reached (exit code 3). */
public class ModelNotFoundException extends Exception {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public ModelNotFoundException(String message) {
        super(message);
    }

    /** The same with its cause, shown only with {@code --debug}. */
    public ModelNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
