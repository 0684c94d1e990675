package org.lowrank.machine.net;

import java.io.IOException;

/** An answer that breaks the rules of HTTP. */
final class StrangeAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    StrangeAnswerException(Throwable cause) {
        super("its answer breaks the rules of HTTP", cause);
    }
}
