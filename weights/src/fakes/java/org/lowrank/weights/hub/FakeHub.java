package org.lowrank.weights.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Hub's protocol on loopback: the hub itself and, at another port, the file server its signed redirects lead to.
 * Written after the protocol notes of huggingface_hub 1.29 (headers, error codes, paging), with faults to order.
 */
public final class FakeHub implements AutoCloseable {
    private static final Pattern REVISION = Pattern.compile("/api/models/(.+)/revision/([^/]+)");
    private static final Pattern REFS = Pattern.compile("/api/models/(.+)/refs");
    private static final Pattern TREE = Pattern.compile("/api/models/(.+)/tree/([^/?]+)(\\?.*)?");
    private static final Pattern FILE = Pattern.compile("/(.+?)/resolve/([^/]+)/(.+)");

    final List<Request> requests = new CopyOnWriteArrayList<>();
    int filesPerPage = 1000;
    public int modelsPerPage = 1000;

    private final HttpServer hub;
    private final HttpServer cdn;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeBody bodies = new FakeBody();
    private final Map<String, FakeRepo> repos = new HashMap<>();
    private final Map<String, String> renamed = new HashMap<>();
    private final Map<String, FakeRepo.FakeFile> signed = new HashMap<>();
    private final List<Ordered> faults = new ArrayList<>();
    private int signatures;
    private volatile String warning = "";

    /** A request as it came in; {@code server} is hub or cdn. */
    record Request(String server, String uri, Optional<String> authorization, Optional<String> range) {}

    private record Ordered(String server, String part, Fault fault) {}

    public FakeHub() throws IOException {
        hub = serve("hub", this::answerAsHub);
        cdn = serve("cdn", this::answerAsFileServer);
    }

    private HttpServer serve(String name, HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                requests.add(new Request(
                        name,
                        exchange.getRequestURI().toString(),
                        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))));
                handler.handle(exchange);
            }
        });
        server.start();
        return server;
    }

    /** What HF_ENDPOINT leads here. */
    public String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    int cdnPort() {
        return cdn.getAddress().getPort();
    }

    /** The repository of this name, new and empty if there is none. */
    public FakeRepo repo(String id) {
        return repos.computeIfAbsent(id, FakeRepo::new);
    }

    /** All bodies together come at this rate from now on. */
    public void throttle(long bytesPerSecond) {
        bodies.limit(bytesPerSecond);
    }

    /** How many bytes of bodies were sent. */
    public long bytesSent() {
        return bodies.sent();
    }

    void rename(String from, String to) {
        renamed.put(from, to);
    }

    void warn(String topicAndMessage) {
        warning = topicAndMessage;
    }

    /** The next request to the server whose address contains the part goes wrong. */
    synchronized void order(String server, String part, Fault... wrong) {
        for (Fault fault : wrong) {
            faults.add(new Ordered(server, part, fault));
        }
    }

    /** The next requests to the hub are answered with 429 and a time to come again. */
    public synchronized void limit(String part, int requests, int secondsEach) {
        for (int i = 0; i < requests; i++) {
            order("hub", part, new Fault.Status(429, Map.of("Retry-After", "" + secondsEach), "Too many requests"));
        }
    }

    /** How many requests came in whose address contains the part. */
    public int asked(String part) {
        return (int)
                requests.stream().filter(request -> request.uri.contains(part)).count();
    }

    /** Nothing ordered goes wrong any more. */
    synchronized void heal() {
        faults.clear();
    }

    private synchronized Optional<Fault> fault(String server, String uri) {
        for (Ordered ordered : faults) {
            if (ordered.server.equals(server) && uri.contains(ordered.part)) {
                faults.remove(ordered);
                return Optional.of(ordered.fault);
            }
        }
        return Optional.empty();
    }

    List<Request> to(String server) {
        return requests.stream()
                .filter(request -> request.server.equals(server))
                .toList();
    }

    /** Signed addresses given out so far are of no use any more. */
    synchronized void expireSignatures() {
        signed.clear();
    }

    private synchronized String sign(FakeRepo.FakeFile file) {
        String path = "/signed/" + file.etag() + "?signature=secret" + signatures++;
        signed.put(path, file);
        return "http://127.0.0.1:" + cdnPort() + path;
    }

    private void answerAsHub(HttpExchange exchange) throws IOException {
        String uri = exchange.getRequestURI().getRawPath()
                + (exchange.getRequestURI().getRawQuery() == null
                        ? ""
                        : "?" + exchange.getRequestURI().getRawQuery());
        Optional<Fault> fault = fault("hub", uri);
        if (!warning.isEmpty()) {
            exchange.getResponseHeaders().set("X-HF-Warning", warning);
        }
        if (FakeAnswer.instead(exchange, fault, uri)) {
            return;
        }
        for (Map.Entry<String, String> name : renamed.entrySet()) {
            if (uri.startsWith("/" + name.getKey() + "/") || uri.startsWith("/api/models/" + name.getKey() + "/")) {
                exchange.getResponseHeaders().set("Location", uri.replace(name.getKey(), name.getValue()));
                FakeAnswer.send(exchange, 307, "");
                return;
            }
        }
        if (FakeListing.isListing(uri)) {
            FakeListing.Page page = FakeListing.page(uri, repos.values(), modelsPerPage, endpoint());
            page.next().ifPresent(next -> exchange.getResponseHeaders().set("Link", next));
            FakeAnswer.send(exchange, 200, page.json());
            return;
        }
        Matcher refs = REFS.matcher(uri);
        if (refs.matches()) {
            FakeAnswer.refs(exchange, repos.get(refs.group(1)));
            return;
        }
        for (Pattern kind : List.of(REVISION, TREE, FILE)) {
            Matcher matcher = kind.matcher(uri);
            if (matcher.matches()) {
                answer(exchange, kind, matcher, fault);
                return;
            }
        }
        FakeAnswer.send(exchange, 404, "no such page");
    }

    private void answer(HttpExchange exchange, Pattern kind, Matcher matcher, Optional<Fault> fault)
            throws IOException {
        FakeRepo repo = repos.get(matcher.group(1));
        if (FakeAnswer.refused(exchange, repo)) {
            return;
        }
        String revision = URLDecoder.decode(matcher.group(2), StandardCharsets.UTF_8);
        String commit = repo.revisions.getOrDefault(revision, revision);
        Map<String, FakeRepo.FakeFile> files = repo.commits.get(commit);
        if (files == null) {
            FakeAnswer.error(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
        } else if (kind.equals(REVISION)) {
            FakeAnswer.send(exchange, 200, "{\"id\":\"" + repo.id + "\",\"sha\":\"" + commit + "\"}");
        } else if (kind.equals(TREE)) {
            tree(exchange, commit, files, repo, matcher.group(3));
        } else {
            exchange.getResponseHeaders().set("X-Repo-Commit", commit);
            String path = URLDecoder.decode(matcher.group(3).replace("+", "%2B"), StandardCharsets.UTF_8);
            FakeRepo.FakeFile file = files.get(path);
            if (file == null) {
                FakeAnswer.error(exchange, 404, "EntryNotFound", "Entry not found");
            } else {
                file(exchange, path, file, fault);
            }
        }
    }

    private void tree(
            HttpExchange exchange, String commit, Map<String, FakeRepo.FakeFile> files, FakeRepo repo, String query)
            throws IOException {
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceFirst(".*cursor=(\\d+).*", "$1")) : 0;
        List<String> paths = new ArrayList<>(files.keySet());
        List<String> entries = new ArrayList<>();
        entries.add("{\"type\":\"directory\",\"path\":\"folder\",\"oid\":\"" + "0".repeat(40) + "\",\"size\":0}");
        for (String path : paths.subList(from, Math.min(paths.size(), from + filesPerPage))) {
            FakeRepo.FakeFile file = Objects.requireNonNull(files.get(path));
            long size = file.content().size();
            String oid = FakeRepo.isLarge(path) ? "f".repeat(40) : file.etag();
            String lfs = FakeRepo.isLarge(path)
                    ? ",\"lfs\":{\"oid\":\"" + file.etag() + "\",\"size\":" + size + ",\"pointerSize\":133}"
                    : "";
            entries.add("{\"type\":\"file\",\"path\":\"" + path.replace("\\", "\\\\") + "\",\"size\":" + size
                    + ",\"oid\":\"" + oid + "\"" + lfs + "}");
        }
        if (from + filesPerPage < paths.size()) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            "<" + endpoint() + "/api/models/" + repo.id + "/tree/" + commit
                                    + "?recursive=true&expand=false&cursor=" + (from + filesPerPage)
                                    + ">; rel=\"next\"");
        }
        FakeAnswer.send(exchange, 200, "[" + String.join(",", entries) + "]");
    }

    private void file(HttpExchange exchange, String path, FakeRepo.FakeFile file, Optional<Fault> fault)
            throws IOException {
        if (!FakeRepo.isLarge(path)) {
            exchange.getResponseHeaders().set("ETag", "\"" + file.etag() + "\"");
            bodies.send(exchange, file.content(), fault);
            return;
        }
        exchange.getResponseHeaders().set("ETag", "\"" + "f".repeat(40) + "\"");
        exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + file.etag() + "\"");
        exchange.getResponseHeaders().set("X-Linked-Size", "" + file.content().size());
        exchange.getResponseHeaders().set("Location", sign(file));
        FakeAnswer.send(exchange, 302, "Found. Redirecting");
    }

    private void answerAsFileServer(HttpExchange exchange) throws IOException {
        String uri = exchange.getRequestURI().toString();
        Optional<Fault> fault = fault("cdn", uri);
        FakeRepo.FakeFile file;
        synchronized (this) {
            file = signed.get(uri);
        }
        if (FakeAnswer.instead(exchange, fault, uri)) {
            return;
        }
        if (file == null) {
            FakeAnswer.send(exchange, 403, "<Error>Request has expired</Error>");
        } else {
            bodies.send(exchange, file.content(), fault);
        }
    }

    @Override
    public void close() {
        bodies.close();
        hub.stop(0);
        cdn.stop(0);
        threads.shutdownNow();
    }
}
