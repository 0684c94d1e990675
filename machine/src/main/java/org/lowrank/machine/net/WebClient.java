package org.lowrank.machine.net;

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
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLException;

/**
 * GET requests, the one way for all of lowrank:
 *
 * <pre>{@code
 * WebClient client = new WebClient(WebSettings.of(System.getenv()), site, Pauses.telling(progress));
 * try (InputStream body = client.open(URI.create("https://example.org/data.gz"))) {
 *     byte[] content = body.readAllBytes();
 * }
 * }</pre>
 *
 * <p>Redirects are followed here and not by the JDK, whose client would send credentials on to any host; they go to the site's
 * own addresses only. Safe for several threads.
 */
public final class WebClient {
    /** Broken connections in a row, each of which brought a file no nearer, before a download is given up. */
    public static final int MOST_FAILURES = Retry.MOST;

    /** A connection that brings fewer bytes than this brought nothing. */
    private static final int LEAST = 64 << 10;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MOST_REDIRECTS = 10;
    private static final int LARGEST_PORT = 65_535;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final WebSettings settings;
    private final Site site;
    private final Retry retry;
    private final HttpClient http;

    /**
     * A client for one site.
     *
     * @throws IOException if the file of trusted certificates cannot be read
     */
    public WebClient(WebSettings settings, Site site, Pauses pauses) throws IOException {
        this.settings = settings;
        this.site = site;
        this.retry = new Retry(settings, site, pauses);
        if (settings.proxies().havePassword()
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

    /** Something that needs the network. */
    @FunctionalInterface
    public interface Attempt<T, E extends Exception> {
        /** Once. */
        T run() throws IOException, E;
    }

    /** The settings it was made with. */
    public WebSettings settings() {
        return settings;
    }

    /**
     * Does something with an answer again until it works, as patiently as told.
     *
     * @throws UnreachableException when patience ended
     */
    public <T, E extends Exception> T retrying(Patience patience, Attempt<T, E> attempt) throws IOException, E {
        return retry.run(patience, attempt);
    }

    /**
     * Waits after so many failures in a row.
     *
     * @throws UnreachableException where the limit of all waiting ends before
     */
    public void pause(int failures) throws InterruptedIOException, UnreachableException {
        retry.pause(failures);
    }

    /** Whether a connection that broke brought a file nearer: a few bytes, again and again, do not. */
    public static boolean isProgress(long arrived, long left) {
        return arrived >= Math.min(LEAST, Math.max(1, left));
    }

    /**
     * The content of an address; goes on where a connection breaks.
     *
     * @throws RefusedException if the server does not give it
     * @throws UnreachableException when patience ended, here or while reading
     */
    public ResumingBody open(URI uri) throws IOException {
        return ResumingBody.open(this, uri);
    }

    /**
     * One request with its redirects, tried once.
     *
     * @param range value of the Range header
     * @throws LaterException if the server cannot now
     * @throws UnsafeRedirectException if a redirect is not followed
     */
    public WebAnswer get(URI start, Optional<String> range, Duration timeout) throws IOException {
        URI uri = start;
        HttpHeaders own = HttpHeaders.of(Map.of(), (name, value) -> true);
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            retry.waitFor(uri);
            HttpResponse<InputStream> response = send(uri, range, timeout);
            boolean isOwn = site.isOwn(uri);
            if (isOwn) {
                own = response.headers();
                site.answered(own);
            }
            Optional<String> location = response.headers().firstValue("Location");
            InputStream body = guarded(response);
            WebAnswer answer = new WebAnswer(uri, isOwn, response.statusCode(), response.headers(), own, body);
            if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
                retry.throwIfLater(answer);
                return answer;
            }
            answer.drain();
            uri = next(uri, location.get());
        }
        throw new UnsafeRedirectException("more than " + MOST_REDIRECTS + " redirects for one file", true);
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
        if (site.isOwn(uri)) {
            site.headers().forEach(request::header);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + site.name());
        }
    }

    private InputStream guarded(HttpResponse<InputStream> response) throws IOException {
        InputStream raw = new GuardedBody(response.body(), settings.bodyTimeout(), retry.deadline());
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

    private static URI next(URI from, String location) throws UnsafeRedirectException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException malformed) {
            to = URI.create("malformed");
        }
        boolean downgrade = "https".equalsIgnoreCase(from.getScheme()) && "http".equalsIgnoreCase(to.getScheme());
        boolean web = "https".equalsIgnoreCase(to.getScheme()) || "http".equalsIgnoreCase(to.getScheme());
        if (!web || downgrade || to.getHost() == null || to.getPort() > LARGEST_PORT || to.getPort() == 0) {
            throw new UnsafeRedirectException("a redirect to an address that is not safe to follow", false);
        }
        return to;
    }

    /** Whether there was no conversation at all: name not known, connection refused, no trust. */
    static boolean isNoConnection(IOException failure) {
        return failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLException;
    }
}
