package org.lowrank.weights.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.lowrank.machine.net.Patience;
import org.lowrank.machine.net.Pauses;
import org.lowrank.machine.net.Site;
import org.lowrank.machine.net.UnreachableException;
import org.lowrank.machine.net.UnsafeRedirectException;
import org.lowrank.machine.net.WebAnswer;
import org.lowrank.machine.net.WebClient;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelNotFoundException;

/** GET requests to the Hub; the token goes to the endpoint's host only. */
final class HubClient {
    private final HubSettings settings;
    private final WebClient web;
    private final Map<String, String> warnings = new ConcurrentHashMap<>();

    HubClient(HubSettings settings, Pauses pauses) throws IOException {
        this.settings = settings;
        this.web = new WebClient(settings.web(), new Hub(), pauses);
    }

    private final class Hub implements Site {
        @Override
        public String name() {
            return "the Hub";
        }

        @Override
        public boolean isOwn(URI uri) {
            return settings.isEndpoint(uri);
        }

        @Override
        public Map<String, String> headers() {
            Map<String, String> headers = new HashMap<>();
            headers.put("X-Amzn-Trace-Id", UUID.randomUUID().toString());
            settings.token().ifPresent(token -> headers.put("Authorization", "Bearer " + token.secret()));
            return headers;
        }

        @Override
        public boolean isQuotable() {
            return settings.token().isEmpty();
        }

        @Override
        public boolean signsAddresses() {
            return true;
        }

        @Override
        public void answered(HttpHeaders headers) {
            headers.firstValue("X-HF-Warning").ifPresent(text -> {
                int colon = text.indexOf(';');
                String topic = colon < 0 ? "" : text.substring(0, colon).strip();
                warnings.putIfAbsent(topic, HubErrors.repeated(text.substring(colon + 1), settings));
            });
        }

        @Override
        public boolean isFinal(IOException failure) {
            return failure instanceof MalformedWeightsException;
        }
    }

    HubSettings settings() {
        return settings;
    }

    /** What the server wants users to know, once per topic. */
    Map<String, String> warnings() {
        return Map.copyOf(warnings);
    }

    /** Does something with an answer again until it works, as patiently as told. */
    <T> T retrying(Patience patience, WebClient.Attempt<T, ModelNotFoundException> attempt)
            throws IOException, ModelNotFoundException {
        try {
            return web.retrying(patience, attempt);
        } catch (UnreachableException e) {
            throw unreachable(e);
        }
    }

    void pause(int failures) throws InterruptedIOException, HubUnreachableException {
        try {
            web.pause(failures);
        } catch (UnreachableException e) {
            throw unreachable(e);
        }
    }

    /** One request with its redirects, tried once. */
    WebAnswer get(URI uri, Optional<String> range, Duration timeout) throws IOException, ModelNotFoundException {
        try {
            return web.get(uri, range, timeout);
        } catch (UnsafeRedirectException e) {
            throw new ModelNotFoundException(
                    e.isLoop()
                            ? "redirect loop: " + settings.host() + ": " + e.getMessage()
                                    + "; check HF_ENDPOINT and the proxy, or run again later"
                            : "bad redirect: " + settings.host() + ": it names an address that is not safe to follow;"
                                    + " check HF_ENDPOINT and the proxy");
        }
    }

    private HubUnreachableException unreachable(UnreachableException e) {
        String advice = e.remedy()
                .orElse("check the network, HF_ENDPOINT and the proxy, run again later, or name a local path");
        return new HubUnreachableException(
                "cannot reach the Hub: " + settings.host() + ": " + e.reason() + "; " + advice,
                "the Hub could not be reached (" + e.reason() + ")",
                e.getCause());
    }
}
