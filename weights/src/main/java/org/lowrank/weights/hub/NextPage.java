package org.lowrank.weights.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a list of the Hub goes on: the {@code Link} header's address with {@code rel="next"}. */
final class NextPage {
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*rel=\"?next\"?");

    private NextPage() {}

    /**
     * The next page's address, on the endpoint; a mirror may hand out the Hub's own address.
     *
     * @throws ElsewhereException if it lies at another host, which the token must not be sent to
     */
    static Optional<URI> of(HttpHeaders headers, HubSettings settings) throws ElsewhereException {
        Matcher link = NEXT.matcher(String.join(",", headers.allValues("Link")));
        if (!link.find()) {
            return Optional.empty();
        }
        URI endpoint = settings.endpoint();
        try {
            URI uri = endpoint.resolve(link.group(1).replaceFirst("^" + HubSettings.DEFAULT_ENDPOINT, "" + endpoint));
            if (settings.isEndpoint(uri)) {
                return Optional.of(uri);
            }
        } catch (IllegalArgumentException malformed) {
            // Told below.
        }
        throw new ElsewhereException();
    }

    /** The list goes on at another host. */
    static final class ElsewhereException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
