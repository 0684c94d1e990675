package org.lowrank.weights.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.DirectoryListing;
import org.lowrank.weights.files.ModelFiles;

/**
 * One repository in the standard cache, as Python's huggingface_hub lays it out: {@code blobs/<etag>}, {@code
 * refs/<revision>} with the commit, {@code snapshots/<commit>/<path>} linking to blobs. Reading only; {@link CacheWriter}
 * writes.
 */
final class HubCache {
    private static final int DEPTH = 4;

    private final Path root;
    private final RepoName repo;

    HubCache(Path root, RepoName repo) {
        this.root = root;
        this.repo = repo;
    }

    Path root() {
        return root;
    }

    /** The repository's folder. */
    Path folder() {
        return root.resolve(repo.folder());
    }

    Path blob(String etag) {
        return folder().resolve("blobs").resolve(etag);
    }

    Path snapshot(String commit) {
        return folder().resolve("snapshots").resolve(commit);
    }

    Path reference() {
        return folder().resolve("refs").resolve(repo.revision());
    }

    /** Unfinished downloads: on the same disk, in a folder that Python does not look into. */
    Path unfinished() {
        return folder().resolve(".unfinished");
    }

    Path lock(String etag) {
        return root.resolve(".locks").resolve(repo.folder()).resolve(etag + ".lock");
    }

    /** Where a commit is known not to have a file. */
    Path absence(String commit, String path) throws MalformedWeightsException {
        return below(folder().resolve(".no_exist").resolve(commit), path);
    }

    /** Where a file of a commit is, or would be. */
    Path file(String commit, String path) throws MalformedWeightsException {
        return below(snapshot(commit), path);
    }

    private static Path below(Path folder, String path) throws MalformedWeightsException {
        try {
            Path file = folder.resolve(path).normalize();
            if (HubFile.isSafe(path) && file.startsWith(folder) && !file.equals(folder)) {
                return file;
            }
        } catch (InvalidPathException notHere) {
            // Told below.
        }
        throw new MalformedWeightsException(
                Flaw.REFUSED,
                "unsafe file name: '" + path.replaceAll("\\p{Cntrl}", "?")
                        + "': it leaves the model's folder; do not trust this model");
    }

    /** The commit last seen under the revision; empty where nothing of it is cached. */
    Optional<String> commit() throws IOException {
        String commit = repo.revision();
        if (!RepoName.isCommit(commit)) {
            Path reference = reference();
            if (!Files.isRegularFile(reference)) {
                return Optional.empty();
            }
            commit = Files.readString(reference, StandardCharsets.ISO_8859_1).strip();
        }
        return RepoName.isCommit(commit) && Files.isDirectory(snapshot(commit))
                ? Optional.of(commit)
                : Optional.empty();
    }

    /** Revisions that were fetched by name, in the order of their names. */
    List<HubRevision> revisions() throws IOException {
        Path references = folder().resolve("refs");
        List<HubRevision> revisions = new ArrayList<>();
        if (Files.isDirectory(references)) {
            for (ModelFiles.FileEntry entry : DirectoryListing.of(references, DEPTH)) {
                new HubCache(root, new RepoName(repo.id(), entry.name()))
                        .commit()
                        .ifPresent(commit -> revisions.add(new HubRevision(entry.name(), commit)));
            }
        }
        return List.copyOf(revisions);
    }

    /** Whether a file is there in its full length; {@link VerifiedFiles} says whether its content is right. */
    boolean holds(String commit, HubFile file) throws IOException {
        Path path = file(commit, file.path());
        return Files.isRegularFile(path) && Files.size(path) == file.size();
    }

    /** The files of a commit with their sizes, where Python noted them ({@code trees/<commit>.json}). */
    Map<String, Long> knownSizes(String commit) throws IOException {
        Path tree = folder().resolve("trees").resolve(commit + ".json");
        Map<String, Long> sizes = new LinkedHashMap<>();
        if (Files.isRegularFile(tree)) {
            try {
                for (Map.Entry<String, JsonNode> file :
                        new ObjectMapper().readTree(tree.toFile()).path("files").properties()) {
                    JsonNode size = file.getValue();
                    sizes.put(
                            file.getKey(),
                            size.path("lfs_size").asLong(size.path("size").asLong(-1)));
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException notOurs) {
                sizes.clear(); // A help only; the files themselves count.
            }
        }
        return sizes;
    }
}
