package org.lowrank.weights.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.files.DirectoryListing;
import org.lowrank.weights.files.FileStamp;
import org.lowrank.weights.files.ModelFiles;

/**
 * What the cache holds of a commit, without a request. A snapshot need not be complete: files that are known to belong to
 * it but are not there are listed, so that opening them says what to do.
 */
final class OfflineHubFiles implements ModelFiles {
    private static final int DEPTH = 8;
    private static final Pattern WEIGHTS =
            Pattern.compile(".*\\.(safetensors|bin|pt|pth|ckpt|onnx|gguf|index|h5|msgpack|npz|ot)");

    private final HubCache cache;
    private final RepoName repo;
    private final String commit;
    private final String reason;
    private final List<String> notes;
    private final Map<String, FileEntry> entries;
    private final VerifiedFiles verified;

    private OfflineHubFiles(
            VerifiedFiles verified,
            HubCache cache,
            RepoName repo,
            String commit,
            String reason,
            List<String> notes,
            Map<String, FileEntry> entries) {
        this.verified = verified;
        this.cache = cache;
        this.repo = repo;
        this.commit = commit;
        this.reason = reason;
        this.notes = notes;
        this.entries = entries;
    }

    /**
     * The cached snapshot, if it has weights.
     *
     * @param verified which files are known to be right
     * @param reason why the network is not used
     */
    static Optional<OfflineHubFiles> of(
            VerifiedFiles verified, HubCache cache, RepoName repo, String reason, List<String> notes)
            throws IOException {
        Optional<String> commit = cache.commit();
        if (commit.isEmpty()) {
            return Optional.empty();
        }
        Map<String, FileEntry> entries = new TreeMap<>();
        cache.knownSizes(commit.get())
                .forEach((name, size) -> entries.put(name, new FileEntry(name, size, Optional.empty())));
        Map<String, FileEntry> there = present(cache.snapshot(commit.get()));
        for (String name : List.copyOf(there.keySet())) {
            if (name.endsWith(".index.json")) {
                shards(cache.file(commit.get(), name)).forEach(shard -> {
                    String path = name.substring(0, name.lastIndexOf('/') + 1) + shard;
                    entries.putIfAbsent(path, new FileEntry(path, -1, Optional.empty()));
                });
            }
        }
        there.forEach((name, file) -> entries.merge(
                name,
                file,
                (known, seen) -> new FileEntry(name, known.size() < 0 ? seen.size() : known.size(), seen.sha256())));
        boolean weights =
                there.keySet().stream().anyMatch(name -> WEIGHTS.matcher(name).matches());
        return weights
                ? Optional.of(new OfflineHubFiles(verified, cache, repo, commit.get(), reason, notes, entries))
                : Optional.empty();
    }

    private static Map<String, FileEntry> present(Path snapshot) throws IOException {
        Map<String, FileEntry> entries = new TreeMap<>();
        for (FileEntry file : DirectoryListing.of(snapshot, DEPTH)) {
            if (file.size() >= 0) {
                Optional<String> hash = sha256(snapshot.resolve(file.name()));
                entries.put(file.name(), new FileEntry(file.name(), file.size(), hash));
            }
        }
        return entries;
    }

    private static Optional<String> sha256(Path path) throws IOException {
        return hash(path).filter(HubFile::isSha256);
    }

    /** A blob's name is its hash. */
    private static Optional<String> hash(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            return Optional.empty();
        }
        return Optional.of(Files.readSymbolicLink(path).getFileName().toString())
                .filter(name -> HubFile.isSha256(name) || RepoName.isCommit(name));
    }

    private static List<String> shards(Path index) throws IOException {
        try {
            JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
            return map.properties().stream()
                    .map(entry -> entry.getValue().asText())
                    .filter(HubFile::isSafe)
                    .distinct()
                    .toList();
        } catch (JsonProcessingException malformed) {
            return List.of(); // Whoever reads the index says so.
        }
    }

    @Override
    public Provenance provenance() {
        return new Provenance(
                repo.id(),
                commit,
                "Hugging Face Hub (cache, offline)",
                cache.snapshot(commit).toString(),
                notes);
    }

    @Override
    public List<FileEntry> list() {
        return List.copyOf(entries.values());
    }

    @Override
    public void prefetch(List<String> names) throws IOException, HubUnreachableException {
        for (String name : names) {
            if (entries.containsKey(name)) {
                present(name);
            }
        }
    }

    private Path present(String name) throws IOException, HubUnreachableException {
        Path path = cache.file(commit, name);
        FileEntry entry = entries.get(name);
        if (!Files.isRegularFile(path)) {
            throw new HubUnreachableException(
                    "not cached: " + repo.id() + ": " + reason + " and " + name + " of commit " + commit
                            + " is not in the cache; run once with network, or name a local path",
                    reason,
                    null);
        }
        if (entry != null && entry.size() >= 0 && entry.size() != Files.size(path)) {
            throw new MalformedWeightsException("damaged cache: " + path + ": " + Files.size(path)
                    + " bytes instead of " + entry.size() + "; delete it and run again");
        }
        return path;
    }

    @Override
    public ByteSource open(String name) throws IOException, HubUnreachableException {
        Path path = present(name);
        Optional<String> hash = hash(path);
        if (hash.isPresent()) {
            verified.require(path, new HubFile(name, Files.size(path), hash.get()));
        }
        return MappedFile.open(path, name);
    }

    @Override
    public String naming(String path) {
        return repo.id() + "/" + path;
    }

    /** The hash where the cache has links, whose targets are named by it; else what changes with the content. */
    @Override
    public Optional<String> stamp(String name) throws IOException {
        Path path = cache.file(commit, name);
        Optional<String> hash = hash(path);
        return hash.isPresent() ? hash : Optional.of(FileStamp.of(path));
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }
}
