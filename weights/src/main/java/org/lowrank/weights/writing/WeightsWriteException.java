package org.lowrank.weights.writing;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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
                "cannot write weights: " + file + ": " + reason(cause)
                        + "; make room or choose another directory with --out",
                cause);
    }

    /** What the system says, or what it means where it names only the file. */
    private static String reason(IOException e) {
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "a file is in the way";
        }
        return e instanceof NoSuchFileException ? "no directory can be made there" : String.valueOf(e.getMessage());
    }
}
