package org.lowrank.machine.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.OptionalLong;

/**
 * The answer at the end of the redirects.
 *
 * @param uri which address gave it; may be signed, so never for a message
 * @param own whether that is one of the site's own
 * @param headers of this answer
 * @param ownHeaders of the last answer the site itself gave on the way
 * @param body to be closed
 */
public record WebAnswer(URI uri, boolean own, int status, HttpHeaders headers, HttpHeaders ownHeaders, InputStream body)
        implements AutoCloseable {
    private static final int MUCH = 64 << 10;

    /** Whether the content, or the range that was asked for, follows. */
    public boolean ok() {
        return status == 200 || status == 206;
    }

    /** A header of this answer, empty where it has none. */
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** A header of the site's own last answer, empty where it had none. */
    public String ownHeader(String name) {
        return ownHeaders.firstValue(name).orElse("");
    }

    /** How many bytes follow, where the answer says so. */
    public OptionalLong contentLength() {
        try {
            return headers.firstValueAsLong("Content-Length");
        } catch (NumberFormatException none) {
            return OptionalLong.empty();
        }
    }

    /** Reads what little is left, so that the connection serves again. */
    public void drain() throws IOException {
        try (body) {
            body.readNBytes(MUCH);
        }
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
