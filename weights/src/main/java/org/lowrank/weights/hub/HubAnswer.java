package org.lowrank.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.OptionalLong;

/**
 * The answer at the end of the redirects.
 *
 * @param uri which address gave it; may be signed, so never for a message
 * @param fromHub whether that is the endpoint's own
 * @param headers of this answer
 * @param hub headers of the last answer the endpoint itself gave on the way: commit, linked ETag, linked size
 * @param body to be closed
 */
record HubAnswer(URI uri, boolean fromHub, int status, HttpHeaders headers, HttpHeaders hub, InputStream body)
        implements AutoCloseable {
    private static final int MUCH = 64 << 10;

    boolean ok() {
        return status == 200 || status == 206;
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    String hubHeader(String name) {
        return hub.firstValue(name).orElse("");
    }

    OptionalLong contentLength() {
        try {
            return headers.firstValueAsLong("Content-Length");
        } catch (NumberFormatException none) {
            return OptionalLong.empty();
        }
    }

    /** Reads what little is left, so that the connection serves again. */
    void drain() throws IOException {
        try (body) {
            body.readNBytes(MUCH);
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
