package org.lowrank.machine.net;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Map;

/** Whom a client speaks to: what is the server's own, what only it is told, and what needs no other try. */
public interface Site {
    /** For messages: {@code the Hub}. */
    String name();

    /** Whether an address is the site's own: only there {@link #headers()} go, whatever the redirects. */
    boolean isOwn(URI uri);

    /** Sent to the site's own addresses alone: credentials. */
    default Map<String, String> headers() {
        return Map.of();
    }

    /** Whether the words of an answer may be repeated: no secret was sent that a server could send back. */
    default boolean isQuotable() {
        return headers().isEmpty();
    }

    /** Whether its redirects lead to signed addresses that run out, so that a refusal there may be none next time. */
    default boolean signsAddresses() {
        return false;
    }

    /** Told the headers of each of the site's own answers. */
    default void answered(HttpHeaders headers) {}

    /** Whether a failure will be the same next time, and goes to the caller as it is. */
    default boolean isFinal(IOException failure) {
        return false;
    }
}
