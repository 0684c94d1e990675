package org.lowrank.machine.net;

import java.net.http.HttpTimeoutException;

/** Bytes come, but so few that the command would never end. */
final class SlowBodyException extends HttpTimeoutException {
    private static final long serialVersionUID = 1L;

    SlowBodyException(String message) {
        super(message);
    }
}
