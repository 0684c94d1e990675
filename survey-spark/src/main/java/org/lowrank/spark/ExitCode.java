package org.lowrank.spark;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import org.lowrank.analyzer.layer.NothingSelectedException;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.UnavailableSourceException;
import org.lowrank.weights.files.ModelNotFoundException;

/** The exit codes of the command, here too. */
final class ExitCode {
    static final int OTHER = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    static final int MALFORMED = 4;
    static final int NOT_WRITTEN = 5;

    private ExitCode() {}

    /** By what went wrong, wherever below its wrappers: Spark puts what a task threw into an exception of its own. */
    static int of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ModelNotFoundException
                    || cause instanceof UnavailableSourceException
                    || cause instanceof FileNotFoundException
                    || cause instanceof AccessDeniedException) {
                return NOT_FOUND;
            }
            if (cause instanceof MalformedWeightsException) {
                return MALFORMED;
            }
            if (cause instanceof ReportWriteException) {
                return NOT_WRITTEN;
            }
            if (cause instanceof NothingSelectedException || cause instanceof IllegalArgumentException) {
                return USAGE;
            }
        }
        return OTHER;
    }
}
