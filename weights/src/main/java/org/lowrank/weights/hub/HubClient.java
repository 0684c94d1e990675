package org.lowrank.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLException;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * GET requests to the Hub. Redirects are followed here and not by the JDK, whose client would send the token on to any
 * host; the token goes to the endpoint's host only.
 */
final class HubClient {
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MOST_REDIRECTS = 10;
    private static final int LARGEST_PORT = 65_535;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final HubSettings settings;
    private final Retry retry;
    private final HttpClient http;
    private final Map<String, String> warnings = new ConcurrentHashMap<>();

    HubClient(HubSettings settings, Pauses pauses) throws IOException {
        this.settings = settings;
        this.retry = new Retry(settings, pauses);
        if (settings.proxies().authorization(settings.endpoint()).isPresent()
                && System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
            // The JDK refuses a password to a proxy for https by default; the user gave one for just that.
            System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        }
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT)
                .proxy(settings.proxies());
        if (settings.certificates().isPresent()) {
            builder.sslContext(Certificates.trusting(settings.certificates().get()));
        }
        this.http = builder.build();
    }

    HubSettings settings() {
        return settings;
    }

    /** What the server wants users to know, once per topic. */
    Map<String, String> warnings() {
        return Map.copyOf(warnings);
    }

    /** Does something with an answer again until it works, as patiently as told. */
    <T> T retrying(Retry.Patience patience, Retry.Attempt<T> attempt) throws IOException, ModelNotFoundException {
        return retry.run(patience, attempt);
    }

    void pause(int failures) throws InterruptedIOException, HubUnreachableException {
        retry.pause(failures);
    }

    /**
     * One request with its redirects, tried once.
     *
     * @param range value of the Range header
     * @throws Retry.LaterException if the server cannot now
     */
    HubAnswer get(URI start, Optional<String> range, Duration timeout) throws IOException, ModelNotFoundException {
        URI uri = start;
        HttpHeaders hub = HttpHeaders.of(Map.of(), (name, value) -> true);
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<InputStream> response = send(uri, range, timeout);
            boolean fromHub = settings.isEndpoint(uri);
            if (fromHub) {
                hub = response.headers();
                rememberWarning(hub);
            }
            Optional<String> location = response.headers().firstValue("Location");
            InputStream body = guarded(response);
            HubAnswer answer = new HubAnswer(uri, fromHub, response.statusCode(), response.headers(), hub, body);
            if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
                Retry.throwIfLater(answer, settings.token().isEmpty());
                return answer;
            }
            answer.drain();
            uri = next(uri, location.get());
        }
        throw new ModelNotFoundException("redirect loop: " + settings.host() + ": more than " + MOST_REDIRECTS
                + " redirects for one file; check HF_ENDPOINT and the proxy, or run again later");
    }

    private HttpResponse<InputStream> send(URI uri, Optional<String> range, Duration timeout) throws IOException {
        try {
            return sent(uri, range, timeout);
        } catch (IllegalArgumentException | IllegalStateException | SecurityException | UncheckedIOException e) {
            // The JDK's client throws these for lengths, headers and addresses that are none.
            throw new StrangeAnswerException(e);
        }
    }

    private HttpResponse<InputStream> sent(URI uri, Optional<String> range, Duration timeout) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("User-Agent", settings.userAgent())
                .header("Accept-Encoding", "identity");
        range.ifPresent(bytes -> request.header("Range", bytes));
        settings.proxies().authorization(uri).ifPresent(value -> request.header("Proxy-Authorization", value));
        if (settings.isEndpoint(uri)) {
            request.header("X-Amzn-Trace-Id", UUID.randomUUID().toString());
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token.secret()));
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the Hub");
        }
    }

    private InputStream guarded(HttpResponse<InputStream> response) throws IOException {
        InputStream raw = new GuardedBody(response.body(), settings.downloadTimeout(), retry.deadline());
        try {
            return decoded(response, raw);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** Some mirrors compress although asked not to. */
    private static InputStream decoded(HttpResponse<InputStream> response, InputStream raw) throws IOException {
        boolean gzip = response.headers()
                .firstValue("Content-Encoding")
                .filter("gzip"::equalsIgnoreCase)
                .isPresent();
        return gzip && response.statusCode() == 200 ? new GZIPInputStream(raw) : raw;
    }

    private URI next(URI from, String location) throws ModelNotFoundException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException malformed) {
            to = URI.create("malformed");
        }
        boolean downgrade = "https".equalsIgnoreCase(from.getScheme()) && "http".equalsIgnoreCase(to.getScheme());
        boolean web = "https".equalsIgnoreCase(to.getScheme()) || "http".equalsIgnoreCase(to.getScheme());
        if (!web || downgrade || to.getHost() == null || to.getPort() > LARGEST_PORT || to.getPort() == 0) {
            throw new ModelNotFoundException("bad redirect: " + settings.host()
                    + ": it names an address that is not safe to follow; check HF_ENDPOINT and the proxy");
        }
        return to;
    }

    private void rememberWarning(HttpHeaders headers) {
        headers.firstValue("X-HF-Warning").ifPresent(text -> {
            int colon = text.indexOf(';');
            String topic = colon < 0 ? "" : text.substring(0, colon).strip();
            warnings.putIfAbsent(topic, HubErrors.repeated(text.substring(colon + 1), settings));
        });
    }

    /** Whether there was no conversation at all: name not known, connection refused, no trust. */
    static boolean isNoConnection(IOException failure) {
        return failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLException;
    }
}
