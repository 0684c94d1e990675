package org.lowrank.weights.writing;

import java.io.IOException;
import java.nio.file.Path;
import org.lowrank.machine.files.Refusal;

/** Weights cannot be written: the disk is full, or the place may not be written to (exit code 5). */
public final class WeightsWriteException extends IOException {
    private static final long serialVersionUID = 1L;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public WeightsWriteException(String message) {
        super(message);
    }

    private WeightsWriteException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What the system refused, with the file it was about. */
    static WeightsWriteException of(Path file, IOException cause) {
        if (cause instanceof WeightsWriteException same) {
            return same;
        }
        return new WeightsWriteException(
                "cannot write weights: " + file + ": " + Refusal.reason(cause)
                        + "; make room or choose another directory with --out",
                cause);
    }
}
