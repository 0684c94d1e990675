package org.lowrank.analyzer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Checkpoint;

/** The files of a model that its checkpoint was read from, as they are now. */
record ReadFiles(ModelFiles files, Checkpoint checkpoint) {
    /** Those that hold weights. */
    List<ModelFiles.FileEntry> weights() throws IOException, ModelNotFoundException {
        return entries(checkpoint.files());
    }

    /** Those that describe them too: configuration, index of shards. */
    List<ModelFiles.FileEntry> all() throws IOException, ModelNotFoundException {
        List<String> read = new ArrayList<>(checkpoint.files());
        read.addAll(checkpoint.described());
        return entries(read);
    }

    /** Bytes of those that hold weights, −1 where not known. */
    long bytes() throws IOException, ModelNotFoundException {
        long bytes = 0;
        for (ModelFiles.FileEntry entry : weights()) {
            bytes = entry.size() < 0 || bytes < 0 ? -1 : bytes + entry.size();
        }
        return bytes;
    }

    /** The hashes that the source announces of those that hold weights, a line each; empty where it announces none of one. */
    Optional<String> announced() throws IOException, ModelNotFoundException {
        StringBuilder content = new StringBuilder();
        for (String name : checkpoint.files()) {
            Optional<String> hash = files.announcedHash(name);
            if (hash.isEmpty()) {
                return Optional.empty();
            }
            content.append(hash.get()).append('\n');
        }
        return Optional.of(content.toString());
    }

    private List<ModelFiles.FileEntry> entries(List<String> names) throws IOException, ModelNotFoundException {
        Set<String> wanted = new HashSet<>(names);
        return files.list().stream()
                .filter(entry -> wanted.contains(entry.name()))
                .toList();
    }
}
