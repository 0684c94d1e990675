package org.lowrank.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that remembers its first failure, which {@link java.io.PrintStream} swallows: a result that could not be
 * printed is not a success. A reader that has seen enough and closed the pipe (head, less) is none.
 */
final class StandardOutput extends FilterOutputStream {
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        super(out);
    }

    /** The stream of a process that was started with its standard output closed. */
    static OutputStream closed() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("it is closed");
            }
        };
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** 0, or that of results that could not be written, after saying so. */
    int exitCode() {
        System.out.flush();
        IOException first = failure;
        if (first == null || String.valueOf(first.getMessage()).contains("Broken pipe")) {
            return 0;
        }
        System.err.println("lowrank: cannot write results: standard output: " + first.getMessage()
                + "; send it somewhere else, or use --quiet (the files are written)");
        return Failures.NOT_WRITTEN;
    }
}
