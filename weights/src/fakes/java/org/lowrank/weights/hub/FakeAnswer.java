package org.lowrank.weights.hub;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers of {@link FakeHub} that say something: refusals, errors, ordered faults, branches and tags. */
final class FakeAnswer {
    private FakeAnswer() {}

    static void refs(HttpExchange exchange, FakeRepo repo) throws IOException {
        if (refused(exchange, repo)) {
            return;
        }
        List<String> branches = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        repo.revisions.forEach((name, commit) -> (repo.tagRevisions.contains(name) ? tags : branches)
                .add("{\"name\":\"" + name + "\",\"ref\":\"refs/"
                        + (repo.tagRevisions.contains(name) ? "tags/" : "heads/") + name + "\",\"targetCommit\":\""
                        + commit + "\"}"));
        send(
                exchange,
                200,
                "{\"tags\":[" + String.join(",", tags) + "],\"branches\":[" + String.join(",", branches)
                        + "],\"converts\":[]}");
    }

    static boolean refused(HttpExchange exchange, FakeRepo repo) throws IOException {
        String sent = exchange.getRequestHeaders().getFirst("Authorization");
        if (sent != null && sent.contains("invalid")) {
            error(exchange, 401, "", "Invalid credentials in Authorization header");
        } else if (repo == null || (!repo.gated && repo.reader.isPresent() && !isReader(repo, sent))) {
            error(exchange, sent == null ? 401 : 404, "RepoNotFound", "Repository not found");
        } else if (repo.gated && !isReader(repo, sent)) {
            error(exchange, sent == null ? 401 : 403, "GatedRepo", "Access to model " + repo.id + " is restricted.");
        } else if (repo.disabled) {
            error(exchange, 403, "", "Access to this resource is disabled.");
        } else {
            return false;
        }
        return true;
    }

    private static boolean isReader(FakeRepo repo, String sent) {
        return repo.reader.map(token -> ("Bearer " + token).equals(sent)).orElse(true);
    }

    static boolean instead(HttpExchange exchange, Optional<Fault> fault, String uri) throws IOException {
        if (fault.orElse(null) instanceof Fault.Status status) {
            status.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            send(exchange, status.status(), status.body());
            return true;
        }
        if (fault.orElse(null) instanceof Fault.Loop) {
            exchange.getResponseHeaders().set("Location", uri);
            send(exchange, 302, "");
            return true;
        }
        return false;
    }

    static void error(HttpExchange exchange, int status, String code, String message) throws IOException {
        if (!code.isEmpty()) {
            exchange.getResponseHeaders().set("X-Error-Code", code);
        }
        exchange.getResponseHeaders().set("X-Error-Message", message);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        send(exchange, status, "{\"error\":\"" + message + "\"}");
    }

    static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = FakeBody.isHead(exchange) ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
