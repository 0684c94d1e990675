package org.lowrank.machine.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server on this machine that answers as told; pauses are looked at, not sat out. */
@Timeout(60)
class WebClientTest {
    private static final byte[] CONTENT = content();

    private final List<Duration> pauses = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> ranges = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> logins = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<HttpHandler> answers = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
            logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            try (exchange) {
                HttpHandler answer = answers.size() > 1 ? answers.remove() : answers.element();
                answer.handle(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** Nothing repeats, so that a piece in the wrong place is another. */
    private static byte[] content() {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        return content;
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** A site on this machine by its number, with a login; by its name it is another. */
    private WebClient client(Map<String, String> environment) throws IOException {
        Site site = new Site() {
            @Override
            public String name() {
                return "the test";
            }

            @Override
            public boolean isOwn(URI address) {
                return "127.0.0.1".equals(address.getHost());
            }

            @Override
            public Map<String, String> headers() {
                return Map.of("Authorization", "secret");
            }
        };
        return new WebClient(WebSettings.of(environment), site, pauses::add);
    }

    private byte[] fetched() throws IOException {
        try (ResumingBody body = client(Map.of()).open(uri("/x"))) {
            return body.readAllBytes();
        }
    }

    private static HttpHandler status(int status, String header, String value) {
        return exchange -> {
            exchange.getResponseHeaders().set(header, value);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** The bytes from one to another, where all until the end were announced. */
    private static void send(HttpExchange exchange, int from, int until) throws IOException {
        exchange.sendResponseHeaders(from == 0 ? 200 : 206, CONTENT.length - from);
        exchange.getResponseBody().write(CONTENT, from, until - from);
        exchange.getResponseBody().flush();
    }

    /** What a range asks for. */
    private static void rest(HttpExchange exchange) throws IOException {
        int from = from(exchange.getRequestHeaders().getFirst("Range"));
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
        send(exchange, from, CONTENT.length);
    }

    private static int from(String range) {
        return Integer.parseInt(range.replaceAll("\\D", ""));
    }

    /** Where it was gone on: how much of a broken body arrived is for the network to say. */
    private List<Integer> asked() {
        return ranges.stream()
                .filter(range -> !range.equals("null"))
                .map(WebClientTest::from)
                .toList();
    }

    private static HttpHandler whole() {
        return exchange -> send(exchange, 0, CONTENT.length);
    }

    private static HttpHandler broken(int until) {
        return exchange -> send(exchange, 0, until);
    }

    @Test
    void serversAreLeftAloneAsLongAsTheyAsk() throws Exception {
        answers.addAll(List.of(status(503, "Retry-After", "7"), status(500, "X", ""), whole()));
        assertThat(fetched()).isEqualTo(CONTENT);
        assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(2));
    }

    /** Two models in flight are two clients: the second leaves the server alone too, and once only. */
    @Test
    void whatOneClientIsToldHoldsForAllOfThem() throws Exception {
        answers.addAll(List.of(status(429, "Retry-After", "100"), whole()));
        assertThat(fetched()).isEqualTo(CONTENT);
        assertThat(pauses).containsExactly(Duration.ofSeconds(100));
        Thread other = new Thread(() -> {
            try {
                fetched();
                fetched();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        other.start();
        other.join();
        assertThat(pauses).hasSize(2);
        assertThat(pauses.get(1)).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(100));
        assertThat(ranges).hasSize(4); // refused once, given three times
    }

    @Test
    void patienceEnds() {
        answers.add(status(502, "X", ""));
        assertThatThrownBy(this::fetched)
                .isInstanceOf(UnreachableException.class)
                .hasMessage("127.0.0.1 answered 502");
        assertThat(pauses).hasSize(WebClient.MOST_FAILURES);
    }

    @Test
    void whatIsRefusedIsNotAskedAgain() {
        answers.add(status(404, "X", ""));
        assertThatThrownBy(this::fetched)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.status()).isEqualTo(404));
        assertThat(ranges).hasSize(1);
    }

    @Test
    void aBrokenBodyGoesOnWhereItBroke() throws Exception {
        answers.addAll(List.of(broken(200_000), WebClientTest::rest));
        assertThat(fetched()).isEqualTo(CONTENT);
        assertThat(asked()).hasSize(1).allMatch(from -> from <= 200_000);
    }

    @Test
    void aServerWithoutRangesSendsItAllAgain() throws Exception {
        answers.addAll(List.of(broken(150_000), broken(250_000), whole()));
        assertThat(fetched()).isEqualTo(CONTENT);
        assertThat(asked()).hasSize(2).isSorted().allMatch(from -> from <= 250_000);
    }

    @Test
    void contentThatChangesInBetweenIsNotJoined() {
        answers.addAll(List.of(broken(150_000), exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"other\"");
            send(exchange, 0, CONTENT.length);
        }));
        assertThatThrownBy(this::fetched).hasMessage("the content changed while it was fetched");
    }

    @Test
    void bodiesThatBreakAgainAndAgainEnd() {
        answers.add(broken(1000));
        assertThatThrownBy(this::fetched)
                .isInstanceOf(UnreachableException.class)
                .hasMessageStartingWith("the connection broke");
        // The first brings a thousand bytes, too few to count; so do the others.
        assertThat(ranges).hasSize(WebClient.MOST_FAILURES + 1);
    }

    @Test
    void credentialsStayAtTheSite() throws Exception {
        String elsewhere = "http://localhost:" + server.getAddress().getPort() + "/y";
        answers.addAll(List.of(status(302, "Location", elsewhere), whole()));
        assertThat(fetched()).isEqualTo(CONTENT);
        assertThat(logins).containsExactly("secret", "null");
    }

    @Test
    void redirectsThatDoNotEndAreNotFollowed() {
        answers.add(status(302, "Location", "/x"));
        assertThatThrownBy(this::fetched)
                .isInstanceOfSatisfying(
                        UnsafeRedirectException.class,
                        e -> assertThat(e.isLoop()).isTrue());
        assertThat(pauses).isEmpty();
    }

    @Test
    void redirectsToFilesAreNotFollowed() {
        answers.add(status(302, "Location", "file:///etc/passwd"));
        assertThatThrownBy(this::fetched)
                .isInstanceOfSatisfying(
                        UnsafeRedirectException.class,
                        e -> assertThat(e.isLoop()).isFalse());
    }

    @Test
    void theEnvironmentsProxyIsAsked() throws Exception {
        answers.add(whole());
        String proxy = "http://ada:secret@127.0.0.1:" + server.getAddress().getPort();
        try (ResumingBody body = client(Map.of("HTTP_PROXY", proxy)).open(URI.create("http://nowhere.invalid/x"))) {
            assertThat(body.readAllBytes()).isEqualTo(CONTENT);
            assertThat(body.length()).hasValue(CONTENT.length);
        }
    }

    @Test
    void withoutANetworkOneTryIsEnough() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        WebClient client = client(Map.of());
        assertThatThrownBy(() -> client.open(URI.create("http://127.0.0.1:" + free + "/")))
                .isInstanceOf(UnreachableException.class)
                .hasMessage("connection refused or no route");
        assertThat(pauses).isEmpty();
    }

    @Test
    void aLimitThatIsNoNumberIsNamed() {
        assertThatThrownBy(() -> WebSettings.of(Map.of("LOWRANK_NETWORK_LIMIT", "soon")))
                .isInstanceOf(NetworkSettingException.class)
                .hasMessageStartingWith("bad LOWRANK_NETWORK_LIMIT: environment: ");
    }
}
