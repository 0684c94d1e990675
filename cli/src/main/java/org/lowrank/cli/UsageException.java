package org.lowrank.cli;

/** Options or arguments that do not fit together or name nothing (exit code 2). */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
