package org.lowrank.machine.net;

import java.io.IOException;

/** An environment variable about the network holds no value of its kind. */
public final class NetworkSettingException extends IOException {
    private static final long serialVersionUID = 1L;

    NetworkSettingException(String message) {
        super(message);
    }
}
