package org.lowrank.spark;

import java.io.IOException;
import org.lowrank.machine.text.ForeignText;

/** What a store's client says of a read that failed, with the place and with what lies below: the outermost exception often has neither. */
final class ReadFailure {
    private ReadFailure() {}

    static IOException of(String place, IOException failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String outer = said(failure);
        String inner = said(deepest);
        return new IOException(
                "cannot be read: " + place + ": " + outer + (outer.contains(inner) ? "" : ": " + inner)
                        + "; check the store, Spark's settings of it (--conf spark.hadoop.fs.…) and your rights, and run again",
                failure);
    }

    private static String said(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).strip();
        return ForeignText.line(text.lines().findFirst().orElse(""));
    }
}
