package org.lowrank.weights.format;

import java.io.IOException;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** A file is sound but not the weights to be read: another may be, and if none is, the refusal is thrown. */
final class UnsuitableFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final MalformedWeightsException refusal;

    /**
     * Passes over a file.
     *
     * @param reason what it is instead, as in "it is …"
     * @param refusal what is said where there is no other file
     */
    UnsuitableFileException(String reason, MalformedWeightsException refusal) {
        super(refusal.getMessage(), refusal);
        this.reason = reason;
        this.refusal = refusal;
    }

    String reason() {
        return reason;
    }

    MalformedWeightsException refusal() {
        return refusal;
    }
}
