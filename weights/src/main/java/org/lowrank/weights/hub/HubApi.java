package org.lowrank.weights.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.lowrank.machine.net.Patience;
import org.lowrank.machine.net.WebAnswer;
import org.lowrank.weights.files.ModelNotFoundException;

/** One repository: which commit a revision is, and which files that commit has. */
final class HubApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST = 256 << 20;
    private static final int MOST_PAGES = 1000;
    private static final Duration PATIENT = Duration.ofSeconds(60);

    private final HubClient client;
    private final RepoName repo;
    private final HubErrors errors;
    private final TokenTraces traces;

    HubApi(HubClient client, RepoName repo) {
        this.client = client;
        this.repo = repo;
        this.errors = new HubErrors(client.settings(), repo);
        this.traces = new TokenTraces(client.settings().token());
    }

    /**
     * A revision's commit.
     *
     * @param sha 40 hex
     * @param id the repository's present name
     */
    record Commit(String sha, String id) {}

    HubClient client() {
        return client;
    }

    RepoName repo() {
        return repo;
    }

    HubErrors errors() {
        return errors;
    }

    /** Every later request names this commit, so that a push in between cannot mix two versions. */
    Commit commit(Patience patience) throws IOException, ModelNotFoundException {
        Duration timeout = patience == Patience.ONCE ? client.settings().metadataTimeout() : PATIENT;
        URI uri = at("/api/models/" + repo.id() + "/revision/" + encode(repo.revision(), false));
        JsonNode info = page(uri, patience, timeout).json;
        String sha = info.path("sha").asText();
        if (!RepoName.isCommit(sha)) {
            throw errors.notTheHub("its answer names no commit");
        }
        return new Commit(sha, info.path("id").asText(repo.id()));
    }

    /** Branches and tags with the commits they name, in the order of their names; a branch where both are called alike. */
    List<HubRevision> revisions() throws IOException, ModelNotFoundException {
        JsonNode refs = page(at("/api/models/" + repo.id() + "/refs"), Patience.FULL, PATIENT).json;
        if (!refs.path("branches").isArray()) {
            throw errors.notTheHub("its list of branches is none");
        }
        Map<String, HubRevision> revisions = new TreeMap<>();
        for (String kind : List.of("branches", "tags")) {
            for (JsonNode node : refs.path(kind)) {
                String name = node.path("name").asText();
                String commit = node.path("targetCommit").asText();
                if (!RepoName.isRevision(name) || !RepoName.isCommit(commit) || traces.in(name)) {
                    throw errors.notTheHub("a branch or tag in its list has no name or commit");
                }
                revisions.putIfAbsent(name, new HubRevision(name, commit));
            }
        }
        return List.copyOf(revisions.values());
    }

    /** All files of a commit, in name order. */
    List<HubFile> tree(String commit) throws IOException, ModelNotFoundException {
        List<HubFile> files = new ArrayList<>();
        Optional<URI> next =
                Optional.of(at("/api/models/" + repo.id() + "/tree/" + commit + "?recursive=true&expand=false"));
        for (int pages = 0; next.isPresent(); pages++) {
            Page page = page(next.get(), Patience.FULL, PATIENT);
            if (!page.json.isArray() || pages == MOST_PAGES) {
                throw errors.notTheHub("its list of files is none");
            }
            for (JsonNode node : page.json) {
                if (node.path("type").asText().equals("file")) {
                    if (traces.in(node.path("path").asText())) {
                        throw errors.notTheHub("a file in its list has the token that was sent in its name");
                    }
                    JsonNode lfs = node.path("lfs");
                    files.add(HubFile.checked(
                            node.path("path").asText(),
                            lfs.path("size").asLong(node.path("size").asLong(-1)),
                            lfs.path("oid").asText(node.path("oid").asText()).replaceFirst("^sha256:", ""),
                            repo.id()));
                }
            }
            next = page.next;
        }
        files.sort(Comparator.comparing(HubFile::path));
        return List.copyOf(files);
    }

    /** Where a file's content is asked for. */
    URI content(String commit, String path) {
        return at("/" + repo.id() + "/resolve/" + commit + "/" + encode(path, true));
    }

    private URI at(String path) {
        return URI.create(client.settings().endpoint() + path);
    }

    private record Page(JsonNode json, Optional<URI> next) {}

    private Page page(URI uri, Patience patience, Duration timeout) throws IOException, ModelNotFoundException {
        return client.retrying(patience, () -> {
            try (WebAnswer answer = client.get(uri, Optional.empty(), timeout)) {
                if (!answer.ok()) {
                    throw errors.of(answer);
                }
                byte[] body = answer.body().readNBytes(LARGEST);
                return new Page(JSON.readTree(body), next(answer.headers()));
            } catch (JsonProcessingException e) {
                throw errors.notTheHub("its answer is not JSON (a login page?)");
            }
        });
    }

    private Optional<URI> next(HttpHeaders headers) throws HubUnreachableException {
        try {
            return NextPage.of(headers, client.settings());
        } catch (NextPage.ElsewhereException e) {
            throw errors.notTheHub("its list of files goes on at another host");
        }
    }

    /** Percent-encodes all but unreserved characters, and '/' where told. */
    static String encode(String text, boolean keepSlash) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            if (plain || (keepSlash && c == '/')) {
                encoded.append(c);
            } else {
                encoded.append(String.format("%%%02X", (int) c));
            }
        }
        return encoded.toString();
    }
}
